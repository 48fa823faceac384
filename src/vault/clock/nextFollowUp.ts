/** Decides when an invocation comes back for what is still under way. Pure. */
import { recentDurationsMs } from "../inventory/durations";
import type { ReadRegion } from "../inventory/regions";
import { MINUTE_MS, SECOND_MS, parseIso } from "../lib/time";
import type { Outcome, Plan } from "../model/actions";
import { type UnderWay, expectedMs } from "./expected";

const FIRST_DELAY_MS = MINUTE_MS;
const LAST_DELAY_MS = 10 * MINUTE_MS;
/** A quarter of the age. Work of 8 minutes is looked at again after two, work of 40 minutes or more after ten. */
const AGE_SHARE = 0.25;
/** What started together ends within seconds. */
const TOGETHER_MS = 5 * SECOND_MS;
/** Copies whose end is waited for while others wait for their places: few, so that no place is empty for long. */
const PLACES = 3;
/** Limits on concurrent work. If that work is the vault's own, there is room as soon as any of it ends. */
const SLOTS_TAKEN = ["ResourceLimitExceeded", "PendingSnapshotLimitExceeded"];

/** What an invocation leaves behind. */
export interface Left {
  plan: Plan;
  outcomes: readonly Outcome[];
  /** Time since which reads have been throttled. */
  throttledSince?: string;
  /** Regions as they were read. */
  regions: readonly ReadRegion[];
}

/**
 * Returns how long to wait for work that started at `sinceMs`: a minute at first, longer as it ages, ten minutes at
 * most.
 */
export function followUpDelayMs(sinceMs: number, nowMs: number): number {
  return withinMs((nowMs - sinceMs) * AGE_SHARE);
}

function withinMs(delayMs: number): number {
  return Math.min(LAST_DELAY_MS, Math.max(FIRST_DELAY_MS, delayMs));
}

/** Returns the latest of some times; `undefined` of none. Not by spreading: an argument list may be too short for them. */
function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

/** Returns the work under way by region, with what this invocation started. */
function underWay({ plan, outcomes, regions }: Left, nowMs: number): Map<string, UnderWay> {
  const since = new Map<string, number[]>();
  const add = (region: string, sinceMs: number) => {
    const list = since.get(region);
    if (list === undefined) since.set(region, [sinceMs]);
    else list.push(sinceMs);
  };
  for (const { region, sinceMs } of plan.pending) add(region, sinceMs);
  for (const { action, snapshotIds } of outcomes) {
    if (action.kind !== "delete") for (const _ of snapshotIds) add(action.region, nowMs);
  }
  return new Map(
    [...since].map(([name, sinceMs]) => {
      const own = regions.find(({ region }) => region === name)?.own ?? [];
      return [name, { sinceMs, recentMs: recentDurationsMs(own) }];
    }),
  );
}

/** Returns when to look at the work of a region: when half of it is expected to have ended, or by its age. */
function lookMs(work: UnderWay, isAwaited: boolean, nowMs: number): number {
  const { length } = work.sinceMs;
  const count = isAwaited ? Math.min(PLACES, length) : length / 2;
  const expected = expectedMs(work, count, nowMs);
  if (expected !== undefined) return nowMs + withinMs(expected + TOGETHER_MS - nowMs);
  return nowMs + (isAwaited ? FIRST_DELAY_MS : followUpDelayMs(latest(work.sinceMs) ?? nowMs, nowMs));
}

/**
 * Returns when to look again; `undefined` if nothing is under way. Work that ends soon is looked at when it is expected to
 * have ended. What nothing is known of is looked at again after a share of its age.
 */
export function nextFollowUpMs(left: Left, nowMs: number): number | undefined {
  const { plan, outcomes, throttledSince } = left;
  const work = underWay(left, nowMs);
  const since = plan.waitsSinceMs === undefined ? [] : [plan.waitsSinceMs];
  if (throttledSince !== undefined) since.push(parseIso(throttledSince) ?? nowMs);
  const awaited = new Set<string>();
  for (const { action, status, code = "" } of outcomes) {
    if (action.kind === "delete" || status !== "deferred") continue;
    const slotMs = action.kind === "snapshot" ? parseIso(action.slot) : action.sinceMs;
    if (SLOTS_TAKEN.includes(code) && work.has(action.region)) awaited.add(action.region);
    else since.push(slotMs ?? nowMs);
  }
  const times = [...work].map(([region, one]) => lookMs(one, awaited.has(region), nowMs));
  // The youngest work decides.
  const youngestMs = latest(since);
  if (youngestMs !== undefined) times.push(nowMs + followUpDelayMs(youngestMs, nowMs));
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}
