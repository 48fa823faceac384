/** Order of snapshots. For the order of recovery points see retention.ts. Pure. */
import type { Snapshot } from "../model/world";

/**
 * Sorts the snapshot that was started last first. Ids break ties, so the result does not depend on the input's order.
 */
export function latestStartedFirst(a: Snapshot, b: Snapshot): number {
  return b.startTimeMs - a.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1);
}
