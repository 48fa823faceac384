/** Counts the recovery points that are there, by region, instance and slot. Pure. */
import type { Counts } from "./pointMemory";
import type { Snapshot } from "./types";

/** What of a region counts. */
interface Counting {
  /** Snapshots that are not there any more. */
  without?: ReadonlySet<string>;
  /** Those that were started from then on are left out: they took the place of others. */
  beforeMs?: number;
}

/**
 * Counts of each instance and slot the volumes with a completed snapshot. A duplicate, or an original beside its encrypted copy,
 * is of the same volume; what has lost its tags still has its Description.
 * @param own the vault's own in one region
 */
export function countPoints(
  own: readonly Snapshot[],
  { without, beforeMs = Infinity }: Counting = {},
): Counts {
  // Most have one volume: then its id stands in place of a set.
  const volumes = new Map<string, Map<string, string | Set<string>>>();
  for (const { snapshotId, state, startTimeMs, volumeId, identity } of own) {
    if (state !== "completed" || startTimeMs >= beforeMs || without?.has(snapshotId)) continue;
    const { instanceId, slot } = identity;
    let slots = volumes.get(instanceId);
    if (slots === undefined) volumes.set(instanceId, (slots = new Map<string, string | Set<string>>())); // prettier-ignore
    const known = slots.get(slot);
    if (known === undefined) slots.set(slot, volumeId);
    else if (typeof known !== "string") known.add(volumeId);
    else if (known !== volumeId) slots.set(slot, new Set([known, volumeId]));
  }
  const sizeOf = (known: string | Set<string>) => (typeof known === "string" ? 1 : known.size);
  return new Map(
    [...volumes].map(([id, slots]) => [
      id,
      new Map([...slots].map(([slot, known]) => [slot, sizeOf(known)])),
    ]),
  );
}
