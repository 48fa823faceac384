/** Lists recovery points for metrics, one per volume and slot. Pure. */
import { volumeAndSlotOf } from "./sameSlot";
import { copyState } from "./copies";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

/**
 * Returns the snapshots that can be restored from. A redundant snapshot is the same recovery point as the canonical
 * one.
 * @param own the vault's own in one region
 * @param dr set for a DR region, where only copies encrypted under its key are recovery points
 */
export function recoveryPoints(own: readonly Snapshot[], dr: KeyedRegion | undefined): Snapshot[] {
  const points = new Map<string, Snapshot>();
  for (const snapshot of own) {
    if (snapshot.state !== "completed") continue;
    if (dr !== undefined && copyState(snapshot, dr.keyArn) !== "verified") continue;
    points.set(volumeAndSlotOf(snapshot), snapshot);
  }
  return [...points.values()];
}

/** Sums the sizes of the volumes. AWS bills less, because it stores only changed blocks. */
export function gibOf(points: readonly Snapshot[]): number {
  return points.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
}
