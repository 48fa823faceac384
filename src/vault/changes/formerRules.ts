/**
 * The rules that recovery points were under before a change: those of the settings of before, those that their own tags name,
 * and those of an instance that was still backed up. What any of them keeps waits for an approval or the grace. Pure.
 */
import { type Calendar, makeCalendar } from "../retention/calendar";
import type { ChangeKey } from "../model/waitingPlans";
import { type Known, changeKey, kindOf, knownOf, overFromMs } from "./changeKeys";
import { type ChangeMemory, type FormerSettings, type MissedFirst, firstMissed } from "../model/changeMemory";
import { covers, isThinned } from "./changeMemory";
import { type InstanceRules, type Ruled, ofOrphan, ofPolicy } from "../retention/effectiveRules";
import type { RecoverySet } from "../retention/recoverySets";
import { asBefore } from "./asBefore";
import { comboOf, tagChange } from "./tagChanges";
import { DAY_MS, isoSeconds } from "../lib/time";
import type { Tags } from "../model/world";
import type { CoreSettings } from "../model/settings";
import type { Former, FormersOf } from "../retention/former";

/** What is known of units. */
export type RuledUnits = Pick<Ruled, "newest" | "shared" | "isMissing" | "rulesOf">;

/** Settings, of now or of before. */
interface Era {
  settings: CoreSettings;
  calendar: Calendar;
  former?: FormerSettings;
  /** Whether another schedule came after them. */
  isThinned: boolean;
}

function tagsOf({ snapshots }: RecoverySet): Tags {
  return snapshots[0]?.tags ?? {};
}

/** Tags that recovery points were made under, and the newest of these points: nothing else remembers the tags. */
interface CarriedTags {
  tags: Tags;
  slot: string;
}

/** Tags that some recovery points were made under, each once, by what they come to. */
function tagsByCombo(sets: readonly RecoverySet[], tagKey: string): Map<string, CarriedTags> {
  const all = new Map<string, CarriedTags>();
  for (const set of sets) {
    const tags = tagsOf(set);
    const combo = comboOf(tags, tagKey);
    const newest = all.get(combo)?.slot ?? "";
    if (set.slot > newest) all.set(combo, { tags, slot: set.slot });
  }
  return all;
}

/** What formers of all units share. */
interface Memory {
  eras: readonly Era[];
  known: ReadonlyMap<ChangeKey, Known>;
  missing: ReadonlyMap<string, MissedFirst>;
  settings: CoreSettings;
  /** The slot that is served. */
  slot?: string;
  nowMs: number;
}

/** Decides whether an instance has been missing for as long as settings ask for, and for one run more than the first. */
function isOrphanBy({ missing, slot, nowMs }: Memory, unit: string, { orphanDays }: CoreSettings) {
  const first = missing.get(unit);
  if (first === undefined || slot === undefined || first.slot === slot) return false;
  return (first.sinceMs ?? Infinity) + orphanDays * DAY_MS <= nowMs;
}

/** One view of before: settings, tags, and whether the instance counts as backed up. */
interface View {
  era: Era;
  tags: Tags;
  isOrphan: boolean;
  /** Of the unit. */
  newestSlot: string;
  /** Of the newest recovery point with tags of before. */
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

/** The instant that a mail about a change must be younger than: an instance that came back and is missing again is another change. */
function sinceOf(kind: string, { newestSlot }: View): string {
  return kind === "orphan" ? newestSlot : "";
}

/** Decides whether rules keep whatever others would: then nothing waits for these. */
function isCovered(others: InstanceRules, rules: InstanceRules, isPrimary: boolean): boolean {
  if (others.expireAll !== undefined) return true;
  if (others.keepAll !== undefined || rules.expireAll !== undefined) return false;
  if (rules.keepAtLeast < others.keepAtLeast) return false;
  // In the primary region what was made as a DR copy has the rules of that, too.
  const isKept = !isPrimary || covers(rules.keep, others.keep);
  return isKept && covers(rules.drKeep, others.drKeep);
}

/** Of a policy that settings of before did not have only what was there then: what came later was never under none. */
function endOf(view: View): Pick<Former, "before"> {
  const { former } = view.era;
  const isNone = former !== undefined && former.was !== "unknown";
  return isNone && rulesOfView(view).keepAll !== undefined ? { before: former.until } : {};
}

function formerOf(view: View, unit: string, memory: Memory, keys: ChangeKey[]): Former {
  const { era } = view;
  const { settings, known, nowMs } = memory;
  const thinned: Former["over"] = (sets) =>
    era.isThinned ? asBefore(sets, era.settings, era.former?.until ?? "") : sets;
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
    isThinned: era.isThinned,
    ...endOf(view),
    fresh: ends.filter(({ endMs }) => endMs === undefined).map(({ key }) => key),
    ...(over.length > 0 && { overFrom: isoSeconds(Math.min(...over)) }),
  };
}

/** Returns all views of before that a unit has in a region. */
function formersOfUnit(
  { unit, sets, region }: { unit: string; sets: readonly RecoverySet[]; region: string },
  { newest, shared, isMissing, rulesOf }: RuledUnits,
  memory: Memory,
): Former[] {
  const { tagKey, primaryRegion } = memory.settings;
  const now = newest.get(unit)?.tags ?? {};
  // A volume of several instances has the tags of each in turn; their own histories keep what these ask for.
  const older = shared.has(unit) ? new Map<string, CarriedTags>() : tagsByCombo(sets, tagKey);
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

/** What changes are read with: the settings of now, the slot that is served, if any, and the time. */
export interface Served {
  settings: CoreSettings;
  slot: string | undefined;
  nowMs: number;
}

/** Returns the finder of the rules that units were under before. */
export function formerRules(memory: ChangeMemory, ruled: RuledUnits, { settings, slot, nowMs }: Served): FormersOf {
  const calendars = new Map<string, Calendar>();
  const calendarOf = (timezone: string): Calendar => {
    const calendar = calendars.get(timezone) ?? makeCalendar(timezone);
    calendars.set(timezone, calendar);
    return calendar;
  };
  const now = { settings, calendar: calendarOf(settings.timezone), isThinned: false };
  const eras: Era[] = [now];
  for (const [index, former] of memory.former.entries()) {
    const was = former.was === "unknown" ? {} : former.was;
    const before = { ...settings, ...was };
    const later = memory.former.slice(index + 1);
    eras.push({
      settings: before,
      calendar: calendarOf(before.timezone),
      former,
      isThinned: former.was !== "unknown" && isThinned(before, later, settings),
    });
  }
  const all: Memory = { eras, known: knownOf(memory), missing: firstMissed(memory), settings, slot, nowMs };
  return (unit, sets, region) => formersOfUnit({ unit, sets, region }, ruled, all);
}
