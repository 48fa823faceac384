/** What an AWS that refuses nothing and finishes at once makes of a plan. Pure: gives a new world. */
import { TAG } from "../../src/vault/tags";
import { isoSeconds } from "../../src/vault/time";
import type { Action, Snapshot, World } from "../../src/vault/types";

function madeBy(action: Action, world: World, nowMs: number, index: number): Snapshot[] {
  const common = { state: "completed", startTimeMs: nowMs, storageTier: "standard" };
  if (action.kind === "snapshot") {
    return action.volumes.map((volume) => ({
      ...common,
      snapshotId: `snap-new-${nowMs}-${index}-${volume.volumeId}`,
      region: action.region,
      volumeId: volume.volumeId,
      sizeGiB: volume.sizeGiB ?? 0,
      encrypted: false,
      tags: action.tags,
    }));
  }
  if (action.kind !== "copy") return [];
  const source = world.snapshots?.find((s) => s.snapshotId === action.sourceSnapshotId);
  const copy = {
    ...common,
    snapshotId: `snap-copy-${nowMs}-${action.sourceSnapshotId}-${world.copies?.length ?? 0}`,
    region: action.region,
    volumeId: action.tags[TAG.sourceVolume] ?? "vol-ffffffff",
    sizeGiB: source?.sizeGiB ?? 0,
    encrypted: true,
    kmsKeyId: action.kmsKeyArn,
    tags: action.tags,
  };
  return [copy];
}

export function applyToWorld(world: World, actions: readonly Action[], nowMs: number): World {
  const deletes = actions.filter((action) => action.kind === "delete");
  const gone = new Set(deletes.map(({ region, snapshotId }) => `${region} ${snapshotId}`));
  const marked = new Set(deletes.flatMap((action) => action.markSourceSnapshotId ?? []));
  const made = actions.flatMap((action, index) => madeBy(action, world, nowMs, index));
  const left = (snapshots: readonly Snapshot[] = []) =>
    snapshots.filter(({ region, snapshotId }) => !gone.has(`${region} ${snapshotId}`));
  const mark = (snapshot: Snapshot): Snapshot =>
    marked.has(snapshot.snapshotId)
      ? { ...snapshot, tags: { ...snapshot.tags, [TAG.copyExpired]: isoSeconds(nowMs) } }
      : snapshot;
  const isCopy = (snapshot: Snapshot) => snapshot.tags[TAG.sourceSnapshot] !== undefined;
  return {
    ...world,
    snapshots: [...left(world.snapshots).map(mark), ...made.filter((s) => !isCopy(s))],
    copies: [...left(world.copies), ...made.filter(isCopy)],
  };
}
