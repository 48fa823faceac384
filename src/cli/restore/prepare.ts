/** Makes the order of a restore: reads what the region has, and makes every choice. It changes nothing. */
import type { RestoreClient } from "../../restore/aws/client";
import { findRestoredShared } from "../../restore/aws/sharedVolumes";
import { findBaseImage } from "../../restore/aws/baseImages";
import { type Described, describeInstance } from "../../restore/aws/described";
import { readRegionFacts, readSubnets } from "../../restore/aws/regionFacts";
import { type LaunchWishes, PLAIN_LINUX, chooseLaunch, wantedType } from "../../restore/choose/launch";
import { chooseShared } from "../../restore/choose/shared";
import { chooseReplace, chooseVolumes, volumesOf } from "../../restore/choose/volumes";
import type { LaunchOrder, Mode, Order, VolumeOptions } from "../../restore/order";
import type { RestoreSource } from "../../restore/source";
import { describeAllInstances } from "../reading/aws";
import { withoutUndefined } from "../../vault/lib/collections";
import type { LaunchSpec } from "../../vault/model/launchSpec";
import type { Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { NONE_EXISTS, findInstance } from "../reading/instances";
import { type RestoreOptions, leftOut, rateOf } from "./options";
import { sharedNotes } from "./shared";

/** A restore that is ready to begin. */
export interface Prepared {
  order: Order;
  /** The same launch in other zones. */
  alternatives: readonly LaunchOrder[];
  /** The original, if it is in this region. */
  live?: Described;
  /** Processor of the type as it is if nobody asks for another. */
  cpu?: Pick<LaunchSpec, "cpuCores" | "threadsPerCore">;
  notes: string[];
}

/** What every kind needs. */
export interface Basis {
  client: RestoreClient;
  source: RestoreSource;
  restoreId: string;
  options: RestoreOptions;
  context: Context;
}

function privateAddresses({ captured }: RestoreSource): string[] {
  return (captured?.interfaces ?? []).flatMap(({ privateIp, secondaryIps = [] }) =>
    privateIp === undefined ? secondaryIps : [privateIp, ...secondaryIps],
  );
}

function volumeOptions(options: RestoreOptions): VolumeOptions {
  return withoutUndefined<VolumeOptions>({ kmsKeyId: options.kmsKey, initializationRate: rateOf(options) });
}

/** Finds the public image for the detour, where the billing code may be lost. */
async function baseImage({ client, source, options }: Basis): Promise<{ imageId?: string; notes: string[] }> {
  const { usageOperation: code = PLAIN_LINUX, architecture = "x86_64" } = source.captured?.launch ?? {};
  if (options.baseImage !== undefined) return { imageId: options.baseImage, notes: [] };
  if (code === PLAIN_LINUX) return { notes: [] };
  const imageId = await findBaseImage(client, code, architecture);
  if (imageId !== undefined) return { imageId, notes: [] };
  const note = `no public image with the billing code ${code} was found: if the copy lost it, give one with --base-image`;
  return { notes: [note] };
}

interface Sharing extends Partial<ReturnType<typeof chooseShared>> {
  notes: string[];
}

/** Chooses the volumes of other restores that are attached, or says what to type for them. */
async function shareVolumes({ client, source, options }: Basis): Promise<Sharing> {
  const snapshotIds = source.shared.map(({ volume }) => volume.snapshotId);
  const restored = await findRestoredShared(client, snapshotIds);
  const { shared, az } = options;
  if (shared === undefined) return { notes: sharedNotes(source, restored) };
  const wishes = { volumeIds: shared === true ? [] : shared, ...(az !== undefined && { availabilityZone: az }) };
  return { ...chooseShared(source, restored, wishes), notes: [] };
}

async function prepareLaunch(basis: Basis): Promise<Prepared> {
  const { client, source, restoreId, options, context } = basis;
  const root = source.volumes.find(({ isRoot }) => isRoot);
  if (root === undefined) {
    const hint = "Restore the volumes (--volumes), and attach them to an instance of your own.";
    throw cliError(EXIT.usage, "NoRoot", `no snapshot of ${source.slot} is known to be of the root volume`, hint);
  }
  const instanceType = wantedType(source, options.instanceType);
  context.progress(`reading subnets, groups and types of ${source.region}`);
  const [facts, base, live, sharing] = await Promise.all([
    readRegionFacts(client, source.region, instanceType, privateAddresses(source)),
    baseImage(basis),
    describeInstance(client, source.instanceId),
    shareVolumes(basis),
  ]);
  const wishes = withoutUndefined<LaunchWishes>({
    isIsolated: options.isolate === true,
    leavesOut: leftOut(options),
    backupTagKey: options.backupTag,
    instanceType: options.instanceType,
    availabilityZone: sharing.availabilityZone ?? options.az,
    shared: sharing.shared,
    subnetId: options.subnet,
    groupIds: options.groups,
    keyName: options.keyPair,
    instanceProfile: options.profile,
    baseImageId: base.imageId,
    ...volumeOptions(options),
  });
  const [order, ...alternatives] = chooseLaunch(source, facts, wishes, restoreId);
  const { defaultCores, defaultThreadsPerCore } = facts.type ?? {};
  const cpu = withoutUndefined<NonNullable<Prepared["cpu"]>>({
    cpuCores: defaultCores,
    threadsPerCore: defaultThreadsPerCore,
  });
  return { order, alternatives, notes: [...base.notes, ...sharing.notes], cpu, ...(live !== undefined && { live }) };
}

/** Returns an instance of the region that a restore works on. */
async function instanceIn({ client, source }: Basis, instanceId: string, hint: string): Promise<Described> {
  const found = await describeInstance(client, instanceId);
  if (found !== undefined) return found;
  throw cliError(EXIT.nothing, "NoInstance", `${source.region} has no instance ${instanceId}`, hint);
}

/** Returns the id of an instance that a person names by id, Name or a unique beginning of either. */
async function existingId(text: string, region: string): Promise<string> {
  if (/^i-[0-9a-f]{17}$/.test(text)) return text;
  const all = await describeAllInstances(region);
  const known = all.map(({ instanceId, tags }) => ({ instanceId, name: tags.Name ?? "" }));
  return findInstance(text, known, region, NONE_EXISTS).instanceId;
}

async function prepareVolumes(basis: Basis): Promise<Prepared> {
  const { source, restoreId, options } = basis;
  const attachTo = options.attach === undefined ? undefined : await existingId(options.attach, source.region);
  const target = attachTo === undefined ? undefined : await instanceIn(basis, attachTo, NONE_EXISTS.hint);
  const zone = target?.availabilityZone ?? options.az ?? (await firstZone(basis));
  const order = chooseVolumes(source, restoreId, {
    availabilityZone: zone,
    devices: options.device ?? [],
    ...volumeOptions(options),
    ...(attachTo !== undefined && { attachTo }),
  });
  const used = order.volumes.filter(({ device }) => target?.shape.volumes.some((one) => one.device === device));
  const [first] = used;
  if (first !== undefined) {
    const hint = "Choose others with --device, or replace the volumes in place with --replace.";
    const message = `${first.device} of ${target?.instanceId ?? ""} is in use`;
    throw cliError(EXIT.usage, "DeviceInUse", message, hint);
  }
  return { order, alternatives: [], notes: sharedNotes(source, []) };
}

/** Returns the zone of the original where it is in this region, else the region's first. */
async function firstZone({ client, source, context }: Basis): Promise<string> {
  const { availabilityZone: zone = "", region } = source;
  if (zone.startsWith(region)) return zone;
  context.progress(`reading the zones of ${region}`);
  const [subnet] = await readSubnets(client);
  if (subnet !== undefined) return subnet.availabilityZone;
  throw cliError(EXIT.usage, "NoZone", `no subnet of ${region} names a zone`, `Name one with --az ${region}a.`);
}

async function prepareReplace(basis: Basis): Promise<Prepared> {
  const { source, restoreId, options } = basis;
  const hint = "It has to exist, and in this region. Launch a new one with --launch.";
  const live = await instanceIn(basis, source.instanceId, hint);
  if (!["running", "stopped"].includes(live.state)) {
    const again = "Wait until it runs or is stopped, and try again.";
    throw cliError(EXIT.usage, "NotReady", `${live.instanceId} is ${live.state}`, again);
  }
  const devices = options.device ?? [];
  const volumes = volumesOf(source, devices);
  const isRunning = live.state === "running";
  const isMetal = (live.shape.instanceType ?? "").includes(".metal");
  const isRootOnly = volumes.length === 1 && volumes[0]?.isRoot === true;
  const order = chooseReplace(source, restoreId, {
    availabilityZone: live.availabilityZone,
    devices,
    wasRunning: isRunning,
    isRootTask: isRunning && isRootOnly && !isMetal && options.stop !== true,
    rootDevice: live.rootDevice,
    ...volumeOptions(options),
  });
  const now = live.shape.volumes.map(({ device }) => device);
  const left = now.filter((device) => order.volumes.every((one) => one.device !== device));
  const notes = left.length === 0 ? [] : [`not in this restore, and left as they are: ${left.join(", ")}`];
  return { order, alternatives: [], live, notes };
}

/** Makes the order for a mode. */
export async function prepare(mode: Mode, basis: Basis): Promise<Prepared> {
  if (mode === "launch") return prepareLaunch(basis);
  return mode === "volumes" ? prepareVolumes(basis) : prepareReplace(basis);
}
