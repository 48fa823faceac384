/**
 * Turns a recorded call of a command into the requests that IAM evaluates for it (AWS, Service Authorization Reference,
 * "Actions, resources, and condition keys for Amazon EC2": resource types of each action; EC2 user guide, "Grant
 * permission to tag Amazon EC2 resources during creation"; EBS user guide, "Requirements for Amazon EBS encryption").
 */
import { tagRecord } from "../../src/iam/callRequests";
import type { IamRequest } from "../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { type RecordedCall, requestsOfCall } from "../../src/local/permissions/wireCall";

type Context = IamRequest["context"];
type Wire = Record<string, unknown>;
interface WireTag {
  Key?: string;
  Value?: string;
}

const asList = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === "string");
const listOf = (value: unknown): Wire[] => (Array.isArray(value) ? (value as Wire[]) : []);

/** Kinds of resources by the prefix of their ids. */
const KINDS: Record<string, string> = {
  ami: "image",
  eni: "network-interface",
  i: "instance",
  sg: "security-group",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

function arnOf(region: string, kind: string, id: string): string {
  const owner = kind === "image" || kind === "snapshot" ? "" : ACCOUNT_ID;
  return `arn:aws:ec2:${region}:${owner}:${kind}/${id}`;
}

const prefixed = (prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));

/** Makes the requests of one call. */
function asking({ action, region, tags, owners, keys }: RecordedCall) {
  const requested: Context = { "aws:RequestedRegion": region };
  /** A resource that is there. */
  const on = (id: string, more: Context = {}): IamRequest => ({
    action: `ec2:${action}`,
    resource: arnOf(region, KINDS[id.split("-")[0] ?? ""] ?? "", id),
    context: {
      ...requested,
      ...prefixed("aws:ResourceTag", tags[id] ?? {}),
      ...(owners[id] !== undefined && { "ec2:Owner": owners[id] }),
      ...more,
    },
  });
  /** A resource that is made, with the tags that it gets. */
  const makes = (kind: string, given: readonly WireTag[] = []): IamRequest[] => {
    const tagged = tagRecord([...given]);
    const wanted = { ...requested, ...prefixed("aws:RequestTag", tagged), "aws:TagKeys": Object.keys(tagged) };
    const resource = arnOf(region, kind, "*");
    const made = { action: `ec2:${action}`, resource, context: wanted };
    if (given.length === 0) return [made];
    const tagging = { action: "ec2:CreateTags", resource, context: { ...wanted, "ec2:CreateAction": action } };
    return [made, tagging];
  };
  const viaEc2 = { "kms:ViaService": `ec2.${region}.amazonaws.com` };
  /** Uses of the key that something is under. */
  const use = (id: string, actions: readonly string[], key = keys[id]): IamRequest[] => {
    if (key === undefined) return [];
    const granted = { ...viaEc2, "kms:GrantIsForAWSResource": "true" };
    return [
      ...actions.map((one) => ({ action: `kms:${one}`, resource: key, context: viaEc2 })),
      { action: "kms:CreateGrant", resource: key, context: granted },
    ];
  };
  return { on, makes, use };
}

const READING = ["DescribeKey", "Decrypt"];
const WRITING = ["DescribeKey", "GenerateDataKeyWithoutPlaintext"];

function tagsFor(parameters: Wire, kind: string): WireTag[] {
  const found = listOf(parameters.TagSpecification).find(({ ResourceType }) => ResourceType === kind);
  return (found?.Tag ?? []) as WireTag[];
}

/** Snapshots of a call's mappings, and keys of the volumes that come of them. */
function mapped(call: RecordedCall): IamRequest[] {
  const { on, use } = asking(call);
  return listOf(call.parameters.BlockDeviceMapping).flatMap(({ Ebs }) => {
    const { SnapshotId: id, KmsKeyId } = (Ebs ?? {}) as { SnapshotId?: string; KmsKeyId?: string };
    if (id === undefined) return [];
    return [on(id), ...use(id, READING), ...use(id, WRITING, KmsKeyId ?? call.keys[id])];
  });
}

function launching(call: RecordedCall): IamRequest[] {
  const { parameters, region, roles } = call;
  const { on, makes } = asking(call);
  const interfaces = listOf(parameters.NetworkInterface);
  const used = [
    ...interfaces.flatMap((one) => [...asList(one.SubnetId), ...asList(one.SecurityGroupId)]),
    ...asList(parameters.ImageId),
  ];
  const keyPair = asList(parameters.KeyName).map((name) => arnOf(region, "key-pair", name));
  const passed = { "iam:PassedToService": "ec2.amazonaws.com" };
  return [
    ...used.map((id) => on(id)),
    ...keyPair.map((resource) => ({
      action: "ec2:RunInstances",
      resource,
      context: { "aws:RequestedRegion": region },
    })),
    ...["instance", "volume", "network-interface"].flatMap((kind) => makes(kind, tagsFor(parameters, kind))),
    ...mapped(call),
    ...roles.map((resource) => ({ action: "iam:PassRole", resource, context: passed })),
  ];
}

function tagging(call: RecordedCall): IamRequest[] {
  const { parameters } = call;
  const given = tagRecord(listOf(parameters.Tag));
  // DeleteTags without values deletes whatever the values are: the request has the keys alone.
  const values = call.action === "CreateTags" ? prefixed("aws:RequestTag", given) : {};
  const context = { ...values, "aws:TagKeys": Object.keys(given) };
  return asList(parameters.ResourceId).map((id) => asking(call).on(id, context));
}

/** Returns what IAM evaluates for a call that changes something; `undefined` for another one. */
function changing(call: RecordedCall): IamRequest[] | undefined {
  const { action, parameters, attached } = call;
  const { on, makes, use } = asking(call);
  const named = (...names: string[]) => names.flatMap((name) => asList(parameters[name])).map((id) => on(id));
  switch (action) {
    case "RunInstances":
      return launching(call);
    case "RegisterImage":
      return [...makes("image", tagsFor(parameters, "image")), ...mapped(call)];
    case "CreateVolume": {
      const id = String(parameters.SnapshotId);
      const key = asList(parameters.KmsKeyId)[0] ?? call.keys[id];
      const made = makes("volume", tagsFor(parameters, "volume"));
      return [...made, on(id), ...use(id, READING), ...use(id, WRITING, key)];
    }
    case "CreateSecurityGroup":
      return [...makes("security-group", tagsFor(parameters, "security-group")), ...named("VpcId")];
    case "CreateReplaceRootVolumeTask": {
      const kind = "replace-root-volume-task";
      return [...makes(kind, tagsFor(parameters, kind)), ...named("InstanceId", "VolumeId")];
    }
    case "AttachVolume":
      return [...named("InstanceId", "VolumeId"), ...use(String(parameters.VolumeId), ["Decrypt"])];
    case "StartInstances": {
      const volumes = asList(parameters.InstanceId).flatMap((id) => attached[id] ?? []);
      return [...named("InstanceId"), ...volumes.flatMap((id) => use(id, ["Decrypt"]))];
    }
    case "CreateTags":
    case "DeleteTags":
      return tagging(call);
    case "DetachVolume":
    case "DeleteVolume":
    case "StopInstances":
    case "TerminateInstances":
    case "ModifyInstanceAttribute":
    case "ModifyNetworkInterfaceAttribute":
    case "RevokeSecurityGroupEgress":
    case "DeleteSecurityGroup":
    case "DeleteNetworkInterface":
    case "DeregisterImage":
      return named("InstanceId", "VolumeId", "NetworkInterfaceId", "GroupId", "ImageId");
    default:
      return undefined;
  }
}

/**
 * Returns the requests for a call of a command.
 * @throws for a call that is not modeled, so that none passes without being looked at
 */
export function operatorRequests(call: RecordedCall): IamRequest[] {
  const { service, action, region, parameters } = call;
  // Nobody needs a permission to ask who they are (AWS, GetCallerIdentity).
  if (service === "sts" && action === "GetCallerIdentity") return [];
  if (service === "s3" && action === "GetObject") {
    const resource = `arn:aws:s3:::${String(parameters.Bucket)}/${String(parameters.Key)}`;
    return [{ action: "s3:GetObject", resource, context: { "aws:ResourceAccount": ACCOUNT_ID } }];
  }
  const made = service === "ec2" ? changing(call) : undefined;
  if (made !== undefined) {
    if (made.length === 0) throw new Error(`${action} names no resource`);
    return made;
  }
  if (service === "ec2" && action.startsWith("Describe") && action !== "DescribeSnapshotAttribute") {
    return [{ action: `ec2:${action}`, resource: "*", context: { "aws:RequestedRegion": region } }];
  }
  return requestsOfCall(call, { partition: "aws", accountId: ACCOUNT_ID, bucketKeyOf: () => "" });
}
