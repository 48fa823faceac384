/** One AWS call as the vault's clients send it, told apart by name. */
import type {
  CopySnapshotCommandInput,
  CreateSnapshotCommandInput,
  CreateSnapshotsCommandInput,
  CreateTagsCommandInput,
  DeleteSnapshotCommandInput,
  DescribeSnapshotAttributeCommandInput,
  LockSnapshotCommandInput,
} from "@aws-sdk/client-ec2";
import type {
  GetScheduleCommandInput,
  UpdateScheduleCommandInput,
} from "@aws-sdk/client-scheduler";
import type { DescribeKeyCommandInput } from "@aws-sdk/client-kms";
import type { PublishCommandInput } from "@aws-sdk/client-sns";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { DescribeInput } from "./ec2Reads";

interface Inputs {
  DescribeInstances: DescribeInput;
  DescribeVolumes: DescribeInput;
  DescribeSnapshots: DescribeInput;
  DescribeLockedSnapshots: DescribeInput;
  DescribeSnapshotAttribute: DescribeSnapshotAttributeCommandInput;
  CreateSnapshots: CreateSnapshotsCommandInput;
  CreateSnapshot: CreateSnapshotCommandInput;
  CopySnapshot: CopySnapshotCommandInput;
  DeleteSnapshot: DeleteSnapshotCommandInput;
  LockSnapshot: LockSnapshotCommandInput;
  CreateTags: CreateTagsCommandInput;
  DescribeKey: DescribeKeyCommandInput;
  GetSchedule: GetScheduleCommandInput;
  UpdateSchedule: UpdateScheduleCommandInput;
  Publish: PublishCommandInput;
  PutObject: Pick<PutObjectCommandInput, "Bucket" | "Key" | "Body">;
}

type CallName = keyof Inputs;

export type Call = { [Name in CallName]: { name: Name; input: Inputs[Name] } }[CallName];

const NAMES: ReadonlySet<string> = new Set<CallName>([
  "DescribeInstances",
  "DescribeVolumes",
  "DescribeSnapshots",
  "DescribeLockedSnapshots",
  "DescribeSnapshotAttribute",
  "CreateSnapshots",
  "CreateSnapshot",
  "CopySnapshot",
  "DeleteSnapshot",
  "LockSnapshot",
  "CreateTags",
  "DescribeKey",
  "GetSchedule",
  "UpdateSchedule",
  "Publish",
  "PutObject",
]);

/** @throws where the vault sends what is not modelled */
export function callOf(command: { constructor: { name: string }; input: object }): Call {
  const name = command.constructor.name.replace(/Command$/, "");
  if (!NAMES.has(name)) throw new Error(`the call ${name} is not modelled`);
  return { name, input: command.input } as Call;
}

/** What a call is about, for the story. */
export function subjectOf({ name, input }: Call): string {
  switch (name) {
    case "CreateSnapshots":
      return input.InstanceSpecification?.InstanceId ?? "";
    case "CreateSnapshot":
      return input.VolumeId ?? "";
    case "CopySnapshot":
      return input.SourceSnapshotId ?? "";
    case "DeleteSnapshot":
    case "DescribeSnapshotAttribute":
      return input.SnapshotId ?? "";
    case "LockSnapshot":
      return `${input.SnapshotId ?? ""} ${input.LockMode ?? ""} ${input.LockDuration ?? ""}`;
    case "CreateTags":
      return (input.Resources ?? []).join(" ");
    case "UpdateSchedule":
      return `${input.State ?? ""} ${input.ScheduleExpression ?? ""} ${input.Target?.Input ?? ""}`;
    case "DescribeKey":
      return input.KeyId ?? "";
    case "Publish":
      return input.Subject ?? "";
    case "PutObject":
      return input.Key ?? "";
    default:
      return "";
  }
}
