/** The order of snapshots. That of recovery points is retention's (retention.ts). Pure. */
import type { Snapshot } from "../model/world";

/** Sorts the one that was started last first; ids break ties, so that the same snapshots in any order give the same answer. */
export function latestStartedFirst(a: Snapshot, b: Snapshot): number {
  return b.startTimeMs - a.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1);
}
