/**
 * Finds the deletions that remove a recovery point: those that leave no other snapshot of the same data. The reason of
 * a deletion does not matter here, because it may rest on a mistake. The deletion limit uses this for redundant
 * snapshots. Pure.
 */
import { groupBy } from "../lib/collections";
import { SAME_DATA_MS, dataStartMs, volumeAndSlotOf } from "./sameSlot";
import { isClear } from "../identity/ownership";
import { copyState } from "./copies";
import type { ReadRegion } from "./regions";
import type { DeleteAction } from "../model/actions";
import type { Snapshot } from "../model/world";

/**
 * Finds the snapshots that can be restored from and that are kept, by volume. They are not in doubt, and in a DR region
 * they are under its key.
 */
function stayingByVolume(
  { own, dr }: Pick<ReadRegion, "own" | "dr">,
  leaving: ReadonlySet<string>,
): Map<string, Snapshot[]> {
  const staying = own.filter((snapshot) => {
    if (snapshot.state !== "completed" || leaving.has(snapshot.snapshotId)) return false;
    if (!isClear(snapshot)) return false;
    return dr === undefined || copyState(snapshot, dr.keyArn) === "verified";
  });
  return groupBy(staying, ({ volumeId }) => volumeId);
}

/** Recovery points that deletions remove, by snapshot id. Two snapshots of one recovery point are one loss. */
export type Losses = ReadonlyMap<string, string>;

/** Returns the recovery points that a region's deletions remove. */
export function lossesOf(deletions: readonly DeleteAction[], region: Pick<ReadRegion, "own" | "dr">): Losses {
  const losses = new Map<string, string>();
  if (deletions.length === 0) return losses;
  const leaving = new Set(deletions.map(({ snapshotId }) => snapshotId));
  const staying = stayingByVolume(region, leaving);
  for (const snapshot of region.own) {
    if (snapshot.state !== "completed" || !leaving.has(snapshot.snapshotId)) continue;
    const dataMs = dataStartMs(snapshot);
    const hasTwin = (staying.get(snapshot.volumeId) ?? []).some(
      (other) => Math.abs(dataStartMs(other) - dataMs) <= SAME_DATA_MS,
    );
    if (!hasTwin) losses.set(snapshot.snapshotId, volumeAndSlotOf(snapshot));
  }
  return losses;
}
