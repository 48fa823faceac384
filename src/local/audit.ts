/** What is really there at the end, read from all regions, and whether every protected volume can be brought back. */
import type { Instance } from "@aws-sdk/client-ec2";
import {
  describeProtectedInstances,
  describeVaultSnapshots,
  describeVolumes,
} from "../vault/ec2Reads";
import { withVolumeFacts } from "../vault/ec2Reads";
import { copyState } from "../vault/planCopies";
import { EXCLUDE_VALUE } from "../vault/tags";
import type { AttachedVolume, Snapshot } from "../vault/types";
import type { LocalVault } from "./vault";

/** One volume's recovery points in one region. */
export interface Points {
  count: number;
  oldest?: string;
  newest?: string;
}

interface VolumeAudit {
  volumeId: string;
  deviceName: string;
  sizeGiB: number;
  excluded: boolean;
  snapshots: Points;
  /** By DR region: copies that are completed, encrypted and under the region's key. */
  copies: Record<string, Points>;
}

interface InstanceAudit {
  instanceId: string;
  name: string;
  state: string;
  protected: boolean;
  volumes: VolumeAudit[];
}

export interface Audit {
  instances: InstanceAudit[];
  /** Protected volumes whose newest snapshot lacks a sound copy, or that have none. Empty: all can be brought back. */
  gaps: string[];
}

function pointsOf(snapshots: readonly Snapshot[]): Points {
  const slots = snapshots.map((snapshot) => snapshot.identity.slot).sort();
  return { count: slots.length, oldest: slots[0], newest: slots[slots.length - 1] };
}

function auditVolume(
  volume: AttachedVolume,
  tagKey: string,
  snapshots: readonly Snapshot[],
  copies: Readonly<Record<string, readonly Snapshot[]>>,
): VolumeAudit {
  const { volumeId, deviceName, sizeGiB = 0 } = volume;
  const of = (list: readonly Snapshot[]) => list.filter((s) => s.volumeId === volumeId);
  return {
    volumeId,
    deviceName,
    sizeGiB,
    excluded: volume.tags[tagKey] === EXCLUDE_VALUE,
    snapshots: pointsOf(of(snapshots)),
    copies: Object.fromEntries(
      Object.entries(copies).map(([region, list]) => [region, pointsOf(of(list))]),
    ),
  };
}

function gapOf(instanceId: string, { volumeId, snapshots, copies }: VolumeAudit): string[] {
  if (snapshots.newest === undefined) return [`${instanceId} ${volumeId}: no completed snapshot`];
  return Object.entries(copies).flatMap(([region, { newest }]) => {
    if (newest === snapshots.newest) return [];
    const has = newest === undefined ? "none" : `the newest is of ${newest}`;
    return [`${instanceId} ${volumeId}: no sound copy of ${snapshots.newest ?? ""} in ${region}, ${has}`]; // prettier-ignore
  });
}

/** The sound copies in each DR region. */
async function soundCopies({ account, stack }: LocalVault): Promise<Record<string, Snapshot[]>> {
  const copies: Record<string, Snapshot[]> = {};
  for (const { region, keyArn } of stack.dr) {
    const all = await describeVaultSnapshots(account.ec2(region), region, stack.vaultId);
    copies[region] = all.filter((copy) => copyState(copy, keyArn) === "sound");
  }
  return copies;
}

/**
 * @param fleet every instance of the inventory, so that the unprotected ones are seen as such
 */
export async function audit(
  vault: LocalVault,
  fleet: readonly Instance[],
  tag: { key: string; values: readonly string[] },
): Promise<Audit> {
  const { vaultId, primaryRegion } = vault.stack;
  const primary = vault.account.ec2(primaryRegion);
  const found = await describeProtectedInstances(primary, tag.key, tag.values);
  const ids = found.map(({ instanceId }) => instanceId);
  const instances = withVolumeFacts(found, await describeVolumes(primary, ids));
  const all = await describeVaultSnapshots(primary, primaryRegion, vaultId);
  const snapshots = all.filter((snapshot) => snapshot.state === "completed");
  const copies = await soundCopies(vault);
  const audits = fleet.map((given): InstanceAudit => {
    const instance = instances.find(({ instanceId }) => instanceId === given.InstanceId);
    const name = given.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "";
    return {
      instanceId: given.InstanceId ?? "",
      name,
      state: given.State?.Name ?? "running",
      protected: instance !== undefined,
      volumes: (instance?.volumes ?? []).map((volume) =>
        auditVolume(volume, tag.key, snapshots, copies),
      ),
    };
  });
  const gaps = audits.flatMap(({ instanceId, volumes }) =>
    volumes.filter(({ excluded }) => !excluded).flatMap((volume) => gapOf(instanceId, volume)),
  );
  return { instances: audits, gaps };
}
