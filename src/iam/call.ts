/** One AWS call as the vault's clients send it, identified by its name. */
import type {
  CopySnapshotCommandInput,
  CreateSnapshotCommandInput,
  CreateSnapshotsCommandInput,
  CreateTagsCommandInput,
  DeleteSnapshotCommandInput,
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceCreditSpecificationsCommandInput,
  DescribeSnapshotAttributeCommandInput,
  Filter,
  GetInstanceUefiDataCommandInput,
  LockSnapshotCommandInput,
} from "@aws-sdk/client-ec2";
import type { DescribeKeyCommandInput } from "@aws-sdk/client-kms";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { GetScheduleCommandInput, UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import type { PublishCommandInput } from "@aws-sdk/client-sns";
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";

/** Input of EC2's lists, as far as the vault uses it. */
export interface DescribeInput {
  Filters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
  OwnerIds?: string[];
}

interface Inputs {
  DescribeInstances: DescribeInput;
  DescribeVolumes: DescribeInput;
  DescribeSnapshots: DescribeInput;
  DescribeSubnets: DescribeInput;
  DescribeInstanceCreditSpecifications: DescribeInstanceCreditSpecificationsCommandInput;
  DescribeInstanceAttribute: DescribeInstanceAttributeCommandInput;
  GetInstanceUefiData: GetInstanceUefiDataCommandInput;
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
  SendMessage: SendMessageCommandInput;
  PutObject: Pick<PutObjectCommandInput, "Bucket" | "Key" | "Body">;
}

type CallName = keyof Inputs;

export type Call = { [Name in CallName]: { name: Name; input: Inputs[Name] } }[CallName];

const NAMES: ReadonlySet<string> = new Set<CallName>([
  "DescribeInstances",
  "DescribeVolumes",
  "DescribeSnapshots",
  "DescribeSubnets",
  "DescribeInstanceCreditSpecifications",
  "DescribeInstanceAttribute",
  "GetInstanceUefiData",
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
  "SendMessage",
  "PutObject",
]);

/** @throws for a call that is not modelled */
export function callOf(command: { constructor: { name: string }; input: object }): Call {
  const name = command.constructor.name.replace(/Command$/, "");
  if (!NAMES.has(name)) throw new Error(`the call ${name} is not modelled`);
  return { name, input: command.input } as Call;
}
