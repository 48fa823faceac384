/** Recovery points as they are counted: one a volume and slot. Pure. */
import { volumeAndSlotOf } from "./sameSlot";
import { copyState } from "./copies";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

/**
 * What can be restored from. A duplicate, or an original beside the stand-in for it, is the same recovery point.
 * @param own the vault's own in one region
 * @param dr set for a DR region: what is not encrypted under its key is none
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

/** Sizes of the volumes, not what AWS bills: it stores changed blocks alone. */
export function gibOf(points: readonly Snapshot[]): number {
  return points.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
}
