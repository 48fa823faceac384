/**
 * Recovery points as retention judges them: the snapshots of one instance for one slot, kept or deleted whole, so that none
 * loses its root while its data stays, and a volume that was replaced keeps its history with its instance. Pure.
 */
import { dataStartMs } from "./duplicates";
import { TAG } from "./tags";
import { parseIso } from "./time";
import type { Snapshot } from "./types";
import { volumeFactsFromTags } from "./volumeFacts";

/** The snapshots of one instance for one slot, in one region. */
export interface RecoverySet {
  instanceId: string;
  slot: string;
  snapshots: Snapshot[];
}

/** Returns what a recovery point is told apart by, in its region. */
export function setKeyOf({ identity: { instanceId, slot } }: Snapshot): string {
  return `${instanceId} ${slot}`;
}

/** Returns whether a snapshot is of its instance's root volume, as far as its tags say. */
export function isRoot({ tags, volumeId }: Snapshot): boolean {
  const role = tags[TAG.deviceRole];
  if (role !== undefined) return role === "root";
  return volumeFactsFromTags(tags, volumeId)?.isRoot === true;
}

/** Groups snapshots by instance, and each instance's by slot, in the order that they came in. */
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

/** Makes a parser of slots that parses each text once: a night's snapshots share theirs. */
export function slotParser(): (slot: string) => number {
  const known = new Map<string, number>();
  return (slot) => {
    let slotMs = known.get(slot);
    if (slotMs === undefined) known.set(slot, (slotMs = parseIso(slot) ?? Infinity));
    return slotMs;
  };
}

/** Finds the volumes that snapshots of several instances are of: shared by them, or moved from one to the other. */
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

/** Sets that hold all the volumes that the neighbors hold: what lacks one stands beside the complete ones, not for them. */
export function completeSets(sets: readonly RecoverySet[]): RecoverySet[] {
  const sizes = new Map<RecoverySet, number>();
  for (const set of sets) sizes.set(set, new Set(set.snapshots.map((s) => s.volumeId)).size);
  return sets.filter((set) => {
    const meant = Math.max(...set.snapshots.map(setSizeOf));
    return (sizes.get(set) ?? 0) >= meant;
  });
}

/** How many volumes were to be in the set, as its snapshots were made. */
function setSizeOf({ tags }: Snapshot): number {
  return Number(tags[TAG.setSize] ?? 1) || 1;
}

/** When the data of a set was taken, and when its first snapshot was started. */
export function timesOf(
  { snapshots, slot }: RecoverySet,
  parse: (slot: string) => number,
): { slotMs: number; startTimeMs: number; takenMs: number } {
  let slotMs = -Infinity;
  let startTimeMs = Infinity;
  let takenMs = -Infinity;
  for (const snapshot of snapshots) {
    const dataMs = dataStartMs(snapshot);
    // A slot never outranks the time that EC2 recorded.
    slotMs = Math.max(slotMs, Math.min(parse(slot), dataMs));
    startTimeMs = Math.min(startTimeMs, snapshot.startTimeMs);
    takenMs = Math.max(takenMs, dataMs);
  }
  return { slotMs, startTimeMs, takenMs };
}
