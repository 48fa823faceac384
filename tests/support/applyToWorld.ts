/** Applies a plan on an AWS that refuses nothing and finishes at once. It is pure and returns a new world. */
import { TAG, copyExpiredTag } from "../../src/vault/model/tags";
import { isoSeconds } from "../../src/vault/lib/time";
import type { Action, DeleteAction } from "../../src/vault/model/actions";
import type { Snapshot, Tags, World } from "../../src/vault/model/world";
import { identityOf } from "./identify";
import { SETTINGS } from "./world";

/** Prefix of the ids of snapshots that a plan took, but not of copies. */
export const NEW_SNAPSHOT = "snap-new-";

function madeBy(action: Action, world: World, nowMs: number, index: number): Snapshot[] {
  const common = { state: "completed", startTimeMs: nowMs, storageTier: "standard" };
  if (action.kind === "snapshot") {
    return action.volumes.map((volume) => ({
      ...common,
      snapshotId: `${NEW_SNAPSHOT}${nowMs}-${index}-${volume.volumeId}`,
      region: action.region,
      volumeId: volume.volumeId,
      sizeGiB: volume.sizeGiB ?? 0,
      encrypted: false,
      identity: identityOf(action.tags, nowMs),
      tags: action.tags,
    }));
  }
  if (action.kind !== "copy") return [];
  const source = world.snapshots?.find((s) => s.snapshotId === action.sourceSnapshotId);
  const copy = {
    ...common,
    snapshotId: `snap-copy-${nowMs}-${index}-${action.sourceSnapshotId}`,
    region: action.region,
    volumeId: action.tags[TAG.sourceVolume] ?? "vol-ffffffff",
    sizeGiB: source?.sizeGiB ?? 0,
    encrypted: true,
    kmsKeyId: action.kmsKeyArn,
    identity: action.identity,
    tags: action.tags,
  };
  return [copy];
}

/** Returns by snapshot id the copy-expired tags that deletions leave. */
function marksOf(deletes: readonly DeleteAction[], nowMs: number): Map<string, Tags> {
  const marks = new Map<string, Tags>();
  for (const { snapshotId, regions } of deletes.flatMap(({ expiredCopyTag }) => expiredCopyTag ?? [])) {
    const written = regions.map((region) => [copyExpiredTag(region), isoSeconds(nowMs)]);
    marks.set(snapshotId, { ...marks.get(snapshotId), ...(Object.fromEntries(written) as Tags) });
  }
  return marks;
}

/** Applies actions to a world; a region that it does not show gets nothing. */
export function applyToWorld(world: World, actions: readonly Action[], nowMs: number): World {
  const deletes = actions.filter((action) => action.kind === "delete");
  const gone = new Set(deletes.map(({ region, snapshotId }) => `${region} ${snapshotId}`));
  const marks = marksOf(deletes, nowMs);
  const made = actions.flatMap((action, index) => madeBy(action, world, nowMs, index));
  const after = (region: string, before: readonly Snapshot[] = []) => [
    ...before.filter(({ snapshotId }) => !gone.has(`${region} ${snapshotId}`)),
    ...made.filter((one) => one.region === region),
  ];
  const marked = (one: Snapshot): Snapshot => ({
    ...one,
    tags: { ...one.tags, ...marks.get(one.snapshotId) },
  });
  const copies = Object.entries(world.copies).map(([region, seen]) => [region, after(region, seen)]);
  return {
    ...world,
    snapshots: after(SETTINGS.primaryRegion, world.snapshots).map(marked),
    copies: Object.fromEntries(copies) as World["copies"],
  };
}
