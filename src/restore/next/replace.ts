/**
 * Decides the next step of `restore --replace`: other volumes for an instance that keeps its id, addresses and interfaces.
 * All volumes are swapped while it is stopped, so that it never boots with disks of two different times. Where only the
 * root is restored, EC2 replaces it while the instance runs. The old volumes are kept, and named. See docs/adr/0025. Pure.
 */
import type { Next } from "../action";
import type { Found, FoundInstance } from "../found";
import type { ReplaceOrder } from "../order";
import { RESTORE_TAG, type RestoreName, oldRole, readOldRole, tagsFor } from "../restoreTags";
import type { SourceVolume } from "../source";
import { hasEnded } from "../states";
import {
  attach,
  detach,
  isAllDone,
  makeVolumes,
  markDone,
  running,
  setDeletion,
  stopped,
  volumeOf,
} from "./volumeSteps";

/** Tags a volume that is taken off: the tags name the restore and its place, for an undo. */
function tagOld(order: RestoreName, { mappings }: FoundInstance, device: string): Next | undefined {
  const mapped = mappings.find((one) => one.device === device);
  if (mapped === undefined) return undefined;
  const tags = tagsFor(order, oldRole(device, mapped.deleteOnTermination));
  return { action: { do: "write-tags", resourceId: mapped.volumeId, tags, what: `the old ${device}` } };
}

/** Tags the volume at a device as old, unless it is so already. */
function nameOld(order: ReplaceOrder, found: Found, instance: FoundInstance, device: string): Next | undefined {
  const mapped = instance.mappings.find((one) => one.device === device);
  if (mapped === undefined || mapped.volumeId === volumeOf(found, device)?.volumeId) return undefined;
  const isNamed = found.volumes.some((one) => one.volumeId === mapped.volumeId);
  return isNamed ? undefined : tagOld(order, instance, device);
}

/** Puts the new volume in the place of the old one, while the instance is stopped. */
function swap(found: Found, instance: FoundInstance, { device }: SourceVolume): Next | undefined {
  const made = volumeOf(found, device);
  if (made === undefined) return undefined;
  const mapped = instance.mappings.find((one) => one.device === device);
  const isOld = mapped !== undefined && mapped.volumeId !== made.volumeId;
  return (isOld ? detach(instance, device) : undefined) ?? attach(made, instance, device);
}

/** Returns whether the new volume ends with its instance: as it was captured, else as the old one does. */
function ends({ deleteOnTermination, device }: SourceVolume, found: Found): boolean | undefined {
  const old = found.volumes
    .map(({ tags }) => readOldRole(tags[RESTORE_TAG.role]))
    .find((one) => one?.device === device);
  return deleteOnTermination ?? old?.deleteOnTermination;
}

function throughTask(order: ReplaceOrder, found: Found, instance: FoundInstance): Next | undefined {
  const device = order.rootDevice;
  const made = volumeOf(found, device);
  if (made === undefined || instance.mappings.some((one) => one.volumeId === made.volumeId)) return undefined;
  const [task] = found.tasks;
  if (task === undefined) {
    const naming = nameOld(order, found, instance, device);
    return naming ?? { action: { do: "replace-root", instanceId: instance.instanceId, volumeId: made.volumeId } };
  }
  if (task.state === "succeeded" || task.state === "pending" || task.state === "in-progress") {
    return { wait: `EC2 to replace the root volume (${task.state})` };
  }
  const hint =
    task.state === "failed-detached"
      ? "The instance has no root volume now. Undo this restore: that puts the old one back."
      : "The instance still has its old root volume. Undo this restore, and run it again with --stop.";
  return { failed: { code: "RootNotReplaced", message: `${task.taskId} is ${task.state}`, hint } };
}

/** Returns what is to be done now. */
export function nextOfReplace(order: ReplaceOrder, found: Found): Next {
  const { instance } = found;
  if (isAllDone(order.volumes, found)) return { done: true };
  if (instance === undefined || hasEnded(instance)) {
    const message = `${order.instanceId} is ${instance?.state ?? "not there"}`;
    return { failed: { code: "NoInstance", message, hint: "Launch a new one: vault restore --launch" } };
  }
  const making = makeVolumes(order.volumes, found, order.availabilityZone);
  if (making !== undefined) return making;
  const isSwapped = order.volumes.every(({ device }) =>
    instance.mappings.some((one) => one.device === device && one.volumeId === volumeOf(found, device)?.volumeId),
  );
  if (order.isRootTask) {
    const next = throughTask(order, found, instance);
    if (next !== undefined) return next;
  } else if (!isSwapped) {
    // Before anything is stopped: a volume without room for a tag ends the restore here.
    for (const { device } of order.volumes) {
      const naming = nameOld(order, found, instance, device);
      if (naming !== undefined) return naming;
    }
    const halt = stopped(instance);
    if (halt !== undefined) return halt;
    for (const wanted of order.volumes) {
      const next = swap(found, instance, wanted);
      if (next !== undefined) return next;
    }
  }
  return finish(order, found, instance);
}

function finish(order: ReplaceOrder, found: Found, instance: FoundInstance): Next {
  for (const wanted of order.volumes) {
    const volume = volumeOf(found, wanted.device);
    const next =
      (volume === undefined ? undefined : attach(volume, instance, wanted.device)) ??
      setDeletion(instance, wanted.device, ends(wanted, found));
    if (next !== undefined) return next;
  }
  const start = order.wasRunning ? running(instance) : undefined;
  if (start !== undefined) return start;
  const made = order.volumes.flatMap(({ device }) => volumeOf(found, device) ?? []);
  return markDone(made.map(({ volumeId, tags }) => ({ id: volumeId, tags }))) ?? { done: true };
}
