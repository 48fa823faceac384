/** Computes the hash that a person approves with `approvedDeletePlan`. Pure. */
import { createHash } from "node:crypto";

const HASH_LENGTH = 16;

/** Returns the hash of exactly these snapshots of a region, in any order. */
export function deletionPlanHash(region: string, snapshotIds: readonly string[]): string {
  const text = [region, ...[...snapshotIds].sort()].join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}
