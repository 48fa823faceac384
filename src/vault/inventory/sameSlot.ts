/**
 * Groups snapshots by volume and slot. A lost answer, or two functions at once, can create a second one. The best is
 * canonical, the others are redundant. Pure and total.
 */
import { MINUTE_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";

/** Longest time between two snapshots of one slot that hold the same data. */
export const SAME_DATA_MS = 15 * MINUTE_MS;

/** Returns when the data in a snapshot was taken; for a copy that is when its source was started. */
export function dataStartMs({ startTimeMs, identity }: Snapshot): number {
  return identity.source?.startedMs ?? startTimeMs;
}

/** Returns the time of a snapshot: that of its slot, but never later than its data was taken. */
export function pointMs(snapshot: Snapshot): number {
  const dataMs = dataStartMs(snapshot);
  return Math.min(parseIso(snapshot.identity.slot) ?? dataMs, dataMs);
}

/** Returns the key of a recovery point. */
export function volumeAndSlot(volumeId: string, slot: string): string {
  return `${volumeId} ${slot}`;
}

/** Returns {@link volumeAndSlot} of a snapshot. */
export function volumeAndSlotOf({ volumeId, identity }: Snapshot): string {
  return volumeAndSlot(volumeId, identity.slot);
}

/** Splits snapshots of one volume and slot by when their data was taken. */
function byData(group: Snapshot[]): Snapshot[][] {
  const [first] = group;
  if (first === undefined) return [];
  const firstMs = dataStartMs(first);
  if (group.every((one) => Math.abs(dataStartMs(one) - firstMs) <= SAME_DATA_MS / 2)) return [group];
  const parts: Snapshot[][] = [];
  let sinceMs = -Infinity;
  for (const one of [...group].sort((a, b) => dataStartMs(a) - dataStartMs(b))) {
    const dataMs = dataStartMs(one);
    if (dataMs - sinceMs <= SAME_DATA_MS) parts[parts.length - 1]?.push(one);
    else {
      parts.push([one]);
      sinceMs = dataMs;
    }
  }
  return parts;
}

/** A snapshot that is alone, or several: most are alone, and a hundred thousand lists of one take long to make. */
export type Group = Snapshot | Snapshot[];

/** Groups snapshots by volume and slot, whenever their data was taken: the attempts of one slot. */
export function byVolumeAndSlot(snapshots: readonly Snapshot[]): Group[] {
  const groups: Group[] = [];
  // Two maps need no text of both, which would be made for each snapshot.
  const indexes = new Map<string, Map<string, number>>();
  for (const snapshot of snapshots) {
    const { slot } = snapshot.identity;
    let ofSlot = indexes.get(slot);
    if (ofSlot === undefined) indexes.set(slot, (ofSlot = new Map<string, number>()));
    const index = ofSlot.get(snapshot.volumeId);
    const group = index === undefined ? undefined : groups[index];
    if (index === undefined || group === undefined) {
      ofSlot.set(snapshot.volumeId, groups.length);
      groups.push(snapshot);
    } else if (Array.isArray(group)) group.push(snapshot);
    else groups[index] = [group, snapshot];
  }
  return groups;
}

/** Groups snapshots that hold the same data: of one volume, for one slot, taken at the same time. */
export function sameVolumeAndSlot(snapshots: readonly Snapshot[]): Group[] {
  return byVolumeAndSlot(snapshots).flatMap((group): Group[] => (Array.isArray(group) ? byData(group) : [group]));
}

/**
 * Sorts the members of a group, the canonical one first.
 * @param rank lower is better. Equal ranks are sorted by start, then by id, so that every invocation chooses the same
 */
export function bestFirst(group: readonly Snapshot[], rank: (snapshot: Snapshot) => number): Snapshot[] {
  if (group.length < 2) return [...group];
  return [...group].sort(
    (a, b) => rank(a) - rank(b) || a.startTimeMs - b.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1),
  );
}
