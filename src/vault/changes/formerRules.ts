/**
 * Finds the rules that recovery points were under before a change. They come from the previous settings, from the
 * recovery points' own tags, or from a time when the instance was still backed up. What any of these rules keep waits
 * for an approval or the end of the grace period. Pure.
 */
import { type Calendar, makeCalendar } from "../retention/calendar";
import type { ChangeKey } from "../model/memory/waitingPlans";
import { type Known, changeKey, kindOf, knownOf, overFromMs } from "./changeKeys";
import { type ChangeMemory, type FormerSettings, type MissedFirst, firstMissed } from "../model/memory/changeMemory";
import { covers, endOfSchedule, isThinned } from "./changeMemory";
import { type InstanceRules, type Ruled, drCopyRules, ofOrphan, ofPolicy } from "../retention/effectiveRules";
import type { RecoverySet } from "../retention/recoverySets";
import { type Timetable, asBefore, timetableOf } from "./asBefore";
import { comboOf, isSameCombo, tagChange } from "./tagChanges";
import { DAY_MS, isoSeconds } from "../lib/time";
import type { Tags } from "../model/world";
import type { CoreSettings } from "../model/settings";
import type { Former, FormersOf } from "../retention/former";

/** Current rules and newest snapshots of units. A unit is an instance, or a volume of several instances. */
export type RuledUnits = Pick<Ruled, "newest" | "shared" | "isMissing" | "rulesOf">;

/** Settings, current or former. */
interface Era {
  settings: CoreSettings;
  calendar: Calendar;
  former?: FormerSettings;
  /** Their schedule, and the ISO instant at which it ended, if a different one was used after them. */
  ended?: { timetable: Timetable; at: string };
}

function tagsOf({ snapshots }: RecoverySet): Tags {
  return snapshots[0]?.tags ?? {};
}

/** Tags that recovery points were made under, and the newest of these points. Nothing else records the tags. */
interface CarriedTags {
  tags: Tags;
  slot: string;
}

/** Returns other tags than now that recovery points were made under, once per combination that picks rules. */
function olderTags(sets: readonly RecoverySet[], now: Tags, tagKey: string): Map<string, CarriedTags> {
  const all = new Map<string, CarriedTags>();
  for (const set of sets) {
    const tags = tagsOf(set);
    // Nearly all tags are those of now, and a text of each would take long to make.
    if (isSameCombo(tags, now, tagKey)) continue;
    const combo = comboOf(tags, tagKey);
    const newest = all.get(combo)?.slot ?? "";
    if (set.slot > newest) all.set(combo, { tags, slot: set.slot });
  }
  return all;
}

/** Input that the former rules of all units share. */
interface Memory {
  eras: readonly Era[];
  known: ReadonlyMap<ChangeKey, Known>;
  missing: ReadonlyMap<string, MissedFirst>;
  settings: CoreSettings;
  /** Target slot. */
  slot?: string;
  nowMs: number;
}

/**
 * Decides whether an instance has been missing for the `orphanDays` of these settings, and in a later run than the
 * first one that missed it.
 */
function isOrphanBy({ missing, slot, nowMs }: Memory, unit: string, { orphanDays }: CoreSettings) {
  const first = missing.get(unit);
  if (first === undefined || slot === undefined || first.slot === slot) return false;
  return (first.sinceMs ?? Infinity) + orphanDays * DAY_MS <= nowMs;
}

/** One view of the past: settings, tags, and whether the instance is treated as an orphan. */
interface View {
  era: Era;
  tags: Tags;
  isOrphan: boolean;
  /** Slot of the unit's newest recovery point. */
  newestSlot: string;
  /** Slot of the newest recovery point with former tags. */
  carrier?: string;
}

function rulesOfView({ era: { settings, former }, tags, isOrphan }: View): InstanceRules {
  const { keepAtLeast } = settings;
  if (former?.was === "unknown") {
    return { keep: {}, drKeep: {}, keepAtLeast, keepAll: "nobody knows the settings of before" };
  }
  const rules = ofPolicy(tags, settings);
  return isOrphan ? ofOrphan(rules, settings) : rules;
}

/**
 * Returns the time that a mail about a change must not be older than. An instance that came back and is missing again
 * is another change.
 */
function sinceOf(kind: string, { newestSlot }: View): string {
  return kind === "orphan" ? newestSlot : "";
}

/** Decides whether rules keep everything that others would, so that nothing waits for those. */
function isCovered(others: InstanceRules, rules: InstanceRules, isPrimary: boolean): boolean {
  if (others.expireAll !== undefined) return true;
  if (others.keepAll !== undefined || rules.expireAll !== undefined) return false;
  if (rules.keepAtLeast < others.keepAtLeast) return false;
  if (!isPrimary) return covers(rules.drKeep, others.drKeep);
  return covers(rules.keep, others.keep) && covers(drCopyRules(rules), drCopyRules(others));
}

/**
 * Returns the end of a former view without a policy. It keeps only what existed then, because later recovery points
 * always had a policy.
 */
function endOf(view: View): Pick<Former, "before"> {
  const { former } = view.era;
  const isNone = former !== undefined && former.was !== "unknown";
  return isNone && rulesOfView(view).keepAll !== undefined ? { before: former.until } : {};
}

function formerOf(view: View, unit: string, memory: Memory, keys: ChangeKey[]): Former {
  const { era } = view;
  const { settings, known, nowMs } = memory;
  const { ended } = era;
  const thinned: Former["over"] = (sets) => (ended === undefined ? sets : asBefore(sets, ended.timetable, ended.at));
  const ends = keys.map((key) => {
    const { kind } = kindOf(key);
    const one = known.get(key);
    const endMs = overFromMs(one, sinceOf(kind, view), settings);
    const waits = kind === "orphan" && !one?.approved && !isOrphanBy(memory, unit, settings);
    return { key, endMs, isOver: endMs !== undefined && endMs <= nowMs && !waits };
  });
  const over = ends.filter(({ isOver }) => isOver).map(({ endMs }) => endMs ?? Infinity);
  return {
    rules: rulesOfView(view),
    calendar: era.calendar,
    keys,
    over: thinned,
    carrier: view.carrier,
    isThinned: ended !== undefined,
    ...endOf(view),
    fresh: ends.filter(({ endMs }) => endMs === undefined).map(({ key }) => key),
    ...(over.length > 0 && { overFrom: isoSeconds(Math.min(...over)) }),
  };
}

/** Returns all former rules of a unit in a region. */
function formersOfUnit(
  { unit, sets, region }: { unit: string; sets: readonly RecoverySet[]; region: string },
  { newest, shared, isMissing, rulesOf }: RuledUnits,
  memory: Memory,
): Former[] {
  const { tagKey, primaryRegion } = memory.settings;
  const now = newest.get(unit)?.tags ?? {};
  // A volume of several instances has the tags of each in turn. The histories of these instances keep what the tags ask
  // for.
  const older = shared.has(unit) ? new Map<string, CarriedTags>() : olderTags(sets, now, tagKey);
  const combo = comboOf(now, tagKey);
  older.delete(combo);
  const newestSlot = sets.reduce((slot, set) => (set.slot > slot ? set.slot : slot), "");
  const missing = isMissing(unit);
  const formers: Former[] = [];
  for (const era of memory.eras) {
    const { former } = era;
    if (former?.region !== undefined && former.region !== region) continue;
    for (const [before, { tags, slot: carrier }] of [["", { tags: now, slot: undefined }] as const, ...older]) {
      const keys: ChangeKey[] = [];
      if (former !== undefined) keys.push(changeKey(region, "settings", former.until));
      if (tags !== now) keys.push(changeKey(region, "tags", tagChange(unit, combo, before)));
      const view = { era, tags, newestSlot, carrier, isOrphan: false };
      if (missing) {
        const orphaned = [...keys, changeKey(region, "orphan", unit)];
        formers.push(formerOf(view, unit, memory, orphaned));
      }
      const isOrphan = missing && isOrphanBy(memory, unit, era.settings);
      if (keys.length > 0) formers.push(formerOf({ ...view, isOrphan }, unit, memory, keys));
    }
  }
  const rules = rulesOf(unit);
  return formers.filter((one) => one.isThinned || !isCovered(one.rules, rules, region === primaryRegion));
}

/** Current settings, target slot if there is one, and time. */
export interface Served {
  settings: CoreSettings;
  slot: string | undefined;
  nowMs: number;
}

/** Returns a function that finds the former rules of a unit. */
export function formerRules(memory: ChangeMemory, ruled: RuledUnits, { settings, slot, nowMs }: Served): FormersOf {
  const calendars = new Map<string, Calendar>();
  const calendarOf = (timezone: string): Calendar => {
    const calendar = calendars.get(timezone) ?? makeCalendar(timezone);
    calendars.set(timezone, calendar);
    return calendar;
  };
  const now = { settings, calendar: calendarOf(settings.timezone) };
  const eras: Era[] = [now];
  for (const [index, former] of memory.former.entries()) {
    const was = former.was === "unknown" ? {} : former.was;
    const before = { ...settings, ...was };
    const later = memory.former.slice(index + 1);
    const isOther = former.was !== "unknown" && isThinned(before, later, settings);
    eras.push({
      settings: before,
      calendar: calendarOf(before.timezone),
      former,
      ...(isOther && { ended: { timetable: timetableOf(before), at: endOfSchedule(before, former.until, later) } }),
    });
  }
  const all: Memory = { eras, known: knownOf(memory), missing: firstMissed(memory), settings, slot, nowMs };
  return (unit, sets, region) => formersOfUnit({ unit, sets, region }, ruled, all);
}
