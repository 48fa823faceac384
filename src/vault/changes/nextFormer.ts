/** Decides which former settings the timer goes on to carry. Pure. */
import type { ChangeKey } from "../model/memory/waitingPlans";
import { ALL_UNITS, type Known, changeKey, editKey, graceEndMs, kindOf, overFromMs, subjectOf } from "./changeKeys";
import { MAX_FORMER } from "./changeMemory";
import type { Judged } from "./looked";
import { resumedIn } from "./resumed";
import type { ChangeMemory, FormerSettings } from "../model/memory/changeMemory";
import type { RecoverySet } from "../retention/recoverySets";
import { DAY_MS } from "../lib/time";

/**
 * Days after the grace period for which previous settings are remembered. What the edit released is deleted in that
 * time.
 */
const DONE_AFTER_DAYS = 30;

/** Returns the former settings that are still needed. */
export function nextFormer(
  memory: ChangeMemory,
  known: ReadonlyMap<ChangeKey, Known>,
  { losing, settings, regions, isAllSeen, oldestSlot, isMissing, has, isInDoubt, openKeys }: Judged,
  nowMs: number,
): readonly FormerSettings[] {
  const { former } = memory;
  if (former.length === 0) return former;
  const losers = new Set([...losing("settings")].map(subjectOf));
  // Recovery points that were made since the settings ended may wait too.
  const isPast = ({ until }: FormerSettings) => isAllSeen && (oldestSlot === undefined || oldestSlot > until);
  const doneMs = nowMs - DONE_AFTER_DAYS * DAY_MS;
  // A unit that the mail did not count for, whose rules are known again and that has no mail of its own, has lost nothing.
  const isOpen = (unit: string, until: string) =>
    unit === ALL_UNITS || (has(unit) ? isInDoubt(unit) || losers.has(until) : !isAllSeen);
  const keysOf = (region: string, until: string): ChangeKey[] => {
    const key = changeKey(region, "settings", until);
    const own = (known.get(key)?.except ?? []).map((unit) => ({ unit, key: editKey(region, until, unit, known) }));
    return [key, ...own.filter((one) => known.has(one.key) || isOpen(one.unit, until)).map((one) => one.key)];
  };
  // `Infinity` if not all of the regions and of such units had a mail.
  const lastMs = (about: readonly string[], until: string, endOf: (change: Known | undefined) => number | undefined) =>
    Math.max(...about.flatMap((region) => keysOf(region, until)).map((key) => endOf(known.get(key)) ?? Infinity));
  // A mail did not count for who it did not name: they may still lose what they had then.
  const open = new Set([...openKeys].filter((key) => !known.has(key)).map((key) => subjectOf(kindOf(key).of)));
  const isDone = ({ until, region }: FormerSettings) =>
    !open.has(until) &&
    lastMs(region === undefined ? memory.regions : [region], until, (one) => graceEndMs(one, settings)) < doneMs;
  const overMs = (until: string) => lastMs(memory.regions, until, (one) => overFromMs(one, "", settings));
  const isNeeded = resumedIn(former, memory.settings, overMs, ({ until, backAt }) => {
    const isBetween = ({ slot }: RecoverySet) => slot >= until && slot <= backAt;
    // The last recovery points of what is not backed up any more stay for good, and nothing displaces them.
    const isLive = ([one]: readonly RecoverySet[]) =>
      one !== undefined && (settings.orphans === "keep" || !isMissing(one.instanceId));
    return !isAllSeen || regions.some(({ verdict }) => verdict.sets.some((all) => isLive(all) && all.some(isBetween)));
  });
  // What they released may still be there, because of a lock or an AMI. The deletion limit must know why it is due.
  const isUsed = (one: FormerSettings) => losers.has(one.until) || isNeeded(former.indexOf(one));
  const left = former.filter((one) => isUsed(one) || (!isPast(one) && !isDone(one)));
  // The next edit needs room. Those that hold and release nothing any more make it, the oldest first.
  const isOver = ({ until, region }: FormerSettings) =>
    isAllSeen &&
    lastMs(region === undefined ? memory.regions : [region], until, (one) => overFromMs(one, "", settings)) <= nowMs;
  const first = left.findIndex((one) => isUsed(one) || !isOver(one));
  return left.slice(Math.max(0, Math.min(first < 0 ? left.length : first, left.length - MAX_FORMER + 1)));
}
