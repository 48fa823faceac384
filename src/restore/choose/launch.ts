/**
 * Makes every choice of a launch: type, network, key pair, and what the region or the type can't have. The result is an order in
 * the region's own terms. Pure.
 */
import type { BlobName, InterfaceSpec, LaunchSpec } from "../../vault/model/launchSpec";
import { givenBlobs } from "../blobs";
import { type Choices, chosenInterfaces, choiceWords } from "../choices";
import { withoutUndefined } from "../../vault/lib/collections";
import type { AttachedShared, LaunchOrder, VolumeOptions } from "../order";
import { refusal } from "../refusal";
import type { RestoreSource } from "../source";
import { type ChosenNetwork, type NetworkWishes, chooseNetworks } from "./network";
import type { RegionFacts } from "./region";

/** What a person asks for instead of what was captured. */
export interface LaunchWishes extends VolumeOptions, Omit<NetworkWishes, "isIsolated"> {
  instanceType?: string;
  keyName?: string;
  /** `none`: without one. */
  instanceProfile?: string;
  isIsolated: boolean;
  baseImageId?: string;
  /** Blobs that are not given back; absent: all are. */
  leavesOut?: readonly BlobName[];
  /** Volumes of other restores to attach; absent: none. */
  shared?: readonly AttachedShared[];
  /** Tag that selects instances for backup. An isolated instance does not get it. */
  backupTagKey: string;
}

/** Billing code of Linux without a license. Every image has it, so that none is ever lost. */
export const PLAIN_LINUX = "RunInstances";

/** Returns the type that is launched. */
export function wantedType({ instanceType }: RestoreSource, asked: string | undefined): string {
  const wanted = asked ?? instanceType;
  if (wanted !== undefined) return wanted;
  throw refusal("NoType", "the instance type was not captured", "Give one with --instance-type, such as m7g.large.");
}

function checkType(type: string, captured: LaunchSpec, { type: facts, region, offeredIn }: RegionFacts): void {
  if (facts === undefined) {
    throw refusal("NoType", `${region} has no instance type ${type}`, "Choose another with --instance-type.");
  }
  const { architecture } = captured;
  if (architecture !== undefined && !facts.architectures.includes(architecture)) {
    const message = `${type} is ${facts.architectures.join(" or ")}, and the instance was ${architecture}`;
    throw refusal("WrongArchitecture", message, `Choose a type of ${architecture} with --instance-type.`);
  }
  if (offeredIn.length === 0) {
    throw refusal("NotOffered", `no zone of ${region} offers ${type}`, "Choose another with --instance-type.");
  }
}

/** Returns the launch options as this region and type can have them. */
function launchHere(captured: LaunchSpec, facts: RegionFacts, wishes: LaunchWishes, isSameType: boolean): LaunchSpec {
  const { keyName, instanceProfile, cpuCores, threadsPerCore, cpuCredits, ...kept } = captured;
  const {
    hostId: _host,
    placementGroup: _group,
    partitionNumber: _partition,
    spot: _spot,
    hibernation: _hibernation,
    ...rest
  } = kept;
  const key = wishes.keyName ?? keyName;
  const profile = wishes.instanceProfile ?? instanceProfile;
  const { type } = facts;
  const hasOwnCpu =
    isSameType &&
    (cpuCores !== type?.defaultCores || threadsPerCore !== type?.defaultThreadsPerCore) &&
    type?.defaultCores !== undefined;
  const isHost = rest.tenancy === "host";
  return {
    ...rest,
    ...(isHost && { tenancy: "default" }),
    ...(key !== undefined && key !== "none" && facts.keyPairs.includes(key) && { keyName: key }),
    ...(profile !== undefined && profile !== "none" && { instanceProfile: profile }),
    ...(hasOwnCpu && cpuCores !== undefined && { cpuCores, threadsPerCore: threadsPerCore ?? 1 }),
    ...(type?.isBurstable === true && cpuCredits !== undefined && { cpuCredits }),
  };
}

function checkKeyPair({ keyName }: LaunchWishes, { keyPairs, region }: RegionFacts): void {
  if (keyName === undefined || keyName === "none" || keyPairs.includes(keyName)) return;
  const known = keyPairs.length === 0 ? "There is none." : `There are: ${keyPairs.join(", ")}.`;
  throw refusal("NoKeyPair", `${region} has no key pair ${keyName}`, known);
}

/** Where and as what an order launches. */
interface Place {
  network: ChosenNetwork;
  instanceType: string;
  launch: LaunchSpec;
}

function orderOf(source: RestoreSource, restoreId: string, wishes: LaunchWishes, place: Place): LaunchOrder {
  const { network, instanceType, launch } = place;
  const { availabilityZone, interfaces } = network;
  const usage = source.captured?.launch.usageOperation;
  const { leavesOut = [], shared = [] } = wishes;
  const isolatedIn = wishes.isIsolated ? interfaces[0]?.vpcId : undefined;
  const { baseImageId, kmsKeyId, initializationRate } = wishes;
  const optional = withoutUndefined<VolumeOptions & Pick<LaunchOrder, "isolatedIn" | "baseImageId">>({
    isolatedIn,
    baseImageId,
    kmsKeyId,
    initializationRate,
  });
  const choices: Choices = {
    mode: "launch",
    devices: [],
    instanceType,
    availabilityZone,
    interfaces: chosenInterfaces(interfaces),
    keyName: launch.keyName ?? "none",
    instanceProfile: launch.instanceProfile ?? "none",
    leavesOut,
    shared,
    ...optional,
  };
  const { [wishes.backupTagKey]: backupTag, ...otherTags } = source.instanceTags;
  const isTagged = backupTag !== undefined && isolatedIn === undefined;
  return {
    mode: "launch",
    restoreId,
    region: source.region,
    instanceId: source.instanceId,
    slot: source.slot,
    volumes: source.volumes,
    choices: choiceWords(choices),
    instanceType,
    availabilityZone,
    as: { launch, interfaces },
    instanceTags: isTagged ? source.instanceTags : otherTags,
    blobs: givenBlobs(source.blobs),
    leavesOut,
    shared,
    ...optional,
    ...(usage !== undefined && usage !== PLAIN_LINUX && { usageOperation: usage }),
  };
}

/**
 * Returns the orders of a launch: the first is carried out, the others where a zone lacks capacity.
 * @throws a refusal where something can't be mapped and a person has to choose
 */
export function chooseLaunch(
  source: RestoreSource,
  facts: RegionFacts,
  wishes: LaunchWishes,
  restoreId: string,
): [LaunchOrder, ...LaunchOrder[]] {
  const instanceType = wantedType(source, wishes.instanceType);
  const captured: LaunchSpec = source.captured?.launch ?? {};
  const interfaces: readonly InterfaceSpec[] = source.captured?.interfaces ?? [];
  checkType(instanceType, captured, facts);
  checkKeyPair(wishes, facts);
  const launch = launchHere(captured, facts, wishes, instanceType === source.instanceType);
  const [first, ...others] = chooseNetworks(interfaces, facts, wishes);
  const place = (network: ChosenNetwork) => orderOf(source, restoreId, wishes, { network, instanceType, launch });
  return [place(first), ...others.map(place)];
}
