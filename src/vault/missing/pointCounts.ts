/** Counts recovery points by instance and slot. Pure. */
import { isOwn } from "../identity/ownership";
import { groupBy } from "../lib/collections";
import type { RetentionVerdict } from "../retention/retentionVerdict";
import { countVolumes } from "../retention/recoverySets";
import type { Snapshot } from "../model/world";
import { ALL, type Counts } from "../model/memory/pointMemory";

/**
 * Counts the volumes of each instance and slot. A redundant snapshot, or an original beside its encrypted replacement,
 * is of the same volume.
 */
export function countPoints(snapshots: readonly Snapshot[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  const volumes = new Map<string, Map<string, string[]>>();
  for (const { volumeId, identity } of snapshots) {
    const { instanceId, slot } = identity;
    let known = volumes.get(instanceId);
    let mine = counts.get(instanceId);
    if (known === undefined || mine === undefined) {
      volumes.set(instanceId, (known = new Map<string, string[]>()));
      counts.set(instanceId, (mine = new Map<string, number>()));
    }
    const ids = known.get(slot);
    if (ids === undefined) known.set(slot, [volumeId]);
    else if (ids.includes(volumeId)) continue;
    else ids.push(volumeId);
    mine.set(slot, ids === undefined ? 1 : ids.length);
  }
  return counts;
}

/**
 * Counts the volumes of each recovery point that a verdict keeps. A recovery point is kept or deleted whole, so its
 * first snapshot speaks for all.
 */
export function countKept({
  sets,
  held,
  gone,
}: Pick<RetentionVerdict, "sets" | "held" | "gone">): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const all of sets) {
    const mine = new Map<string, number>();
    for (const { slot, snapshots } of all) {
      const [first] = snapshots;
      // These two maps are small, unlike the one of what is kept.
      if (first === undefined || gone.has(first.snapshotId) || held.has(first.snapshotId)) continue;
      mine.set(slot, countVolumes(snapshots));
    }
    if (mine.size > 0) counts.set(all[0]?.instanceId ?? "", mine);
  }
  return counts;
}

/** Returns the sums over all instances. */
export function summed(counts: Counts): Counts {
  const sums = new Map<string, number>();
  for (const mine of counts.values()) {
    for (const [slot, number] of mine) sums.set(slot, (sums.get(slot) ?? 0) + number);
  }
  return sums.size === 0 ? new Map() : new Map([[ALL, sums]]);
}

/** Returns counts as sums if the others are sums. */
export function inFormOf(counts: Counts, others: Counts): Counts {
  return others.has(ALL) ? summed(counts) : counts;
}

/**
 * Combines two counts of each instance and slot.
 * @param choose picks the number from the two
 */
export function merged(a: Counts, b: Counts, choose: (x: number, y: number) => number): Counts {
  const both = new Map<string, Map<string, number>>();
  for (const of of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(of), b.get(of)];
    const mine = new Map<string, number>();
    for (const slot of new Set([...(x?.keys() ?? []), ...(y?.keys() ?? [])])) {
      const number = choose(x?.get(slot) ?? 0, y?.get(slot) ?? 0);
      if (number > 0) mine.set(slot, number);
    }
    if (mine.size > 0) both.set(of, mine);
  }
  return both;
}

/**
 * Returns a function that finds the vault's own snapshots of an instance, or of {@link ALL}. Failed ones are left out,
 * because they were not counted. Snapshots are grouped at the first call, because hardly any look makes one.
 */
export function ownFinder(seen: readonly Snapshot[]): (of: string) => readonly Snapshot[] {
  let own: readonly Snapshot[] | undefined;
  let byInstance: ReadonlyMap<string, readonly Snapshot[]> = new Map();
  return (of) => {
    if (own === undefined) {
      own = seen.filter((one) => isOwn(one) && one.state !== "error");
      byInstance = groupBy(own, ({ identity }) => identity.instanceId);
    }
    return of === ALL ? own : (byInstance.get(of) ?? []);
  };
}
