/**
 * Applies keep rules to the recovery points of one instance, or of one volume that several instances have had. Pure.
 */
import type { Calendar } from "./calendar";
import { type InstanceRules, drCopyRules } from "./effectiveRules";
import { type RecoverySet, isComplete, timesOf } from "./recoverySets";
import { type RetentionOptions, type RetentionPoint, type RetentionResult, newestFirst, retention } from "./retention";
import { isEmpty } from "./keepRules";
import { isMadeForDr } from "../inventory/copies";
import { DAY_MS } from "../lib/time";
import type { KeepRules } from "../model/settings";

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

/** Reasons why each recovery point is kept or gone, by slot. It is deleted if it is gone and not kept. */
export type Verdict = RetentionResult;

/** A recovery point as the rules see it: its slot is its id. */
interface SetPoint extends RetentionPoint {
  set: RecoverySet;
}

/** Adds what the rules want of another history of the same points. */
function addHistory(verdict: Verdict, { kept, gone }: RetentionResult): void {
  for (const [slot, why] of kept) if (!verdict.kept.has(slot)) verdict.kept.set(slot, why);
  for (const [slot, why] of gone) if (!verdict.gone.has(slot)) verdict.gone.set(slot, why);
}

/** Adds the newest of each volume: a volume that was removed keeps its last, whatever came after it. */
function addNewestOfVolumes(verdict: Verdict, points: readonly SetPoint[], keepAtLeast: number): void {
  if (keepAtLeast < 1) return;
  const words = keepAtLeast === 1 ? "the newest" : `one of the newest ${keepAtLeast}`;
  // How many more are kept of each volume that would lose one. The others keep theirs anyway.
  const left = new Map<string, number>();
  for (const { snapshotId: slot, set } of points) {
    if (verdict.kept.has(slot)) continue;
    for (const { volumeId } of set.snapshots) left.set(volumeId, keepAtLeast);
  }
  for (const { snapshotId: slot, set } of left.size === 0 ? [] : [...points].sort(newestFirst)) {
    // Sorted, so that the words do not depend on the order in which EC2 lists snapshots.
    for (const volumeId of [...new Set(set.snapshots.map((one) => one.volumeId))].sort()) {
      const more = left.get(volumeId);
      if (more === undefined) continue;
      if (more === 1) left.delete(volumeId);
      else left.set(volumeId, more - 1);
      if (!verdict.kept.has(slot)) verdict.kept.set(slot, `${words} of ${volumeId}`);
    }
    if (left.size === 0) return;
  }
}

/** Returns a recovery point as the rules see it. */
function pointOf(set: RecoverySet, { unit, side }: Pick<UnitHistory, "unit" | "side">, calendar: Calendar): SetPoint {
  const { slotMs, takenMs, startTimeMs: firstMs } = timesOf(set, calendar);
  // Recovery points in a DR region are as old as their first copy, those of the primary region as old as their latest
  // data.
  const startTimeMs = side === "keep" ? takenMs : firstMs;
  return { snapshotId: set.slot, volumeId: unit, startTimeMs, slotMs, takenMs, set };
}

/** Returns the part of a recovery point that was made for a DR region: without originals that had stayed here. */
export function drCopiesOf(set: RecoverySet): RecoverySet {
  return { ...set, snapshots: set.snapshots.filter(isMadeForDr), isWhole: undefined };
}

/**
 * Returns the DR copies of a history in what is the primary region now, as old as they were while they were copies.
 */
function copiesAmong({ unit, sets, side }: UnitHistory, calendar: Calendar): SetPoint[] {
  if (side === "drKeep") return [];
  const copies = sets.filter(({ snapshots }) => snapshots.some(isMadeForDr)).map(drCopiesOf);
  return copies.map((set) => pointOf(set, { unit, side: "drKeep" }, calendar));
}

/**
 * Adds what the rules for copies want of the DR copies in what is the primary region now. What was taken here since takes
 * their place, as the copies that a DR region would have made of it do. Otherwise the newest copies would stay for good.
 */
function addFormerCopies(
  verdict: Verdict,
  points: readonly SetPoint[],
  copies: readonly SetPoint[],
  { rules, ...options }: RetentionOptions & { rules: InstanceRules },
): void {
  if (copies.length === 0) return;
  const slots = new Set(copies.map(({ snapshotId }) => snapshotId));
  const others = points.filter(({ snapshotId }) => !slots.has(snapshotId));
  const { kept, gone } = retention([...copies, ...others], drCopyRules(rules), options);
  const ofCopies = (some: RetentionResult["kept"]) => new Map([...some].filter(([slot]) => slots.has(slot)));
  addHistory(verdict, { kept: ofCopies(kept), gone: ofCopies(gone) });
}

/** Returns the slots that rules keep at a time only because they are not old enough, by `retentionDays` or `within`. */
export function keptByAge(rules: InstanceRules, history: UnitHistory, at: ReadAt): ReadonlySet<string> {
  if (rules.expireAll !== undefined) return new Set();
  const keptOf = (points: readonly SetPoint[], { retentionDays = 0, within = "" }: KeepRules) => {
    const ages = { retentionDays, within };
    return isEmpty(ages) ? [] : retention(points, ages, { ...at, keepAtLeast: 0 }).kept.keys();
  };
  const points = history.sets.map((set) => pointOf(set, history, at.calendar));
  const copies = copiesAmong(history, at.calendar);
  return new Set([...keptOf(points, rules[history.side]), ...keptOf(copies, drCopyRules(rules))]);
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

/** Returns the verdict of rules on a history. */
export function verdictBy(
  rules: InstanceRules,
  { unit, sets, side }: UnitHistory,
  { calendar, nowMs }: ReadAt,
): Verdict {
  const { keepAll, expireAll, keepAtLeast } = rules;
  const all = keepAll ?? expireAll;
  if (all !== undefined) {
    const every = new Map(sets.map(({ slot }) => [slot, all]));
    return keepAll === undefined ? { kept: new Map(), gone: every } : { kept: every, gone: new Map() };
  }
  const points = sets.map((set) => pointOf(set, { unit, side }, calendar));
  const options = { nowMs, calendar, keepAtLeast };
  const verdict = retention(points, rules[side], options);
  if (verdict.gone.size === 0) return verdict;
  const complete = points.filter(({ set }) => isComplete(set));
  const isPart = complete.length > 0 && complete.length < points.length;
  if (isPart) addHistory(verdict, retention(complete, rules[side], options));
  addFormerCopies(verdict, points, copiesAmong({ unit, sets, side }, calendar), { ...options, rules });
  addNewestOfVolumes(verdict, points, keepAtLeast);
  return verdict;
}
