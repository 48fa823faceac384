/** The single calls that a restore consists of, and their words. Each changes one thing. Pure. */
import type { Tags } from "../vault/model/world";
import type { FoundInstance } from "./found";
import type { SourceVolume } from "./source";

export type Action =
  | { do: "create-group"; vpcId: string }
  | { do: "close-group"; groupId: string }
  | { do: "delete-group"; groupId: string }
  | { do: "register-image" }
  | { do: "deregister-image"; imageId: string }
  | { do: "run-instance"; imageId: string; groupId?: string; isDetour: boolean; attempt: number }
  | { do: "create-volume"; volume: SourceVolume; availabilityZone: string }
  | { do: "delete-volume"; volumeId: string }
  | { do: "attach-volume"; volumeId: string; instanceId: string; device: string }
  | { do: "detach-volume"; volumeId: string; instanceId: string; device: string }
  | { do: "keep-with-instance"; instanceId: string; device: string; isDeleted: boolean }
  | { do: "replace-root"; instanceId: string; volumeId: string }
  | { do: "stop-instance" | "start-instance" | "terminate-instance" | "unprotect-instance"; instanceId: string }
  | { do: "protect-instance"; instanceId: string; termination: boolean; stop: boolean }
  | { do: "forward-packets" | "delete-interface"; interfaceId: string }
  | { do: "write-tags"; resourceId: string; tags: Tags; what: string }
  | { do: "remove-tags"; resourceId: string; keys: readonly string[] };

/** What a restore does next. `wait` asks EC2 again in a while; `failed` ends it, with what a person can do. */
export type Next =
  { action: Action } | { wait: string } | { failed: { code: string; message: string; hint: string } } | { done: true };

const VERBS: Readonly<Record<"stop-instance" | "start-instance" | "terminate-instance", string>> = {
  "stop-instance": "stop",
  "start-instance": "start",
  "terminate-instance": "terminate",
};

/** Returns what an action does, for the line that a person reads: `register an image from snap-…`. */
export function actionTitle(action: Action): string {
  switch (action.do) {
    case "create-group":
      return `create a security group in ${action.vpcId} that lets nothing in or out`;
    case "close-group":
      return `remove the outgoing rule of ${action.groupId}`;
    case "delete-group":
      return `delete the security group ${action.groupId}`;
    case "register-image":
      return "register an image from the root snapshot";
    case "deregister-image":
      return `deregister the image ${action.imageId}`;
    case "run-instance":
      return action.isDetour
        ? `launch an instance from ${action.imageId}, which has the billing code`
        : `launch an instance from ${action.imageId}`;
    case "create-volume":
      return `create the volume for ${action.volume.device} from ${action.volume.snapshotId}`;
    case "delete-volume":
      return `delete the volume ${action.volumeId}`;
    case "attach-volume":
      return `attach ${action.volumeId} to ${action.instanceId} as ${action.device}`;
    case "detach-volume":
      return `detach ${action.volumeId} from ${action.instanceId} (${action.device})`;
    case "keep-with-instance":
      return `set ${action.device} to be ${action.isDeleted ? "deleted" : "kept"} when ${action.instanceId} is terminated`;
    case "replace-root":
      return `replace the root volume of ${action.instanceId} with ${action.volumeId}`;
    case "stop-instance":
    case "start-instance":
    case "terminate-instance":
      return `${VERBS[action.do]} ${action.instanceId}`;
    case "unprotect-instance":
      return `allow the API to terminate and stop ${action.instanceId}`;
    case "protect-instance":
      return `protect ${action.instanceId} as its original was`;
    case "forward-packets":
      return `switch off the source/destination check of ${action.interfaceId}`;
    case "delete-interface":
      return `delete the network interface ${action.interfaceId}`;
    case "write-tags":
      return `tag ${action.resourceId} (${action.what})`;
    case "remove-tags":
      return `remove the restore's tags from ${action.resourceId}`;
  }
}

/** Returns what distinguishes an action from every other of the same restore: two equal ones do the same. */
export function actionKey(action: Action): string {
  return action.do === "create-volume" ? `create-volume ${action.volume.device}` : JSON.stringify(action);
}

/** Says that a key can't be used, wherever EC2 hides that: in an instance that ends, or a volume that vanishes. */
export const KEY_HINT =
  "EC2 accepts such a call and drops the result when the caller may not use the KMS key. Your role needs " +
  "kms:DescribeKey, kms:CreateGrant, kms:Decrypt and kms:GenerateDataKeyWithoutPlaintext on the key: add it to " +
  "restoreRoleArns, or give another key with --kms-key.";

/** Returns why an instance ended that was only just made. */
export function endedWhy({ instanceId, state, stateReason = "EC2 gives no reason" }: FoundInstance): Next {
  const isKey = stateReason.startsWith("Client.InternalError");
  return {
    failed: {
      code: isKey ? "KmsKeyNotUsable" : "InstanceEnded",
      message: `${instanceId} is ${state}: ${stateReason}`,
      hint: isKey ? KEY_HINT : "Look at the reason, and run the restore again. Another --instance-type may do.",
    },
  };
}
