/**
 * Finds the rules that recovery points were under before a change. They come from the previous settings, from the
 * recovery points' own tags, or from a time when the instance was still backed up. What any of these rules keep waits
 * for an approval or the end of the grace period. Pure.
 */
import type { ChangeKey } from "../model/memory/waitingPlans";
import { changeKey, editKey, exceptedIn, knownOf, overFromMs, ownKey } from "./changeKeys";
import { type ChangeMemory, type FormerSettings, firstMissed } from "../model/memory/changeMemory";
import { covers } from "./changeMemory";
import { erasOf } from "./eras";
import { type InstanceRules, type Ruled, drCopyRules } from "../retention/effectiveRules";
import { isOrphanBy } from "./changeEnds";
import type { OlderTags } from "./olderTags";
import { type RecoverySet, wasStarted, wasThere } from "../retention/recoverySets";
import { namedBy } from "./namedUnits";
import { dataStartMs } from "../inventory/sameSlot";
import { comboOf, tagChange } from "./tagChanges";

import { ofGaps } from "./gapRules";
import { type Memory, formerOf, joinedAt, restored } from "./formerViews";
import type { Tags } from "../model/world";
import type { CoreSettings } from "../model/settings";
import type { Former, FormersOf } from "../retention/former";

/** Rules, newest snapshots and former tags of units. A unit is an instance, or a volume of several instances. */
export type RuledUnits = Pick<Ruled, "newest" | "isMissing" | "isAbsent" | "rulesOf"> & { olderTags: OlderTags };

/** Decides whether rules keep everything that others would, so that nothing waits for those. */
function isCovered(others: InstanceRules, rules: InstanceRules, isPrimary: boolean): boolean {
  if (others.expireAll !== undefined) return true;
  if (others.keepAll !== undefined || rules.expireAll !== undefined) return false;
  if (rules.keepAtLeast < others.keepAtLeast) return false;
  if (!isPrimary) return covers(rules.drKeep, others.drKeep);
  return covers(rules.keep, others.keep) && covers(drCopyRules(rules), drCopyRules(others));
}

/** Returns the key of the edit that ended an era for a unit, and the time of the mail about it that did not name the unit. */
function editOf(
  { until, was }: FormerSettings,
  { unit, region }: { unit: string; region: string },
  { known, isNamed }: Memory,
): { key: ChangeKey; mailedAt?: string } {
  const key = editKey(region, until, unit, known);
  // Of settings that nobody knows, no mail can say what they would keep.
  if (was === "unknown" || isNamed(key, unit)) return { key };
  return { key: ownKey(key, unit), mailedAt: known.get(key)?.at };
}

/** Tags of now, or former ones and the change that replaced them. */
interface TagsOf {
  tags: Tags;
  change?: string;
  taggedSlot?: string;
  carrier?: string;
}

/** Returns all former rules of a unit in a region. */
function formersOfUnit(
  { unit, sets, region }: { unit: string; sets: readonly RecoverySet[]; region: string },
  { newest, isMissing, isAbsent, rulesOf, olderTags }: RuledUnits,
  memory: Memory,
): Former[] {
  const { tagKey, primaryRegion, orphans } = memory.settings;
  const now = newest.get(unit);
  const tagsNow = now?.tags ?? {};
  const combo = comboOf(tagsNow, tagKey);
  const older = [...olderTags(unit)].map(([before, { tags, slot: taggedSlot, slotIn }]): TagsOf => {
    return { tags, taggedSlot, carrier: slotIn.get(region), change: tagChange(unit, combo, before) };
  });
  const all: TagsOf[] = [{ tags: tagsNow }, ...older];
  // `keep` changes nothing, so nothing is lost because the instance is gone.
  const missing = isMissing(unit) && orphans !== "keep";
  const seen = {
    unit,
    newestSlot: sets.reduce((slot, set) => (set.slot > slot ? set.slot : slot), ""),
    foundMs: now === undefined ? -Infinity : dataStartMs(now),
    isAbsent: isAbsent(unit),
  };
  const rules = rulesOf(unit);
  const formers: Former[] = [];
  for (const era of memory.eras) {
    const { former } = era;
    if (former?.region !== undefined && former.region !== region) continue;
    const { key, mailedAt } = former === undefined ? {} : editOf(former, { unit, region }, memory);
    if (mailedAt !== undefined && !sets.some((set) => wasThere(set, mailedAt))) continue;
    const startedBy = joinedAt(former);
    if (startedBy !== undefined && !sets.some((set) => wasStarted(set, startedBy))) continue;
    for (const { tags, taggedSlot, carrier, change } of all) {
      const keys: ChangeKey[] = [];
      if (key !== undefined) keys.push(key);
      if (change !== undefined) keys.push(changeKey(region, "tags", change));
      const view = { era, tags, carrier, mailedAt, isOrphan: false, of: { ...seen, taggedSlot } };
      if (missing) {
        const orphaned = [...keys, changeKey(region, "orphan", unit)];
        formers.push(formerOf(view, memory, orphaned));
      }
      const isOrphan = missing && isOrphanBy(memory, unit, era.settings);
      if (keys.length > 0) formers.push(formerOf({ ...view, isOrphan }, memory, keys));
      else if (era.backAt !== undefined && !missing) formers.push(restored(era, rules));
    }
  }
  const [present] = memory.eras;
  if (!missing && present !== undefined) {
    formers.push(...ofGaps({ unit, sets, region }, { era: present, tags: tagsNow, isOrphan: false, of: seen }, memory));
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
  const isExcepted = exceptedIn(memory);
  const isNamed = namedBy(known);
  const memories = new Map<string, Memory>();
  const memoryOf = (region: string, unit: string): Memory => {
    // Nearly all units share the mails about an edit, and so whether a schedule was back in time.
    const of = isExcepted(unit) ? `${region} ${unit}` : region;
    const found = memories.get(of);
    if (found !== undefined) return found;
    const overMs = (until: string) => overFromMs(known.get(editKey(region, until, unit, known)), "", settings);
    const made = { eras: erasOf(memory, settings, overMs), known, missing, isNamed, ...at };
    memories.set(of, made);
    return made;
  };
  return (unit, sets, region) => formersOfUnit({ unit, sets, region }, ruled, memoryOf(region, unit));
}
