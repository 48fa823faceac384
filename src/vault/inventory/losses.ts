/**
 * Which deletions take a recovery point: those that leave no other snapshot of the same data. What a deletion is for says
 * nothing about that, since a reason may rest on a mistake; the deletion limit counts by this alone. Pure.
 */
import { groupBy } from "../lib/collections";
import { SAME_DATA_MS, dataStartMs, volumeAndSlotOf } from "./sameSlot";
import { isClear } from "../identity/ownership";
import { copyState } from "./copies";
import type { ReadRegion } from "./regions";
import type { DeleteAction } from "../model/actions";
import type { Snapshot } from "../model/world";

/** Finds what can be restored from and would stay, by volume: it is in no doubt, and in a DR region under its key. */
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

/** By the id of a deletion that takes one: the recovery point that it takes. Two of one are one loss. */
export type Losses = ReadonlyMap<string, string>;

/** Returns what a region's deletions would take. */
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
