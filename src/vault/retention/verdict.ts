/**
 * Applies keep rules to the recovery points of one instance, or of one volume that several instances have had. Pure.
 */
import type { Calendar } from "./calendar";
import type { InstanceRules } from "./effectiveRules";
import { type RecoverySet, completeSets, timesOf } from "./recoverySets";
import { type RetentionPoint, newestFirst, retention } from "./retention";
import { isEmpty } from "./keepRules";
import { DAY_MS } from "../lib/time";
import { TAG } from "../model/tags";
import type { KeepRules } from "../model/settings";
import type { Snapshot } from "../model/world";

/** Side of an instance's rules: those of the primary region, or of the DR regions. */
export type Side = "keep" | "drKeep";

/** Time and calendar by which rules are evaluated. */
export interface ReadAt {
  calendar: Calendar;
  nowMs: number;
}

/** Recovery points of one unit: an instance, or a volume that several instances have had. */
export interface UnitHistory {
  unit: string;
  sets: readonly RecoverySet[];
  side: Side;
}

/** Reasons why each recovery point is kept or gone, by slot. */
export interface Verdict {
  kept: Map<string, string>;
  gone: Map<string, string>;
}

/**
 * Returns true if a snapshot was made as a copy for a DR region, wherever the primary region is now: see copyTags.ts.
 */
export function isMadeForDr({ identity, tags }: Snapshot): boolean {
  return identity.source !== undefined && tags[TAG.volumeSizeGiB] !== undefined;
}

/** Adds what the rules want of one history of points. */
function addHistory(
  verdict: Verdict,
  points: readonly RetentionPoint[],
  { keepRules, keepAtLeast }: { keepRules: KeepRules; keepAtLeast: number },
  { calendar, nowMs }: ReadAt,
): void {
  const { keep, remove, reasons } = retention(points, keepRules, { nowMs, calendar, keepAtLeast });
  const why = (slot: string) => (reasons.get(slot) ?? []).join(", ");
  for (const slot of keep) if (!verdict.kept.has(slot)) verdict.kept.set(slot, why(slot));
  for (const slot of remove) if (!verdict.gone.has(slot)) verdict.gone.set(slot, why(slot));
}

/** Adds the newest of each volume: a volume that was removed keeps its last, whatever came after it. */
function addNewestOfVolumes(
  verdict: Verdict,
  sets: readonly RecoverySet[],
  newestToOldest: readonly RetentionPoint[],
  keepAtLeast: number,
): void {
  if (keepAtLeast < 1) return;
  const words = keepAtLeast === 1 ? "the newest" : `one of the newest ${keepAtLeast}`;
  const bySlot = new Map(sets.map((set) => [set.slot, set]));
  const seen = new Map<string, Set<string>>();
  for (const { snapshotId: slot } of newestToOldest) {
    // Sorted, so that the words do not depend on the order in which EC2 lists snapshots.
    for (const volumeId of (bySlot.get(slot)?.snapshots ?? []).map((one) => one.volumeId).sort()) {
      const slots = seen.get(volumeId);
      if (slots === undefined) seen.set(volumeId, new Set([slot]));
      else if (slots.size < keepAtLeast) slots.add(slot);
      else continue;
      if (!verdict.kept.has(slot)) verdict.kept.set(slot, `${words} of ${volumeId}`);
    }
  }
}

/** Returns a recovery point as the rules see it. */
function pointOf(
  set: RecoverySet,
  { unit, side }: Pick<UnitHistory, "unit" | "side">,
  calendar: Calendar,
): RetentionPoint {
  const { slotMs, takenMs, startTimeMs: firstMs } = timesOf(set, calendar);
  // Recovery points in a DR region are as old as their first copy, those of the primary region as old as their latest
  // data.
  const startTimeMs = side === "keep" ? takenMs : firstMs;
  return { snapshotId: set.slot, volumeId: unit, startTimeMs, slotMs, takenMs };
}

/**
 * Returns when the rules stop keeping a recovery point, in milliseconds since 1970: a floor may keep it longer. Returns
 * `undefined` if anything but `retentionDays` decides, because that depends on the recovery points to come.
 */
export function daysEndMs(
  { keepAll, expireAll, ...own }: InstanceRules,
  set: RecoverySet,
  side: Side,
  calendar: Calendar,
): number | undefined {
  const { retentionDays = 0, ...others } = own[side];
  if (keepAll !== undefined || expireAll !== undefined || retentionDays <= 0 || !isEmpty(others)) return undefined;
  return pointOf(set, { unit: set.instanceId, side }, calendar).startTimeMs + retentionDays * DAY_MS;
}

/** Returns the verdict of rules on a history. A recovery point is deleted if it is gone and not kept. */
export function verdictBy(
  { keepAll, expireAll, keepAtLeast, ...own }: InstanceRules,
  { unit, sets, side }: UnitHistory,
  rules: ReadAt,
): Verdict {
  const verdict: Verdict = { kept: new Map(), gone: new Map() };
  const all = keepAll ?? expireAll;
  if (all !== undefined) {
    const list = keepAll === undefined ? verdict.gone : verdict.kept;
    for (const { slot } of sets) list.set(slot, all);
    return verdict;
  }
  const points = sets.map((set) => pointOf(set, { unit, side }, rules.calendar));
  addHistory(verdict, points, { keepRules: own[side], keepAtLeast }, rules);
  if (verdict.gone.size === 0) return verdict;
  if (sets.some(({ snapshots }) => snapshots.length > 1 || snapshots[0]?.tags[TAG.setSize] !== "1")) {
    const complete = new Set(completeSets(sets).map(({ slot }) => slot));
    const isPart = complete.size > 0 && complete.size < sets.length;
    if (isPart) {
      const some = points.filter(({ snapshotId }) => complete.has(snapshotId));
      addHistory(verdict, some, { keepRules: own[side], keepAtLeast }, rules);
    }
  }
  const forDr = new Set(sets.filter((set) => set.snapshots.some(isMadeForDr)).map(({ slot }) => slot));
  if (side === "keep" && forDr.size > 0) {
    const some = points.filter(({ snapshotId }) => forDr.has(snapshotId));
    addHistory(verdict, some, { keepRules: own.drKeep, keepAtLeast }, rules);
  }
  addNewestOfVolumes(verdict, sets, [...points].sort(newestFirst), keepAtLeast);
  return verdict;
}
