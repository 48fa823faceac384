/** Turns a call as it was on the wire into the permissions that IAM evaluates for it. Pure. */
import { type Call, callOf } from "../../iam/call";
import { type AccountView, requestsOf } from "../../iam/callRequests";
import type { IamRequest } from "../../iam/evaluator";

/** A call of the function, or of a command, with what an IAM decision on it depends on. */
export interface RecordedCall {
  /** `ec2` */
  service: string;
  /** `CreateSnapshots` */
  action: string;
  region: string;
  /** By their names on the wire. */
  parameters: Record<string, unknown>;
  /** Tags, at that moment, of each existing resource that the call names or a CreateSnapshots takes. */
  tags: Record<string, Record<string, string>>;
  /** The volumes of each instance that is named, the root first. */
  attached: Record<string, string[]>;
  /** ARN of the key that each named snapshot or volume is encrypted under, if EC2 knows it. */
  keys: Record<string, string>;
  /** Owner of each image that is named: `amazon`, or an account. */
  owners: Record<string, string>;
  /** ARNs of the roles of the instance profile that is named. */
  roles: string[];
}

/** Parts of the account that a decision depends on besides the call. */
export type Surroundings = Pick<AccountView, "partition" | "accountId" | "bucketKeyOf">;

interface WireTags {
  Tag?: unknown[];
}

interface Wire {
  [name: string]: unknown;
  TagSpecification?: WireTags[];
  Tag?: unknown[];
  ResourceId?: string[];
  InstanceSpecification?: { ExcludeDataVolumeId?: string[]; ExcludeBootVolume?: string };
}

/** Returns the SDK's input: members that are lists have a name in the plural there. */
function inputOf(parameters: Wire): object {
  const { TagSpecification = [], Tag, ResourceId, InstanceSpecification: set, ...rest } = parameters;
  const taken = set && {
    ...set,
    ExcludeDataVolumeIds: set.ExcludeDataVolumeId,
    ExcludeBootVolume: set.ExcludeBootVolume === "true",
  };
  return {
    ...rest,
    TagSpecifications: TagSpecification.map((one) => ({ ...one, Tags: one.Tag })),
    Tags: Tag,
    Resources: ResourceId,
    InstanceSpecification: taken,
  };
}

function volumesOf({ attached }: RecordedCall, { input }: Call & { name: "CreateSnapshots" }): string[] {
  const { InstanceId = "", ExcludeBootVolume, ExcludeDataVolumeIds } = input.InstanceSpecification ?? {};
  const [root, ...data] = attached[InstanceId] ?? [];
  const taken = data.filter((id) => ExcludeDataVolumeIds?.includes(id) !== true);
  return root === undefined || ExcludeBootVolume === true ? taken : [root, ...taken];
}

/**
 * Returns the requests that IAM evaluates for a recorded call.
 * @throws for a call that is not modelled, so that none passes without being looked at
 */
export function requestsOfCall(recorded: RecordedCall, around: Surroundings): IamRequest[] {
  const { service, action, region, parameters, tags, keys } = recorded;
  const call = callOf({ constructor: { name: action }, input: inputOf(parameters) });
  const account: AccountView = {
    ...around,
    tagsOf: (id) => tags[id],
    volumesOf: (set) => volumesOf(recorded, set),
    sourceKeyOf: (snapshotId) => keys[snapshotId],
  };
  const asked = requestsOf(account, region, call);
  const [first] = asked;
  const isOther = first !== undefined && first.action !== `${service}:${action}`;
  if (isOther) throw new Error(`the call ${service}:${action} is not modelled`);
  return asked;
}
