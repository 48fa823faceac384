/** Decides when an invocation comes back for what is still under way. Pure. */
import { recentDurationsMs } from "../inventory/durations";
import type { ReadRegion } from "../inventory/regions";
import { MINUTE_MS, SECOND_MS, isoSeconds, parseIso } from "../lib/time";
import type { Outcome, Plan } from "../model/actions";
import type { AwaitedWork } from "../model/memory/clockState";
import { pendingHash } from "./awaited";
import { type UnderWay, expectedMs } from "./expected";
import { followUpDelayMs, withinMs } from "./followUpDelay";
import { hintTimeMs } from "./hintTime";

/** What started together ends within seconds. */
const TOGETHER_MS = 3 * SECOND_MS;
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
  /** Time that it took to see everything. */
  lookedMs: number;
}

export interface FollowUp {
  /** Time of the next follow-up, in epoch milliseconds; absent if nothing is under way. */
  atMs?: number;
  /** What it comes for, if for nothing but work under way in AWS. */
  awaited?: AwaitedWork;
  /** When a hint is to invoke the function before that. */
  hintMs?: number;
}

/** Work under way in one region. */
interface RegionWork extends UnderWay {
  snapshotIds: string[];
  sinceMs: number[];
}

/** Returns the latest of some times; `undefined` of none. Not by spreading: an argument list may be too short for them. */
function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

/** Returns the work under way by region, with what this invocation started. */
function underWay({ plan, outcomes, regions }: Left, nowMs: number): Map<string, RegionWork> {
  const byRegion = new Map<string, RegionWork>();
  const add = (name: string, snapshotId: string, sinceMs: number) => {
    let work = byRegion.get(name);
    if (work === undefined) {
      const own = regions.find(({ region }) => region === name)?.own ?? [];
      work = { snapshotIds: [], sinceMs: [], recentMs: recentDurationsMs(own) };
      byRegion.set(name, work);
    }
    work.snapshotIds.push(snapshotId);
    work.sinceMs.push(sinceMs);
  };
  for (const { region, snapshotId, sinceMs } of plan.pending) add(region, snapshotId, sinceMs);
  for (const { action, snapshotIds } of outcomes) {
    if (action.kind !== "delete") for (const id of snapshotIds) add(action.region, id, nowMs);
  }
  return byRegion;
}

/** Returns since when other work waits, and the regions where it waits for places that the vault's own copies have. */
function waiting({ plan, outcomes, throttledSince }: Left, work: ReadonlyMap<string, unknown>, nowMs: number) {
  const since = plan.waitsSinceMs === undefined ? [] : [plan.waitsSinceMs];
  if (throttledSince !== undefined) since.push(parseIso(throttledSince) ?? nowMs);
  const full = new Set<string>();
  for (const { action, status, code = "" } of outcomes) {
    if (action.kind === "delete" || status !== "deferred") continue;
    const slotMs = action.kind === "snapshot" ? parseIso(action.slot) : action.sinceMs;
    if (SLOTS_TAKEN.includes(code) && work.has(action.region)) full.add(action.region);
    else since.push(slotMs ?? nowMs);
  }
  return { since, full };
}

/** Returns by when the awaited part of a region's work is expected to have ended. */
function untilMs(work: UnderWay, isFull: boolean, nowMs: number): number | undefined {
  const { length } = work.sinceMs;
  const atMs = expectedMs(work, isFull ? Math.min(PLACES, length) : length / 2, nowMs);
  return atMs === undefined ? undefined : atMs + TOGETHER_MS;
}

/** Returns what a region's work is recognized by. */
function awaitedOf({ snapshotIds, sinceMs }: RegionWork, until: number | undefined, nowMs: number) {
  const since = isoSeconds(latest(sinceMs) ?? nowMs);
  return { pending: pendingHash(snapshotIds), since, ...(until !== undefined && { until: isoSeconds(until) }) };
}

/** A region's work, and when to look at it. */
interface RegionLook {
  region: string;
  work: RegionWork;
  isFull: boolean;
  untilMs?: number;
  youngestMs: number;
}

function looksAt(works: ReadonlyMap<string, RegionWork>, full: ReadonlySet<string>, nowMs: number): RegionLook[] {
  return [...works].map(([region, work]) => {
    const isFull = full.has(region);
    const expected = untilMs(work, isFull, nowMs);
    const youngestMs = latest(work.sinceMs) ?? nowMs;
    return { region, work, isFull, ...(expected !== undefined && { untilMs: expected }), youngestMs };
  });
}

/**
 * Returns when to look again, and what for. Work is looked at when half of it is expected to have ended, if that is within
 * ten minutes; and what nothing is known of, after a share of its age. Copies whose places others wait for are looked at
 * sooner, by a hint. The timer then comes a minute after that look should have ended, so that it does not meet it.
 */
export function nextFollowUp(left: Left, nowMs: number): FollowUp {
  const works = underWay(left, nowMs);
  const { since, full } = waiting(left, works, nowMs);
  const looks = looksAt(works, full, nowMs);
  const fullLooks = looks.filter(({ isFull }) => isFull);
  const hintMs = hintTimeMs(fullLooks, left.lookedMs, nowMs);
  const afterHintMs = left.lookedMs + MINUTE_MS;
  const delays = looks.map((look) => {
    if (look.isFull && hintMs !== undefined) return hintMs + afterHintMs - nowMs;
    if (look.untilMs !== undefined) return withinMs(look.untilMs - nowMs);
    return followUpDelayMs(look.isFull ? nowMs : look.youngestMs, nowMs);
  });
  // The youngest work decides.
  const youngestMs = latest(since);
  if (youngestMs !== undefined) delays.push(followUpDelayMs(youngestMs, nowMs));
  if (delays.length === 0) return {};
  const atMs = nowMs + delays.reduce((a, b) => Math.min(a, b));
  // The look that a hint starts sees everything, so whatever is due right after it waits for the timer.
  if (hintMs !== undefined && hintMs < atMs) return { atMs: hintMs + afterHintMs, hintMs };
  if (since.length > 0 || full.size > 0) return { atMs };
  const awaited = looks.map(({ region, work, untilMs: until }) => [region, awaitedOf(work, until, nowMs)] as const);
  return { atMs, awaited: Object.fromEntries(awaited) };
}
