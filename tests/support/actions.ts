/** Builds a whole action of each kind; a test says only what differs. */
import { TAG, maxSnapshotTags } from "../../src/vault/model/tags/tags";
import type { CopyAction, DeleteAction, LockAction, SnapshotAction } from "../../src/vault/model/actions";
import { DR, KEY, NOW, SETTINGS, SLOT, copyOf, snapshot, volume } from "./world";

export function snapshotAction(extra: Partial<SnapshotAction> = {}): SnapshotAction {
  return {
    kind: "snapshot",
    region: SETTINGS.primaryRegion,
    instanceId: "i-1",
    slot: SLOT,
    mode: "set",
    volumes: [volume("vol-1", { isRoot: true }), volume("vol-2")],
    excludeBootVolume: false,
    excludeDataVolumeIds: [],
    copyVolumeTags: true,
    maxTags: maxSnapshotTags(SETTINGS),
    tags: { [TAG.vault]: SETTINGS.vaultId, [TAG.slot]: SLOT },
    reason: "no snapshot yet",
    ...extra,
  };
}

export function copyAction(sourceSnapshotId: string): CopyAction {
  return {
    kind: "copy",
    region: DR.region,
    sourceSnapshotId,
    sourceRegion: SETTINGS.primaryRegion,
    kmsKeyArn: KEY,
    sinceMs: NOW,
    tags: { [TAG.sourceSnapshot]: sourceSnapshotId },
    identity: {
      vaultId: SETTINGS.vaultId,
      instanceId: "i-1",
      slot: SLOT,
      source: { snapshotId: sourceSnapshotId, volumeId: "vol-1", startedMs: NOW },
    },
    reason: "no copy yet",
  };
}

export function deleteAction(snapshotId: string, extra: Partial<DeleteAction> = {}): DeleteAction {
  return {
    kind: "delete",
    region: SETTINGS.primaryRegion,
    snapshotId,
    snapshot: snapshot(snapshotId, { region: extra.region ?? SETTINGS.primaryRegion }),
    because: "retention",
    reason: "old",
    ...extra,
  };
}

export function lockAction(snapshotId: string): LockAction {
  return {
    kind: "lock",
    region: DR.region,
    snapshotId,
    snapshot: copyOf(snapshot(`source of ${snapshotId}`), snapshotId),
    mode: "governance",
    days: 7,
    sinceMs: NOW,
    reason: "not locked",
  };
}
