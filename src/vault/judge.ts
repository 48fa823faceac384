/**
 * Which recovery points the keep rules want, instance by instance. A recovery point is kept or let go whole, and wherever any
 * of these wants it: the instance's history; that of its complete recovery points, so that a night when a volume failed takes
 * no good one's place; the newest of each volume. Pure.
 */
import type { Calendar } from "./calendar";
import type { RulesOf } from "./instanceRules";
import {
  type RecoverySet,
  completeSets,
  setKeyOf,
  setsByInstance,
  slotParser,
  timesOf,
} from "./recoverySets";
import { type RetentionPoint, newestFirst, retention } from "./retention";
import { TAG } from "./tags";
import type { KeepRules, Snapshot } from "./types";

/** What the rules are read with. */
export interface PruneRules {
  /** Of an instance, or of a volume that several instances have. */
  rulesOf: RulesOf;
  /** The instances of each volume that has had several: shared by them, or moved. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  calendar: Calendar;
  nowMs: number;
}

/** Which of an instance's rules: those of the primary region, or of the DR regions. */
export type Side = "keep" | "drKeep";

/** By id, why each snapshot is kept or goes. */
export interface Judgement {
  kept: Map<string, string>;
  gone: Map<string, string>;
}

/** By slot, why each recovery point is kept or goes. */
interface Verdict {
  kept: Map<string, string>;
  gone: Map<string, string>;
}

/** Returns whether a snapshot was made as a copy for a DR region, wherever the primary region is now: see copyTags.ts. */
function isMadeForDr({ identity, tags }: Snapshot): boolean {
  return identity.source !== undefined && tags[TAG.volumeSizeGiB] !== undefined;
}

/** Adds what one history of points wants. */
function addHistory(
  verdict: Verdict,
  points: readonly RetentionPoint[],
  keepRules: KeepRules,
  keepAtLeast: number,
  { calendar, nowMs }: PruneRules,
): void {
  const { keep, remove, reasons } = retention(points, keepRules, { nowMs, calendar, keepAtLeast });
  const why = (slot: string) => (reasons.get(slot) ?? []).join(", ");
  for (const slot of keep) if (!verdict.kept.has(slot)) verdict.kept.set(slot, why(slot));
  for (const slot of remove) if (!verdict.gone.has(slot)) verdict.gone.set(slot, why(slot));
}

/** Adds the newest of each volume: a volume that was taken away keeps its last whatever came after it. */
function addNewestOfVolumes(
  verdict: Verdict,
  sets: readonly RecoverySet[],
  newestToOldest: readonly RetentionPoint[],
  keepAtLeast: number,
): void {
  const bySlot = new Map(sets.map((set) => [set.slot, set]));
  const seen = new Map<string, number>();
  for (const { snapshotId: slot } of newestToOldest) {
    for (const volumeId of new Set(bySlot.get(slot)?.snapshots.map((one) => one.volumeId))) {
      const count = (seen.get(volumeId) ?? 0) + 1;
      seen.set(volumeId, count);
      const words = keepAtLeast === 1 ? "the newest" : `one of the newest ${keepAtLeast}`;
      if (count <= keepAtLeast && !verdict.kept.has(slot)) verdict.kept.set(slot, `${words} of ${volumeId}`); // prettier-ignore
    }
  }
}

/** The rules that are read for one instance, or one shared volume. */
function judgeSets(
  sets: readonly RecoverySet[],
  unit: string,
  side: Side,
  rules: PruneRules,
): Verdict {
  // prettier-ignore
  const verdict: Verdict = { kept: new Map(), gone: new Map() };
  const { keepAll, expireAll, keepAtLeast, ...own } = rules.rulesOf(unit);
  const all = keepAll ?? expireAll;
  if (all !== undefined) {
    const list = keepAll === undefined ? verdict.gone : verdict.kept;
    for (const { slot } of sets) list.set(slot, all);
    return verdict;
  }
  const parse = slotParser();
  const pointOf = (set: RecoverySet): RetentionPoint => {
    const times = timesOf(set, parse);
    // Copies in a DR region are as old as the first of them, those in their originals' own region as old as these.
    const startTimeMs = side === "keep" ? times.takenMs : times.startTimeMs;
    return { ...times, startTimeMs, snapshotId: set.slot, volumeId: unit };
  };
  const points = sets.map(pointOf);
  addHistory(verdict, points, own[side], keepAtLeast, rules);
  if (verdict.gone.size === 0) return verdict;
  if (
    sets.some(({ snapshots }) => snapshots.length > 1 || snapshots[0]?.tags[TAG.setSize] !== "1")
  ) {
    const complete = new Set(completeSets(sets).map(({ slot }) => slot));
    const isPart = complete.size > 0 && complete.size < sets.length;
    if (isPart) {
      const some = points.filter(({ snapshotId }) => complete.has(snapshotId));
      addHistory(verdict, some, own[side], keepAtLeast, rules);
    }
  }
  const forDr = new Set(sets.filter((set) => set.snapshots.some(isMadeForDr)).map(({ slot }) => slot)); // prettier-ignore
  if (side === "keep" && forDr.size > 0) {
    const some = points.filter(({ snapshotId }) => forDr.has(snapshotId));
    addHistory(verdict, some, own.drKeep, keepAtLeast, rules);
  }
  addNewestOfVolumes(verdict, sets, [...points].sort(newestFirst), keepAtLeast);
  return verdict;
}

/** Adds a verdict to the judgement; what anything keeps is kept. */
function addTo(judgement: Judgement, sets: readonly RecoverySet[], { kept, gone }: Verdict): void {
  for (const { slot, snapshots } of sets) {
    const why = kept.get(slot);
    for (const { snapshotId } of snapshots) {
      if (why !== undefined) {
        judgement.kept.set(snapshotId, why);
        judgement.gone.delete(snapshotId);
      } else if (!judgement.kept.has(snapshotId)) {
        judgement.gone.set(snapshotId, gone.get(slot) ?? "no rule keeps it");
      }
    }
  }
}

/**
 * Adds what keeps the snapshots of volumes that several instances have had: the volume's own history, and the recovery
 * points of the others for the same slot, which a restore would miss them in.
 */
function addShared(
  judgement: Judgement,
  snapshots: readonly Snapshot[],
  side: Side,
  rules: PruneRules,
): void {
  const keptSets = new Set<string>();
  for (const one of snapshots) if (judgement.kept.has(one.snapshotId)) keptSets.add(setKeyOf(one));
  for (const [volumeId, instances] of rules.shared) {
    const mine = snapshots.filter((one) => one.volumeId === volumeId);
    const slots = new Map<string, RecoverySet>();
    for (const one of mine) {
      const { slot } = one.identity;
      const set = slots.get(slot) ?? { instanceId: volumeId, slot, snapshots: [] };
      set.snapshots.push(one);
      slots.set(slot, set);
      const other = [...instances].find((id) => keptSets.has(`${id} ${slot}`));
      if (other === undefined || judgement.kept.has(one.snapshotId)) continue;
      judgement.kept.set(one.snapshotId, `${other} has a recovery point for ${slot}`);
      judgement.gone.delete(one.snapshotId);
    }
    const sets = [...slots.values()];
    addTo(judgement, sets, judgeSets(sets, volumeId, side, rules));
  }
}

/** Judges the snapshots of a region: every one comes back once, kept or gone. */
export function judge(snapshots: readonly Snapshot[], side: Side, rules: PruneRules): Judgement {
  const judgement: Judgement = { kept: new Map(), gone: new Map() };
  for (const sets of setsByInstance(snapshots)) {
    const unit = sets[0]?.instanceId ?? "";
    addTo(judgement, sets, judgeSets(sets, unit, side, rules));
  }
  if (rules.shared.size > 0) addShared(judgement, snapshots, side, rules);
  return judgement;
}
