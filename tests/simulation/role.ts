/**
 * What AWS asks the function's policy for each call, by resource and condition key (AWS, Service Authorization
 * Reference). The policy is the stack's own: `functionPolicy` of src/stack/access.ts.
 */
import { ACCOUNT_ID } from "../../src/local/accountId";
import { functionPolicy } from "../../src/stack/access";
import { type Account, type Region, type SimSnapshot, type TagRecord, tagRecord } from "./account";
import { volumesOfSet } from "./ec2Creates";
import { type Decision, type IamPolicy, type IamRequest, compilePolicy } from "./iamEvaluator";
import type { Call } from "./call";

type Context = Record<string, string | readonly string[]>;

/** The names of condition keys, each written once: the same few dozen tags are asked for all the time. */
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

/** `aws:RequestTag/…` and `aws:TagKeys` of the tags in a request. */
function requestTags(tags: TagRecord): Context {
  const context: Context = { "aws:TagKeys": Object.keys(tags) };
  for (const key in tags) context[requestTag(key)] = tags[key] ?? "";
  return context;
}

function resourceTags(tags: TagRecord): Context {
  const context: Context = {};
  for (const key in tags) context[resourceTag(key)] = tags[key] ?? "";
  return context;
}

/** A snapshot's ARN has no account. The one that has no id yet is a literal asterisk. */
function snapshotArn(region: string, id = "*"): string {
  return `arn:aws:ec2:${region}::snapshot/${id}`;
}

function ownArn(region: string, kind: string, id: string): string {
  return `arn:aws:ec2:${region}:${ACCOUNT_ID}:${kind}/${id}`;
}

/** What is made with tags needs two rights: to make it, and to tag it while it is made. */
function making(action: string, region: string, tags: TagRecord): IamRequest[] {
  const context = { "aws:RequestedRegion": region, ...requestTags(tags) };
  const resource = snapshotArn(region);
  const created = { ...context, "ec2:CreateAction": action };
  return [
    { action: `ec2:${action}`, resource, context },
    { action: "ec2:CreateTags", resource, context: created },
  ];
}

function keyUse(keyArn: string, region: string): IamRequest[] {
  const context: Context = { "kms:ViaService": `ec2.${region}.amazonaws.com` };
  const grant = { ...context, "kms:GrantIsForAWSResource": "true" };
  return [
    { action: "kms:DescribeKey", resource: keyArn, context },
    { action: "kms:GenerateDataKeyWithoutPlaintext", resource: keyArn, context },
    { action: "kms:CreateGrant", resource: keyArn, context: grant },
  ];
}

function ofSnapshot(action: string, region: string, snapshot: SimSnapshot, more: Context = {}) {
  const context = { "aws:RequestedRegion": region, ...resourceTags(snapshot.tags), ...more };
  return [{ action, resource: snapshotArn(region, snapshot.snapshotId), context }];
}

/** The snapshot that a call names; a call on one that is not there is refused for that and asks for no right. */
function named(region: Region, id: string | undefined): SimSnapshot | undefined {
  const snapshot = region.snapshots.get(id ?? "");
  return snapshot?.deleted === true ? undefined : snapshot;
}

function ofSet(account: Account, region: string, call: Call & { name: "CreateSnapshots" }) {
  const volumes = volumesOfSet(account, call.input);
  const id = call.input.InstanceSpecification?.InstanceId ?? "";
  const tags = account.instances.get(id)?.tags ?? {};
  const action = "ec2:CreateSnapshots";
  return [
    { action, resource: ownArn(region, "instance", id), context: resourceTags(tags) },
    ...volumes.map((volume) => ({
      action,
      resource: ownArn(region, "volume", volume.volumeId),
      context: resourceTags(volume.tags),
    })),
    ...making("CreateSnapshots", region, tagRecord(call.input.TagSpecifications?.[0]?.Tags)),
  ];
}

/** The source is read with a request presigned for its own region. */
function ofCopy(region: string, call: Call & { name: "CopySnapshot" }) {
  const { SourceRegion = "", SourceSnapshotId, KmsKeyId = "", TagSpecifications } = call.input;
  const source = snapshotArn(SourceRegion, SourceSnapshotId);
  const reading = [region, SourceRegion].map((requested) => ({
    action: "ec2:CopySnapshot",
    resource: source,
    context: { "aws:RequestedRegion": requested },
  }));
  const tags = tagRecord(TagSpecifications?.[0]?.Tags);
  return [...reading, ...making("CopySnapshot", region, tags), ...keyUse(KmsKeyId, region)];
}

/** Every right that the call needs. */
export function requestsOf(account: Account, region: Region, call: Call): IamRequest[] {
  const here = region.name;
  switch (call.name) {
    case "CreateSnapshots":
      return ofSet(account, here, call);
    case "CreateSnapshot":
      return [
        {
          action: "ec2:CreateSnapshot",
          resource: ownArn(here, "volume", call.input.VolumeId ?? ""),
          context: resourceTags(account.volumes.get(call.input.VolumeId ?? "")?.tags ?? {}),
        },
        ...making("CreateSnapshot", here, tagRecord(call.input.TagSpecifications?.[0]?.Tags)),
      ];
    case "CopySnapshot":
      return ofCopy(here, call);
    case "DeleteSnapshot": {
      const snapshot = named(region, call.input.SnapshotId);
      return snapshot === undefined ? [] : ofSnapshot("ec2:DeleteSnapshot", here, snapshot);
    }
    case "DescribeSnapshotAttribute": {
      const snapshot = named(region, call.input.SnapshotId);
      return snapshot === undefined
        ? []
        : ofSnapshot("ec2:DescribeSnapshotAttribute", here, snapshot);
    }
    case "LockSnapshot": {
      const snapshot = named(region, call.input.SnapshotId);
      const days = { "ec2:SnapshotLockDuration": String(call.input.LockDuration) };
      return snapshot === undefined ? [] : ofSnapshot("ec2:LockSnapshot", here, snapshot, days);
    }
    case "CreateTags": {
      const tags = requestTags(tagRecord(call.input.Tags));
      return (call.input.Resources ?? []).flatMap((id) => {
        const snapshot = named(region, id);
        return snapshot === undefined ? [] : ofSnapshot("ec2:CreateTags", here, snapshot, tags);
      });
    }
    case "GetSchedule":
    case "UpdateSchedule": {
      const { GroupName = "", Name = "" } = call.input;
      const resource = `arn:aws:scheduler:${here}:${ACCOUNT_ID}:schedule/${GroupName}/${Name}`;
      const use = { action: `scheduler:${call.name}`, resource, context: {} };
      if (call.name === "GetSchedule") return [use];
      const context = { "iam:PassedToService": "scheduler.amazonaws.com" };
      const passed = call.input.Target?.RoleArn ?? "";
      return [use, { action: "iam:PassRole", resource: passed, context }];
    }
    case "PutObject": {
      const arn = `arn:aws:s3:::${call.input.Bucket ?? ""}`;
      const keyArn = account.settings.dr.find((one) => one.region === here)?.keyArn ?? "";
      const context = {
        "kms:ViaService": `s3.${here}.amazonaws.com`,
        "kms:EncryptionContext:aws:s3:arn": arn,
      };
      return [
        { action: "s3:PutObject", resource: `${arn}/${call.input.Key ?? ""}`, context: {} },
        { action: "kms:GenerateDataKey", resource: keyArn, context },
      ];
    }
    case "DescribeKey":
      return [{ action: "kms:DescribeKey", resource: call.input.KeyId ?? "", context: {} }];
    case "Publish":
      return [{ action: "sns:Publish", resource: call.input.TopicArn ?? "", context: {} }];
    default: {
      const context = { "aws:RequestedRegion": here };
      return [{ action: `ec2:${call.name}`, resource: "*", context }];
    }
  }
}

/** The role's policy, as the stack writes it for this vault. */
export function roleOf({ settings }: Account, dryRun: boolean): (request: IamRequest) => Decision {
  const policy = functionPolicy({
    ...settings,
    dryRun,
    partition: "aws",
    accountId: ACCOUNT_ID,
    sourceKeyArns: [],
    schedulerRoleArn: settings.clock.roleArn,
  });
  const decide = compilePolicy(policy as unknown as IamPolicy);
  // Reads, the clock and the mail ask the same again and again.
  const decided = new Map<string, Decision>();
  return (request) => {
    const [key, ...more] = Object.keys(request.context);
    if (more.length > 0) return decide(request);
    const value = key === undefined ? "" : `${key}=${String(request.context[key])}`;
    const question = `${request.action} ${request.resource} ${value}`;
    let decision = decided.get(question);
    if (decision === undefined) decided.set(question, (decision = decide(request)));
    return decision;
  };
}
