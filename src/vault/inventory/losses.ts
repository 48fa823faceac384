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

/**
 * Returns when the data was taken of the snapshots that can be restored from and that are kept, by volume, in order. They
 * are not in doubt, and in a DR region they are under its key.
 */
function stayingMs(
  { own, dr }: Pick<ReadRegion, "own" | "dr">,
  leaving: ReadonlySet<string>,
  volumes: ReadonlySet<string>,
): Map<string, number[]> {
  const staying = own.filter((snapshot) => {
    if (!volumes.has(snapshot.volumeId)) return false;
    if (snapshot.state !== "completed" || leaving.has(snapshot.snapshotId)) return false;
    if (!isClear(snapshot)) return false;
    return dr === undefined || copyState(snapshot, dr.keyArn) === "verified";
  });
  const times = new Map<string, number[]>();
  for (const [volumeId, ofVolume] of groupBy(staying, (one) => one.volumeId)) {
    times.set(
      volumeId,
      ofVolume.map(dataStartMs).sort((a, b) => a - b),
    );
  }
  return times;
}

/** Decides whether times in order have one at which the same data was taken. */
function hasTwin(times: readonly number[], dataMs: number): boolean {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < dataMs - SAME_DATA_MS) low = middle + 1;
    else high = middle;
  }
  return (times[low] ?? Infinity) <= dataMs + SAME_DATA_MS;
}

/** Recovery points that deletions remove, by snapshot id. Two snapshots of one recovery point are one loss. */
export type Losses = ReadonlyMap<string, string>;

/** Returns the recovery points that a region's deletions remove. */
export function lossesOf(deletions: readonly DeleteAction[], region: Pick<ReadRegion, "own" | "dr">): Losses {
  const losses = new Map<string, string>();
  if (deletions.length === 0) return losses;
  const leaving = new Set(deletions.map(({ snapshotId }) => snapshotId));
  const gone = region.own.filter(({ state, snapshotId }) => state === "completed" && leaving.has(snapshotId));
  const staying = stayingMs(region, leaving, new Set(gone.map(({ volumeId }) => volumeId)));
  for (const snapshot of gone) {
    if (hasTwin(staying.get(snapshot.volumeId) ?? [], dataStartMs(snapshot))) continue;
    losses.set(snapshot.snapshotId, volumeAndSlotOf(snapshot));
  }
  return losses;
}
