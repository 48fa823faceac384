/** What is really there at the end, read from both regions, and whether every protected volume can be brought back. */
import type { Instance } from "@aws-sdk/client-ec2";
import {
  describeProtectedInstances,
  describeVaultSnapshots,
  describeVolumes,
} from "../vault/ec2Reads";
import { withVolumeFacts } from "../vault/ec2Reads";
import { copyFault } from "../vault/planCopies";
import { EXCLUDE_VALUE, TAG } from "../vault/tags";
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
  /** Copies that are completed, encrypted and under the vault's key. */
  copies: Points;
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
  const slots = snapshots.map((snapshot) => snapshot.tags[TAG.slot] ?? "").sort();
  return { count: slots.length, oldest: slots[0], newest: slots[slots.length - 1] };
}

function auditVolume(
  volume: AttachedVolume,
  tagKey: string,
  snapshots: readonly Snapshot[],
  copies: readonly Snapshot[],
): VolumeAudit {
  const { volumeId, deviceName, sizeGiB = 0 } = volume;
  const of = (list: readonly Snapshot[]) => list.filter((s) => s.volumeId === volumeId);
  return {
    volumeId,
    deviceName,
    sizeGiB,
    excluded: volume.tags[tagKey] === EXCLUDE_VALUE,
    snapshots: pointsOf(of(snapshots)),
    copies: pointsOf(of(copies)),
  };
}

function gapOf(instanceId: string, { volumeId, snapshots, copies }: VolumeAudit): string[] {
  if (snapshots.newest === undefined) return [`${instanceId} ${volumeId}: no completed snapshot`];
  if (copies.newest === snapshots.newest) return [];
  const has = copies.newest === undefined ? "none" : `the newest is of ${copies.newest}`;
  return [`${instanceId} ${volumeId}: no sound copy of ${snapshots.newest}, ${has}`];
}

/**
 * @param fleet every instance of the inventory, so that the unprotected ones are seen as such
 */
export async function audit(
  { account, stack }: LocalVault,
  fleet: readonly Instance[],
  tag: { key: string; values: readonly string[] },
): Promise<Audit> {
  const { vaultId, primaryRegion, drRegion, drKeyArn } = stack;
  const primary = account.ec2(primaryRegion);
  const found = await describeProtectedInstances(primary, tag.key, tag.values);
  const ids = found.map(({ instanceId }) => instanceId);
  const instances = withVolumeFacts(found, await describeVolumes(primary, ids));
  const all = await describeVaultSnapshots(primary, primaryRegion, vaultId);
  const snapshots = all.filter((snapshot) => snapshot.state === "completed");
  const copied = await describeVaultSnapshots(account.ec2(drRegion), drRegion, vaultId);
  const copies = copied.filter(
    (copy) => copy.state === "completed" && copyFault(copy, drKeyArn) === undefined,
  );
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
