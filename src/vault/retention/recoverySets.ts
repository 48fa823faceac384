/**
 * Groups snapshots into recovery points, as retention evaluates them: the snapshots of one instance for one slot, kept
 * or deleted as a whole. So no data is kept without its root, and a replaced volume keeps its history with its
 * instance. Pure.
 */
import type { Calendar } from "./calendar";
import { dataStartMs } from "../inventory/sameSlot";
import { TAG } from "../model/tags/tags";
import type { Snapshot } from "../model/world";
import { volumeSpecFromTags } from "../model/tags/volumeSpec";
import { groupBy } from "../lib/collections";
import { parseIso } from "../lib/time";

/** Snapshots of one instance for one slot, in one region. */
export interface RecoverySet {
  instanceId: string;
  slot: string;
  snapshots: Snapshot[];
  /** Time since a previous schedule would have made it, if it was made later than that: see asBefore.ts. */
  laterMs?: number;
  /**
   * Whether it counts as complete, if that is known. It does not if it lacks a volume that had failed before: see
   * changes/volumeGaps.ts.
   */
  isWhole?: boolean;
}

/** Returns the key of a snapshot's recovery point, unique in its region. */
export function setKeyOf({ identity: { instanceId, slot } }: Snapshot): string {
  return `${instanceId} ${slot}`;
}

/** Returns true if a snapshot is of its instance's root volume, as far as its tags say. */
export function isRoot({ tags, volumeId }: Snapshot): boolean {
  const role = tags[TAG.deviceRole];
  if (role !== undefined) return role === "root";
  return volumeSpecFromTags(tags, volumeId)?.isRoot === true;
}

/** Groups snapshots by instance, and each instance's by slot, in their original order. */
export function setsByInstance(snapshots: readonly Snapshot[]): RecoverySet[][] {
  const instances = new Map<string, Map<string, RecoverySet>>();
  for (const snapshot of snapshots) {
    const { instanceId, slot } = snapshot.identity;
    let sets = instances.get(instanceId);
    if (sets === undefined) instances.set(instanceId, (sets = new Map<string, RecoverySet>()));
    const set = sets.get(slot);
    if (set === undefined) sets.set(slot, { instanceId, slot, snapshots: [snapshot] });
    else set.snapshots.push(snapshot);
  }
  return [...instances.values()].map((sets) => [...sets.values()]);
}

/** Groups the snapshots of one volume by slot. */
function setsOfVolume(volumeId: string, snapshots: readonly Snapshot[]): RecoverySet[] {
  const slots = groupBy(snapshots, ({ identity }) => identity.slot);
  return [...slots].map(([slot, ofSlot]) => ({ instanceId: volumeId, slot, snapshots: ofSlot }));
}

/** Groups the snapshots of volumes that several instances have had by volume and slot. */
export function setsByShared(
  snapshots: readonly Snapshot[],
  shared: ReadonlyMap<string, unknown>,
): Map<string, RecoverySet[]> {
  if (shared.size === 0) return new Map();
  const theirs = snapshots.filter(({ volumeId }) => shared.has(volumeId));
  const volumes = groupBy(theirs, ({ volumeId }) => volumeId);
  return new Map([...volumes].map(([volumeId, ofVolume]) => [volumeId, setsOfVolume(volumeId, ofVolume)]));
}

/** Finds the volumes that several instances have snapshots of: shared by them, or moved from one to another. */
export function volumesOfSeveral(snapshots: readonly Snapshot[]): Map<string, Set<string>> {
  const first = new Map<string, string>();
  const several = new Map<string, Set<string>>();
  for (const { volumeId, identity } of snapshots) {
    const known = first.get(volumeId);
    if (known === undefined) first.set(volumeId, identity.instanceId);
    else if (known !== identity.instanceId) {
      const instances = several.get(volumeId);
      if (instances === undefined) several.set(volumeId, new Set([known, identity.instanceId]));
      else instances.add(identity.instanceId);
    }
  }
  return several;
}

/** Adds the volumes that any of these units has shared, or is, and all of their instances. */
export function withSharers(units: ReadonlySet<string>, shared: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const all = new Set(units);
  for (const [volumeId, instances] of shared) {
    const together = [volumeId, ...instances];
    if (together.some((id) => units.has(id))) for (const id of together) all.add(id);
  }
  return all;
}

/**
 * Returns true if a set has as many volumes as the largest size in its tags. An incomplete set does not take the place of
 * a complete one.
 */
export function isComplete(set: RecoverySet): boolean {
  // Remembered, because each of the former rules asks again.
  return (set.isWhole ??= hasAll(set));
}

function hasAll({ snapshots }: RecoverySet): boolean {
  const meant = snapshots.reduce((most, one) => Math.max(most, setSizeOf(one)), 1);
  return snapshots.length >= meant && (meant === 1 || countVolumes(snapshots) >= meant);
}

/** Returns the number of volumes that the set was created with, according to its tag; 1 if there is no valid tag. */
export function setSizeOf({ tags }: Snapshot): number {
  return Number(tags[TAG.setSize] ?? 1) || 1;
}

/**
 * Counts the volumes of snapshots. It builds no Set, because a hundred thousand recovery points have only a few volumes
 * each.
 */
export function countVolumes(snapshots: readonly Snapshot[]): number {
  if (snapshots.length < 2) return snapshots.length;
  let count = 0;
  let index = 0;
  for (const { volumeId } of snapshots) {
    let first = 0;
    while (snapshots[first]?.volumeId !== volumeId) first += 1;
    if (first === index) count += 1;
    index += 1;
  }
  return count;
}

/** Computes when the data of a set was taken, and when its first snapshot was started. */
export function timesOf(
  { snapshots, slot, laterMs = 0 }: RecoverySet,
  calendar: Calendar,
): { slotMs: number; startTimeMs: number; takenMs: number } {
  const ofSlotMs = calendar.slotMs(slot);
  let slotMs = -Infinity;
  let startTimeMs = Infinity;
  let takenMs = -Infinity;
  for (const snapshot of snapshots) {
    const dataMs = dataStartMs(snapshot);
    // A slot is never later than the time that EC2 recorded.
    slotMs = Math.max(slotMs, Math.min(ofSlotMs, dataMs));
    startTimeMs = Math.min(startTimeMs, snapshot.startTimeMs);
    takenMs = Math.max(takenMs, dataMs);
  }
  return { slotMs: slotMs - laterMs, startTimeMs: startTimeMs - laterMs, takenMs: takenMs - laterMs };
}

/**
 * Decides whether a recovery point existed when settings ended. One that the first run without them made is later, even
 * if its slot is not.
 */
export function wasThere(
  { slot, snapshots }: RecoverySet,
  until: string,
  untilMs = parseIso(until) ?? Infinity,
): boolean {
  return slot <= until && snapshots.some((one) => dataStartMs(one) < untilMs);
}

/** Decides whether any snapshot of a recovery point was started before a time, even if its data is older. */
export function wasStarted({ snapshots }: RecoverySet, until: string, untilMs = parseIso(until) ?? Infinity): boolean {
  return snapshots.some(({ startTimeMs }) => startTimeMs < untilMs);
}
