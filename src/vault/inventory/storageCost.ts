/** Estimates what snapshots cost per month, as far as lists of snapshots show it. Pure. */
import { gibOf } from "./recoveryPoints";
import type { Snapshot } from "../model/world";

/** USD per GiB-month of EBS snapshots in the standard tier, in us-east-1 (Amazon EBS pricing, 2026). */
export const USD_PER_GIB_MONTH = 0.05;

/** Returns the snapshot of each volume's largest size. Later snapshots hold only what changed. */
function onePerVolume(snapshots: readonly Snapshot[]): Snapshot[] {
  const largest = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    const known = largest.get(snapshot.volumeId);
    if (known === undefined || snapshot.sizeGiB > known.sizeGiB) {
      largest.set(snapshot.volumeId, snapshot);
    }
  }
  return [...largest.values()];
}

/** Formats the cost of snapshots in one region: one full snapshot per volume, because EC2 does not list increments. */
export function roughCost(snapshots: readonly Snapshot[]): string {
  const usd = gibOf(onePerVolume(snapshots)) * USD_PER_GIB_MONTH;
  const amount = usd > 0 && usd < 1 ? "less than 1" : String(Math.round(usd));
  return `roughly ${amount} USD a month (each volume once in full, at ${USD_PER_GIB_MONTH} USD per GiB)`;
}
