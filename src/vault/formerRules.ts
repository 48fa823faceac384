/**
 * The rules that recovery points were under before a change: those of the settings of before, those that their own tags name,
 * and those of an instance that was still backed up. What any of them keeps waits for an approval or the grace. Pure.
 */
import { type Calendar, makeCalendar } from "./calendar";
import { changeKey, type ChangeKey, type Known, knownOf, overFromMs } from "./changeKeys";
import type { ChangeMemory, FormerSettings, KeepSettings } from "./changeMemory";
import { type InstanceRules, type Ruled, ofOrphan, ofPolicy, policyName } from "./instanceRules";
import { dataStartMs } from "./duplicates";
import type { RecoverySet } from "./recoverySets";
import { nextFireMs } from "./schedule";
import { comboOf, tagChange } from "./tagChanges";
import { DAY_MS, parseIso } from "./time";
import type { Tags, VaultPolicy } from "./types";

/** Rules of before of one unit: an instance, or a volume of several. */
export interface Former {
  rules: InstanceRules;
  calendar: Calendar;
  /** The changes that put others in their place. */
  keys: readonly ChangeKey[];
  /** The recovery points that they are read over. */
  over: (sets: readonly RecoverySet[]) => readonly RecoverySet[];
  /** Decides whether a recovery point was under them. */
  was: (set: RecoverySet) => boolean;
  /** Decides whether they hold a recovery point no longer: somebody allowed it, or the grace of one of the changes is over. */
  isOver: (set: RecoverySet) => boolean;
}

export type FormersOf = (unit: string, sets: readonly RecoverySet[], region: string) => Former[];

/** Settings, of now or of before. */
interface Era {
  policy: VaultPolicy;
  calendar: Calendar;
  former?: FormerSettings;
}

/** Decides whether a recovery point was there when settings ended: not what the run made that was the first without them. */
function wasThere({ slot, snapshots }: RecoverySet, until: string): boolean {
  const untilMs = parseIso(until) ?? Infinity;
  return slot <= until && snapshots.some((one) => dataStartMs(one) < untilMs);
}

/**
 * The recovery points that a schedule of before would have: all up to its end, and of those since then the first for each time
 * that it would have fired. Without that a denser schedule would take `last: 14` from two weeks to fourteen hours.
 */
function asBefore(
  sets: readonly RecoverySet[],
  { schedule, timezone }: Pick<KeepSettings, "schedule" | "timezone">,
  until: string,
): RecoverySet[] {
  const sorted = [...sets].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const kept = sorted.filter((set) => wasThere(set, until));
  const before = new Set(kept);
  const lastMs = parseIso(kept.at(-1)?.slot ?? until) ?? 0;
  let dueMs = nextFireMs(schedule, timezone, lastMs, lastMs);
  for (const set of sorted.filter((one) => !before.has(one))) {
    const slotMs = parseIso(set.slot) ?? 0;
    if (dueMs === undefined || slotMs < dueMs) continue;
    kept.push(set);
    dueMs = nextFireMs(schedule, timezone, slotMs, dueMs);
  }
  return kept;
}

function tagsOf({ snapshots }: RecoverySet): Tags {
  return snapshots[0]?.tags ?? {};
}

/** Tags of before. */
interface OlderTags {
  tags: Tags;
  combo: string;
  /** The last slot that they were met at: all points up to it were under them. */
  lastSlot: string;
}

/** Tags that some recovery points were made under and the newest was not; each once. */
function olderTags(sets: readonly RecoverySet[], now: string, tagKey: string): OlderTags[] {
  const older = new Map<string, OlderTags>();
  for (const set of sets) {
    const tags = tagsOf(set);
    const combo = comboOf(tags, tagKey);
    const known = older.get(combo);
    if (combo === now || (known !== undefined && known.lastSlot >= set.slot)) continue;
    older.set(combo, { tags, combo, lastSlot: set.slot });
  }
  return [...older.values()];
}

/** When a run first did not find an instance, and which. */
function missingSince({ missing }: ChangeMemory): Map<string, { sinceMs: number; slot: string }> {
  const since = new Map<string, { sinceMs: number; slot: string }>();
  for (const { since: at, slot, of } of missing) {
    for (const id of of) since.set(id, { sinceMs: parseIso(at) ?? Infinity, slot });
  }
  return since;
}

/** What formers of all units share. */
interface Memory {
  eras: readonly Era[];
  known: ReadonlyMap<ChangeKey, Known>;
  missing: ReturnType<typeof missingSince>;
  policy: VaultPolicy;
  /** The slot that is served. */
  slot?: string;
  nowMs: number;
}

/** Decides whether an instance has been missing for as long as settings ask for, and for one run more than the first. */
function isOrphanBy({ missing, slot, nowMs }: Memory, unit: string, { orphanDays }: VaultPolicy) {
  const first = missing.get(unit);
  if (first === undefined || slot === undefined || first.slot === slot) return false;
  return first.sinceMs + orphanDays * DAY_MS <= nowMs;
} // prettier-ignore

/** One view of before: settings, tags, and whether the instance counts as backed up. */
interface View {
  era: Era;
  tags: Tags;
  /** Of tags that are not those of now: the last slot that they were met at. */
  lastSlot?: string;
  isOrphan: boolean;
}

function rulesOfView({ era: { policy, former }, tags, isOrphan }: View): InstanceRules {
  const { keepAtLeast } = policy;
  if (former?.was === "unknown") {
    return { keep: {}, drKeep: {}, keepAtLeast, keepAll: "nobody knows the settings of before" };
  }
  const rules = ofPolicy(tags, policy);
  return isOrphan ? ofOrphan(rules, policy) : rules;
}

function formerOf(
  view: View,
  unit: string,
  region: string,
  sets: readonly RecoverySet[],
  memory: Memory,
  keys: ChangeKey[],
): Former {
  const { era, lastSlot } = view;
  const { policy, known, nowMs } = memory;
  const { schedule, timezone } = era.policy;
  const { until } = era.former ?? {};
  const isThinned =
    until !== undefined && (schedule !== policy.schedule || timezone !== policy.timezone);
  const over: Former["over"] = (all) => (isThinned ? asBefore(all, era.policy, until) : all);
  const rules = rulesOfView(view);
  const wasBefore = (set: RecoverySet) => until === undefined || wasThere(set, until);
  // A policy that those settings did not have kept all of whoever had it already; one that is new since then keeps nothing.
  const name = policyName(view.tags, policy.tagKey);
  const isNewName =
    rules.keepAll !== undefined &&
    era.former?.was !== "unknown" &&
    !sets.some((set) => wasBefore(set) && policyName(tagsOf(set), policy.tagKey) === name);
  const orphanKey = changeKey(region, "orphan", unit);
  const isOver = ({ slot }: RecoverySet) =>
    keys.some((key) => {
      if ((overFromMs(known.get(key), slot, policy) ?? Infinity) > nowMs) return false;
      const isAllowed = known.get(key)?.allowed === true;
      return key !== orphanKey || isAllowed || isOrphanBy(memory, unit, policy);
    });
  return {
    rules,
    calendar: era.calendar,
    keys,
    over,
    was: (set) => !isNewName && wasBefore(set) && set.slot <= (lastSlot ?? set.slot),
    isOver,
  };
} // prettier-ignore

/** All views of before that a unit has in a region. */
function formersOfUnit(
  unit: string,
  sets: readonly RecoverySet[],
  region: string,
  { newest, isMissing }: Pick<Ruled, "newest" | "isMissing">,
  memory: Memory,
): Former[] {
  const { tagKey } = memory.policy;
  const tagsNow = newest.get(unit)?.tags ?? {};
  const now: OlderTags = { tags: tagsNow, combo: comboOf(tagsNow, tagKey), lastSlot: "" };
  const older = olderTags(sets, now.combo, tagKey);
  const missing = isMissing(unit);
  const formers: Former[] = [];
  for (const era of memory.eras) {
    const { former } = era;
    if (former?.region !== undefined && former.region !== region) continue;
    for (const one of [now, ...older]) {
      const keys: ChangeKey[] = [];
      if (former !== undefined) keys.push(changeKey(region, "settings", former.until));
      if (one !== now) keys.push(changeKey(region, "tags", tagChange(unit, now.combo, one.combo)));
      const view = {
        era,
        tags: one.tags,
        isOrphan: false,
        ...(one !== now && { lastSlot: one.lastSlot }),
      };
      if (missing) {
        const orphaned = [...keys, changeKey(region, "orphan", unit)];
        formers.push(formerOf(view, unit, region, sets, memory, orphaned));
      }
      const isOrphan = missing && isOrphanBy(memory, unit, era.policy);
      if (keys.length > 0) formers.push(formerOf({ ...view, isOrphan }, unit, region, sets, memory, keys)); // prettier-ignore
    }
  }
  return formers;
}

/**
 * Returns the finder of what units were under before.
 * @param slot the slot that is served, if any
 */
export function formerRules(
  memory: ChangeMemory,
  ruled: Pick<Ruled, "newest" | "isMissing">,
  policy: VaultPolicy,
  slot: string | undefined,
  nowMs: number,
): FormersOf {
  const eras: Era[] = [{ policy, calendar: makeCalendar(policy.timezone) }];
  for (const former of memory.former) {
    const was = former.was === "unknown" ? {} : former.was;
    const before = { ...policy, ...was };
    eras.push({ policy: before, calendar: makeCalendar(before.timezone), former });
  }
  const all: Memory = { eras, known: knownOf(memory), missing: missingSince(memory), policy, slot, nowMs }; // prettier-ignore
  return (unit, sets, region) => formersOfUnit(unit, sets, region, ruled, all);
}
