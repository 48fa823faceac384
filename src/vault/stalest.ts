/** How old the newest recovery point is of the instance that is worst off, in one region. Pure. */
import { copyState } from "./planCopies";
import { EXCLUDE_VALUE } from "./tags";
import { HOUR_MS } from "./time";
import type { KeyedRegion, ProtectedInstance, Snapshot, VaultPolicy } from "./types";

/**
 * A volume that has no recovery point in the region yet is left out: a new one has its first run before it, and one that
 * can't be backed up is told as a missed slot.
 * @param own the vault's own there
 * @param dr set for a DR region: what is not sound does not count
 * @returns hours; `undefined` where instances were not read, or none has a recovery point
 */
export function stalestHours(
  instances: readonly ProtectedInstance[] | undefined,
  own: readonly Snapshot[],
  dr: KeyedRegion | undefined,
  { tagKey }: VaultPolicy,
  nowMs: number,
): number | undefined {
  if (instances === undefined) return undefined;
  const newestMs = new Map<string, number>();
  for (const snapshot of own) {
    const isGood =
      snapshot.state === "completed" &&
      (dr === undefined || copyState(snapshot, dr.keyArn) === "sound");
    if (!isGood) continue;
    const knownMs = newestMs.get(snapshot.volumeId) ?? -Infinity;
    newestMs.set(snapshot.volumeId, Math.max(knownMs, snapshot.startTimeMs));
  }
  let oldestMs = Infinity;
  for (const volume of instances.flatMap(({ volumes }) => volumes)) {
    if (volume.tags[tagKey] === EXCLUDE_VALUE) continue;
    oldestMs = Math.min(oldestMs, newestMs.get(volume.volumeId) ?? Infinity);
  }
  return oldestMs === Infinity ? undefined : (nowMs - oldestMs) / HOUR_MS;
}
