/** Computes the hash that a person approves with `approvedDeletePlan`. Pure. */
import { shortHash } from "../lib/shortHash";

const HASH_LENGTH = 16;

/** Returns the hash of exactly these snapshots of a region, in any order. */
export function deletionPlanHash(region: string, snapshotIds: readonly string[]): string {
  return shortHash([region, ...[...snapshotIds].sort()].join("\n"), HASH_LENGTH);
}
