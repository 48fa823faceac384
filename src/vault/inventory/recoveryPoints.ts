/** Lists recovery points for metrics, one per volume and slot. Pure. */
import { byVolumeAndSlot } from "./sameSlot";
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
  const usable = own.filter((one) =>
    dr === undefined ? one.state === "completed" : copyState(one, dr.keyArn) === "verified",
  );
  return byVolumeAndSlot(usable).flatMap((group) => (Array.isArray(group) ? group.slice(-1) : group));
}

/** Sums the sizes of the volumes. AWS bills less, because it stores only changed blocks. */
export function gibOf(points: readonly Snapshot[]): number {
  return points.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
}
