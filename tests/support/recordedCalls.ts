/**
 * The calls that the function made on the emulated account, each as the requests that IAM would decide on. What a call
 * asks for is the simulation's to say (tests/simulation/role.ts); here it gets the call, and an account of what it names.
 */
import type { CallsFile } from "../../src/local/callsFile";
import type { RecordedCall } from "../../src/local/emulator";
import type { Account, Region } from "../simulation/account";
import { type Call, callOf } from "../simulation/call";
import { type Decision, type IamPolicy, type IamRequest, compilePolicy } from "../simulation/iamEvaluator"; // prettier-ignore
import { requestsOf } from "../simulation/role";

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

/** As the SDK's input was: what is in lists has a name in the plural there. */
function inputOf(parameters: Wire): object {
  const {
    TagSpecification = [],
    Tag,
    ResourceId,
    InstanceSpecification: set,
    ...rest
  } = parameters;
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

/** @throws where the simulation knows no such call */
function toCall({ action, parameters }: RecordedCall): Call {
  const command = { constructor: { name: action }, input: inputOf(parameters) };
  return callOf(command);
}

/** As much of an account as the mapping looks at: what the call named, with its tags of that moment. */
function accountOf({ tags, attached }: RecordedCall, dr: readonly object[]): Account {
  const withTags = (prefix: string, idKey: string) =>
    Object.keys(tags)
      .filter((id) => id.startsWith(prefix))
      .map((id): [string, object] => [id, { [idKey]: id, tags: tags[id], deleted: false }]);
  const instances = withTags("i-", "instanceId").map(([id, one]): [string, object] => [
    id,
    { ...one, attached: (attached[id] ?? []).map((volumeId) => ({ volumeId })) },
  ]);
  const account = {
    settings: { dr },
    instances: new Map(instances),
    volumes: new Map(withTags("vol-", "volumeId")),
    snapshots: new Map(withTags("snap-", "snapshotId")),
  };
  return account as unknown as Account;
}

function requests(call: RecordedCall, dr: readonly object[]): IamRequest[] {
  const account = accountOf(call, dr);
  const region = { ...account, name: call.region } as unknown as Region;
  const asked = requestsOf(account, region, toCall(call));
  // What the mapping takes for another service's call, or for one that needs no right, nobody would look at.
  if (asked[0]?.action !== `${call.service}:${call.action}`) {
    throw new Error(
      `the call ${call.service}:${call.action} is not mapped: ${JSON.stringify(asked)}`,
    );
  }
  return asked;
}

/** Each region's key, by the copies that were made there. */
function keysOf(calls: readonly RecordedCall[]): object[] {
  const copies = calls.filter(({ action }) => action === "CopySnapshot");
  const keys = new Map(copies.map(({ region, parameters }) => [region, parameters.KmsKeyId]));
  return [...keys].map(([region, keyArn]) => ({ region, keyArn }));
}

/** What IAM asks for all calls, the same question once. */
function allRequests({ calls }: CallsFile): IamRequest[] {
  const dr = keysOf(calls);
  const asked = calls.flatMap((call) => requests(call, dr));
  return [...new Map(asked.map((request) => [JSON.stringify(request), request])).values()];
}

function policyOf({ role }: CallsFile): IamPolicy {
  return role.policy as unknown as IamPolicy;
}

/** What the role's policy says to each question that the calls raise. */
export function decided(file: CallsFile): { request: IamRequest; decision: Decision }[] {
  const decide = compilePolicy(policyOf(file));
  return allRequests(file).map((request) => ({ request, decision: decide(request) }));
}

/** The statements without which some call would be denied. */
export function neededStatements(file: CallsFile): Set<string> {
  const { Statement } = policyOf(file);
  const asked = allRequests(file);
  const needed = Statement.filter((without) => {
    const decide = compilePolicy({ Statement: Statement.filter((one) => one !== without) });
    return asked.some((request) => decide(request) !== "allowed");
  });
  return new Set(needed.map(({ Sid = "" }) => Sid));
}
