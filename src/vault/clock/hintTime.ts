/** Decides when a hint is to invoke the function before the timer does. Pure. */
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import { ageShareMs } from "./followUpDelay";

/** Shortest delay, and the one of copies of which nothing is known. */
const FIRST_DELAY_MS = 10 * SECOND_MS;
const UNKNOWN_DELAY_MS = 30 * SECOND_MS;
/** Longest delay. For work that takes longer, the minute by which Scheduler may be late matters little. */
const LAST_DELAY_MS = 5 * MINUTE_MS;

/** Copies whose places others wait for, in one region. */
export interface FullRegion {
  /** When some of them are expected to have ended, in epoch milliseconds; absent if that is unknown. */
  untilMs?: number;
  /** Start of the youngest. */
  youngestMs: number;
}

/**
 * Returns when to come back for the first place that gets free; `undefined` if the timer is exact enough, or if nothing
 * waits for a place.
 * @param lookedMs time that a look takes: it starts so much earlier
 */
export function hintTimeMs(full: readonly FullRegion[], lookedMs: number, nowMs: number): number | undefined {
  const times = full.map(({ untilMs, youngestMs }) =>
    untilMs === undefined
      ? nowMs + Math.max(UNKNOWN_DELAY_MS, ageShareMs(youngestMs, nowMs))
      : Math.max(untilMs - lookedMs, nowMs + FIRST_DELAY_MS),
  );
  const atMs = Math.min(...times);
  return atMs - nowMs <= LAST_DELAY_MS ? atMs : undefined;
}
