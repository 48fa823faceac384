/**
 * Finds the rules that recovery points were under before a change. They come from the previous settings, from the
 * recovery points' own tags, or from a time when the instance was still backed up. What any of these rules keep waits
 * for an approval or the end of the grace period. Pure.
 */
import type { ChangeKey } from "../model/memory/waitingPlans";
import { type Known, changeKey, graceEndMs, kindOf, knownOf, overFromMs } from "./changeKeys";
import { type ChangeMemory, type MissedFirst, firstMissed } from "../model/memory/changeMemory";
import { covers } from "./changeMemory";
import { type Era, erasOf, thinnedBy } from "./eras";
import { type InstanceRules, type Ruled, drCopyRules, ofOrphan, ofPolicy } from "../retention/effectiveRules";
import type { RecoverySet } from "../retention/recoverySets";
import { comboOf, isSameCombo, tagChange } from "./tagChanges";
import { DAY_MS, isoSeconds } from "../lib/time";
import type { Tags } from "../model/world";
import type { CoreSettings } from "../model/settings";
import type { Former, FormersOf } from "../retention/former";

/** Current rules and newest snapshots of units. A unit is an instance, or a volume of several instances. */
export type RuledUnits = Pick<Ruled, "newest" | "shared" | "isMissing" | "rulesOf">;

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
  mailMs?: number;
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
 * is another change. So are tags that replaced the previous ones again.
 */
function sinceOf(kind: string, { newestSlot, carrier = "" }: View): string {
  if (kind === "orphan") return newestSlot;
  return kind === "tags" ? carrier : "";
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
 * Returns the end of a view that keeps only what existed then. It is one without a policy, because later recovery points
 * always had one, or one of a schedule that was left and came back. What has been made since is for the other views.
 */
function endOf(view: View): Pick<Former, "before"> {
  const { former, backAt } = view.era;
  if (backAt !== undefined) return { before: backAt };
  const isNone = former !== undefined && former.was !== "unknown";
  return isNone && rulesOfView(view).keepAll !== undefined ? { before: former.until } : {};
}

/** End of a change, as far as it is known. */
interface End {
  key: ChangeKey;
  /** Time from which the change holds nothing, except an instance that is no orphan yet; absent before a mail names it. */
  overMs?: number;
  isOver: boolean;
  graceEndMs: number;
  /** The earliest end without an approval, if a mail names the change now. */
  endMs: number;
}

function endOfKey(key: ChangeKey, view: View, unit: string, memory: Memory): End {
  const { settings, known, missing, nowMs, mailMs = nowMs } = memory;
  const { kind } = kindOf(key);
  const one = known.get(key);
  const overMs = overFromMs(one, sinceOf(kind, view), settings);
  const endMs = overMs ?? mailMs + settings.editGraceDays * DAY_MS;
  const ofMs = { ...(overMs !== undefined && { overMs }), graceEndMs: graceEndMs(one, settings) ?? nowMs };
  if (kind !== "orphan" || one?.approved) return { key, ...ofMs, isOver: (overMs ?? Infinity) <= nowMs, endMs };
  const isOver = (overMs ?? Infinity) <= nowMs && isOrphanBy(memory, unit, settings);
  const orphanMs = (missing.get(unit)?.sinceMs ?? mailMs) + settings.orphanDays * DAY_MS;
  return { key, ...ofMs, isOver, endMs: Math.max(endMs, orphanMs) };
}

function formerOf(view: View, unit: string, memory: Memory, keys: ChangeKey[]): Former {
  const { era } = view;
  const ends = keys.map((key) => endOfKey(key, view, unit, memory));
  const over = ends.filter(({ isOver }) => isOver);
  return {
    rules: rulesOfView(view),
    calendar: era.calendar,
    keys,
    over: thinnedBy(era),
    carrier: view.carrier,
    isThinned: era.ended !== undefined,
    ...endOf(view),
    fresh: ends.filter(({ overMs }) => overMs === undefined).map(({ key }) => key),
    endMs: ends.reduce((ms, one) => Math.min(ms, one.endMs), Infinity),
    ...(over.length > 0 && {
      overFrom: isoSeconds(over.reduce((ms, { overMs = Infinity }) => Math.min(ms, overMs), Infinity)),
      graceEndMs: over.reduce((ms, one) => Math.max(ms, one.graceEndMs), -Infinity),
    }),
  };
}

/**
 * Returns today's rules without what another schedule made, if the stack has the schedule of before again. Otherwise a
 * schedule that was denser by mistake would displace what it should not, although somebody took it back.
 */
function restored(era: Era, rules: InstanceRules): Former {
  const none = { keys: [], fresh: [], endMs: Infinity };
  return { ...none, rules, calendar: era.calendar, over: thinnedBy(era), isThinned: true, before: era.backAt };
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
  const rules = rulesOf(unit);
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
      else if (era.backAt !== undefined && !missing) formers.push(restored(era, rules));
    }
  }
  return formers.filter((one) => one.isThinned || !isCovered(one.rules, rules, region === primaryRegion));
}

/** Current settings, target slot if there is one, and time. */
export interface Served {
  settings: CoreSettings;
  slot: string | undefined;
  nowMs: number;
  /** Time at which a mail is sent, if that is not now, because the rules are evaluated as of later. */
  mailMs?: number;
}

/** Returns a function that finds the former rules of a unit. */
export function formerRules(memory: ChangeMemory, ruled: RuledUnits, at: Served): FormersOf {
  const { settings } = at;
  const known = knownOf(memory);
  const missing = firstMissed(memory);
  const regions = new Map<string, Memory>();
  const memoryOf = (region: string): Memory => {
    const found = regions.get(region);
    if (found !== undefined) return found;
    const overMs = (until: string) => overFromMs(known.get(changeKey(region, "settings", until)), "", settings);
    const made = { eras: erasOf(memory, settings, overMs), known, missing, ...at };
    regions.set(region, made);
    return made;
  };
  return (unit, sets, region) => formersOfUnit({ unit, sets, region }, ruled, memoryOf(region));
}
