/**
 * Reads the recovery points at the end from all regions, and decides whether every protected volume can be restored.
 */
import { describeProtectedInstances, describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { describeVolumes, withVolumeSpecs } from "../../vault/aws/ec2Volumes";
import { copyState } from "../../vault/inventory/copies";
import { groupBy } from "../../vault/lib/collections";
import { EXCLUDE_VALUE, tagsFromList } from "../../vault/model/tags/tags";
import type { AttachedVolume, Snapshot } from "../../vault/model/world";
import type { Inventory } from "../account/inventory";
import { type NearMiss, type WantedTag, nearExclusionOf, nearMissOf } from "./nearMiss";
import type { LocalVault } from "../runtime/localVault";

/** One volume's recovery points in one region. */
export interface Points {
  count: number;
  oldest?: string;
  newest?: string;
}

export interface VolumeRecovery {
  volumeId: string;
  deviceName: string;
  sizeGiB: number;
  excluded: boolean;
  /** Set if it seems to be meant to be excluded. */
  nearMiss?: NearMiss;
  snapshots: Points;
  /** Copies that are completed, encrypted and under the region's key, by DR region. */
  copies: Record<string, Points>;
}

export interface InstanceRecovery {
  instanceId: string;
  name: string;
  state: string;
  /** State in the inventory, where the vault finds another one. */
  stateBefore?: string;
  protected: boolean;
  /** Reason why nothing of it is backed up; absent if something is. */
  note?: string;
  /** Set if it seems to be meant to be backed up. */
  nearMiss?: NearMiss;
  volumes: VolumeRecovery[];
}

export interface Recoverability {
  instances: InstanceRecovery[];
  /** Protected volumes whose newest snapshot lacks a verified copy, or that have none. Empty: all can be restored. */
  gaps: string[];
}

function pointsOf(snapshots: readonly Snapshot[]): Points {
  const slots = snapshots.map((snapshot) => snapshot.identity.slot).sort();
  return { count: slots.length, oldest: slots[0], newest: slots[slots.length - 1] };
}

type ByVolume = ReadonlyMap<string, readonly Snapshot[]>;

function byVolume(snapshots: readonly Snapshot[]): ByVolume {
  return groupBy(snapshots, ({ volumeId }) => volumeId);
}

function volumeRecovery(
  volume: AttachedVolume,
  tag: WantedTag,
  snapshots: ByVolume,
  copies: readonly (readonly [region: string, list: ByVolume])[],
): VolumeRecovery {
  const { volumeId, deviceName, sizeGiB = 0 } = volume;
  const nearMiss = nearExclusionOf(volume.tags, tag);
  const of = (list: ByVolume) => list.get(volumeId) ?? [];
  return {
    volumeId,
    deviceName,
    sizeGiB,
    excluded: volume.tags[tag.key] === EXCLUDE_VALUE,
    ...(nearMiss && { nearMiss }),
    snapshots: pointsOf(of(snapshots)),
    copies: Object.fromEntries(copies.map(([region, list]) => [region, pointsOf(of(list))])),
  };
}

function gapOf(instanceId: string, { volumeId, snapshots, copies }: VolumeRecovery): string[] {
  if (snapshots.newest === undefined) return [`${instanceId} ${volumeId}: no completed snapshot`];
  return Object.entries(copies).flatMap(([region, { newest }]) => {
    if (newest === snapshots.newest) return [];
    const has = newest === undefined ? "none" : `the newest is of ${newest}`;
    return [`${instanceId} ${volumeId}: no verified copy of ${snapshots.newest ?? ""} in ${region}, ${has}`];
  });
}

/** Reads the verified copies in each DR region. */
async function verifiedCopies({ account, stack }: LocalVault): Promise<Record<string, Snapshot[]>> {
  const copies: Record<string, Snapshot[]> = {};
  for (const { region, keyArn } of stack.dr) {
    const all = await describeVaultSnapshots(account.ec2(region), region, stack.vaultId);
    copies[region] = all.filter((copy) => copyState(copy, keyArn) === "verified");
  }
  return copies;
}

const GONE = "terminated";

/** Says why nothing of an instance is backed up. */
function noteOf(
  { State: { Name } }: Fleet["instances"][number],
  isTagged: boolean,
  volumes: readonly VolumeRecovery[],
): string | undefined {
  if (!isTagged) return "not tagged";
  if (Name === GONE) return `${GONE}: not backed up`;
  if (volumes.length === 0) return "no EBS volume: nothing is backed up";
  if (volumes.every(({ excluded }) => excluded)) return "every volume is excluded: nothing is backed up";
  return undefined;
}

/** The instances of an inventory: all, so that those which are not backed up are seen as such. */
export type Fleet = Pick<Inventory, "instances" | "stateBefore">;

/** Reads the recovery points of every instance of the fleet. */
export async function recoverability(
  vault: LocalVault,
  { instances: fleet, stateBefore }: Fleet,
  tag: WantedTag,
): Promise<Recoverability> {
  const { vaultId, primaryRegion } = vault.stack;
  const primary = vault.account.ec2(primaryRegion);
  const found = await describeProtectedInstances(primary, tag.key, tag.values);
  const ids = found.map(({ instanceId }) => instanceId);
  const described = withVolumeSpecs(found, await describeVolumes(primary, ids));
  const instances = new Map(described.map((one) => [one.instanceId, one]));
  const all = await describeVaultSnapshots(primary, primaryRegion, vaultId);
  const snapshots = byVolume(all.filter((snapshot) => snapshot.state === "completed"));
  const copies = Object.entries(await verifiedCopies(vault)).map(([region, list]) => [region, byVolume(list)] as const);
  const recovered = fleet.map((given): InstanceRecovery => {
    const { InstanceId, Tags, State } = given;
    const instance = instances.get(InstanceId);
    const tags = tagsFromList(Tags);
    const volumes = (instance?.volumes ?? []).map((volume) => volumeRecovery(volume, tag, snapshots, copies));
    const note = noteOf(given, tag.values.includes(tags[tag.key] ?? ""), volumes);
    const nearMiss = State.Name === GONE ? undefined : nearMissOf(tags, tag);
    return {
      instanceId: InstanceId,
      name: tags.Name ?? "",
      state: State.Name,
      ...(stateBefore[InstanceId] !== undefined && { stateBefore: stateBefore[InstanceId] }),
      protected: instance !== undefined,
      ...(note !== undefined && { note }),
      ...(nearMiss && { nearMiss }),
      volumes,
    };
  });
  const gaps = recovered.flatMap(({ instanceId, volumes }) =>
    volumes.filter(({ excluded }) => !excluded).flatMap((volume) => gapOf(instanceId, volume)),
  );
  return { instances: recovered, gaps };
}
