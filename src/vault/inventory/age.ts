/** Computes the age of the newest recovery point of the volume that is worst off, in one region. Pure. */
import { dataStartMs } from "./sameSlot";
import { EXCLUDE_VALUE } from "../model/tags/tags";
import { HOUR_MS } from "../lib/time";
import type { ProtectedInstance, Snapshot } from "../model/world";

/**
 * Returns the age of the newest recovery point of the volume where that is oldest. A volume without one in the region
 * is left out. It is new and waits for its first run, or it cannot be backed up and is reported as a missed slot.
 * @param points the recovery points there (recoveryPoints.ts)
 * @returns hours; `undefined` if instances were not read, or no volume has a recovery point
 */
export function worstRecoveryPointAgeHours(
  instances: readonly ProtectedInstance[] | undefined,
  points: readonly Snapshot[],
  tagKey: string,
  nowMs: number,
): number | undefined {
  if (instances === undefined) return undefined;
  const newestMs = new Map<string, number>();
  for (const point of points) {
    const knownMs = newestMs.get(point.volumeId) ?? -Infinity;
    newestMs.set(point.volumeId, Math.max(knownMs, dataStartMs(point)));
  }
  let oldestMs = Infinity;
  for (const volume of instances.flatMap(({ volumes }) => volumes)) {
    if (volume.tags[tagKey] === EXCLUDE_VALUE) continue;
    oldestMs = Math.min(oldestMs, newestMs.get(volume.volumeId) ?? Infinity);
  }
  return oldestMs === Infinity ? undefined : (nowMs - oldestMs) / HOUR_MS;
}
