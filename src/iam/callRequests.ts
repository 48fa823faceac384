/**
 * IAM requests that AWS evaluates for each call of the function, by resource and condition key (AWS, Service
 * Authorization Reference; for a copy's keys: EBS user guide, "Amazon EBS encryption", permissions for IAM principals).
 */
import type { Tag } from "@aws-sdk/client-ec2";
import type { Call } from "./call";
import type { IamRequest } from "./evaluator";

type Context = Record<string, string | readonly string[]>;
type TagRecord = Readonly<Record<string, string>>;

/** The account at the time of a call, as far as a decision depends on it. */
export interface AccountView {
  partition: string;
  accountId: string;
  /** Returns a resource's tags in the call's region; `undefined` if it does not exist. */
  tagsOf: (id: string) => TagRecord | undefined;
  /** Returns the volumes that a CreateSnapshots takes. */
  volumesOf: (call: Call & { name: "CreateSnapshots" }) => readonly string[];
  /** ARN of the key that the source of a copy is encrypted under; `undefined`: it is not, or the key is unknown. */
  sourceKeyOf?: (snapshotId: string, region: string) => string | undefined;
  /** Returns the ARN of the key that a bucket encrypts with. */
  bucketKeyOf: (bucket: string, region: string) => string;
}

/** The account and the region of a call. */
interface Scope {
  account: AccountView;
  region: string;
}

/** Returns tags of a request as a record; the last of equal keys wins. */
export function tagRecord(list: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/**
 * Returns a function that builds the names of condition keys, each once: the same few dozen tags recur all the time.
 */
function conditionKeys(prefix: string): (tagKey: string) => string {
  const names = new Map<string, string>();
  return (tagKey) => {
    const known = names.get(tagKey);
    if (known !== undefined) return known;
    const name = `${prefix}/${tagKey}`;
    names.set(tagKey, name);
    return name;
  };
}

const requestTag = conditionKeys("aws:RequestTag");
const resourceTag = conditionKeys("aws:ResourceTag");

/** Returns `aws:RequestTag/…` and `aws:TagKeys` for the tags in a request. */
function requestTags(tags: TagRecord): Context {
  const context: Context = { "aws:TagKeys": Object.keys(tags) };
  for (const key in tags) context[requestTag(key)] = tags[key] ?? "";
  return context;
}

function resourceTags(tags: TagRecord = {}): Context {
  const context: Context = {};
  for (const key in tags) context[resourceTag(key)] = tags[key] ?? "";
  return context;
}

/** Returns a snapshot's ARN, which has no account. A snapshot without an id yet is a literal asterisk. */
function snapshotArn({ partition }: AccountView, region: string, id = "*"): string {
  return `arn:${partition}:ec2:${region}::snapshot/${id}`;
}

function ownArn({ account, region }: Scope, kind: string, id: string): string {
  const { partition, accountId } = account;
  return `arn:${partition}:ec2:${region}:${accountId}:${kind}/${id}`;
}

/** Returns the two permissions that a snapshot created with tags needs: to create it, and to tag it at creation. */
function making({ account, region }: Scope, action: string, tags: TagRecord): IamRequest[] {
  const context = { "aws:RequestedRegion": region, ...requestTags(tags) };
  const resource = snapshotArn(account, region);
  const created = { ...context, "ec2:CreateAction": action };
  return [
    { action: `ec2:${action}`, resource, context },
    { action: "ec2:CreateTags", resource, context: created },
  ];
}

const viaEc2 = (region: string): Context => ({ "kms:ViaService": `ec2.${region}.amazonaws.com` });

/** Returns the uses of a key that EC2 makes on behalf of the caller, after it has answered a CopySnapshot. */
function keyUse(keyArn: string, context: Context, actions: readonly string[]): IamRequest[] {
  const grant = { ...context, "kms:GrantIsForAWSResource": "true" };
  return [
    ...actions.map((action) => ({ action, resource: keyArn, context })),
    { action: "kms:CreateGrant", resource: keyArn, context: grant },
  ];
}

function encrypting(keyArn: string, region: string): IamRequest[] {
  return keyUse(keyArn, viaEc2(region), ["kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"]);
}

function decrypting(keyArn: string, region: string): IamRequest[] {
  return keyUse(keyArn, viaEc2(region), ["kms:DescribeKey", "kms:Decrypt"]);
}

/**
 * Returns the permission that a call on a snapshot needs. For a missing snapshot it needs none, because AWS refuses the
 * call for that.
 */
function ofSnapshot(scope: Scope, action: string, id: string | undefined, more: Context = {}): IamRequest[] {
  const { account, region } = scope;
  const tags = account.tagsOf(id ?? "");
  if (tags === undefined) return [];
  const context = { "aws:RequestedRegion": region, ...resourceTags(tags), ...more };
  return [{ action, resource: snapshotArn(account, region, id), context }];
}

function ofSet(scope: Scope, call: Call & { name: "CreateSnapshots" }) {
  const { account } = scope;
  const volumes = account.volumesOf(call);
  const id = call.input.InstanceSpecification?.InstanceId ?? "";
  const action = "ec2:CreateSnapshots";
  return [
    {
      action,
      resource: ownArn(scope, "instance", id),
      context: resourceTags(account.tagsOf(id)),
    },
    ...volumes.map((volumeId) => ({
      action,
      resource: ownArn(scope, "volume", volumeId),
      context: resourceTags(account.tagsOf(volumeId)),
    })),
    ...making(scope, "CreateSnapshots", tagRecord(call.input.TagSpecifications?.[0]?.Tags)),
  ];
}

/** Returns the permissions of a copy. EC2 reads the source with a request that is presigned for the source's region. */
function ofCopy(scope: Scope, call: Call & { name: "CopySnapshot" }) {
  const { account, region } = scope;
  const { SourceRegion = "", SourceSnapshotId = "", KmsKeyId = "", TagSpecifications } = call.input;
  const source = snapshotArn(account, SourceRegion, SourceSnapshotId);
  const reading = [region, SourceRegion].map((requested) => ({
    action: "ec2:CopySnapshot",
    resource: source,
    context: { "aws:RequestedRegion": requested },
  }));
  const tags = tagRecord(TagSpecifications?.[0]?.Tags);
  const sourceKey = account.sourceKeyOf?.(SourceSnapshotId, SourceRegion);
  return [
    ...reading,
    ...making(scope, "CopySnapshot", tags),
    ...encrypting(KmsKeyId, region),
    ...(sourceKey === undefined ? [] : decrypting(sourceKey, SourceRegion)),
  ];
}

function ofSchedule({ account, region }: Scope, call: Call & { name: "GetSchedule" | "UpdateSchedule" }): IamRequest[] {
  const { partition, accountId } = account;
  const { GroupName = "", Name = "" } = call.input;
  const resource = `arn:${partition}:scheduler:${region}:${accountId}:schedule/${GroupName}/${Name}`;
  const use = { action: `scheduler:${call.name}`, resource, context: {} };
  if (call.name === "GetSchedule") return [use];
  const context = { "iam:PassedToService": "scheduler.amazonaws.com" };
  const passed = call.input.Target?.RoleArn ?? "";
  return [use, { action: "iam:PassRole", resource: passed, context }];
}

/**
 * Returns the permissions of a write to a bucket. S3 encrypts with the bucket's key, and with a bucket key KMS gets the
 * bucket as encryption context.
 */
function ofObject({ account, region }: Scope, call: Call & { name: "PutObject" }): IamRequest[] {
  const bucket = call.input.Bucket ?? "";
  const arn = `arn:${account.partition}:s3:::${bucket}`;
  const context = {
    "kms:ViaService": `s3.${region}.amazonaws.com`,
    "kms:EncryptionContext:aws:s3:arn": arn,
  };
  const keyArn = account.bucketKeyOf(bucket, region);
  return [
    {
      action: "s3:PutObject",
      resource: `${arn}/${call.input.Key ?? ""}`,
      context: { "aws:ResourceAccount": account.accountId },
    },
    { action: "kms:GenerateDataKey", resource: keyArn, context },
  ];
}

/** Returns every permission that a call in a region needs. */
export function requestsOf(account: AccountView, region: string, call: Call): IamRequest[] {
  const scope: Scope = { account, region };
  switch (call.name) {
    case "CreateSnapshots":
      return ofSet(scope, call);
    case "CreateSnapshot": {
      const { VolumeId = "", TagSpecifications } = call.input;
      const resource = ownArn(scope, "volume", VolumeId);
      const context = resourceTags(account.tagsOf(VolumeId));
      return [
        { action: "ec2:CreateSnapshot", resource, context },
        ...making(scope, "CreateSnapshot", tagRecord(TagSpecifications?.[0]?.Tags)),
      ];
    }
    case "CopySnapshot":
      return ofCopy(scope, call);
    case "DeleteSnapshot":
    case "DescribeSnapshotAttribute":
      return ofSnapshot(scope, `ec2:${call.name}`, call.input.SnapshotId);
    case "LockSnapshot": {
      const days = { "ec2:SnapshotLockDuration": String(call.input.LockDuration) };
      return ofSnapshot(scope, "ec2:LockSnapshot", call.input.SnapshotId, days);
    }
    case "CreateTags": {
      const tags = requestTags(tagRecord(call.input.Tags));
      const ids = call.input.Resources ?? [];
      return ids.flatMap((id) => ofSnapshot(scope, "ec2:CreateTags", id, tags));
    }
    case "GetSchedule":
    case "UpdateSchedule":
      return ofSchedule(scope, call);
    case "PutObject":
      return ofObject(scope, call);
    case "DescribeKey":
      return [{ action: "kms:DescribeKey", resource: call.input.KeyId ?? "", context: {} }];
    case "Publish":
      return [{ action: "sns:Publish", resource: call.input.TopicArn ?? "", context: {} }];
    case "SendMessage": {
      const { partition, accountId } = account;
      const queue = call.input.QueueUrl?.split("/").at(-1) ?? "";
      const resource = `arn:${partition}:sqs:${region}:${accountId}:${queue}`;
      return [{ action: "sqs:SendMessage", resource, context: {} }];
    }
    default: {
      const context = { "aws:RequestedRegion": region };
      return [{ action: `ec2:${call.name}`, resource: "*", context }];
    }
  }
}
