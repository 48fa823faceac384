/** Delays of follow-ups. Pure. */
import { MINUTE_MS } from "../lib/time";

const FIRST_DELAY_MS = MINUTE_MS;
const LAST_DELAY_MS = 10 * MINUTE_MS;
/** A quarter of the age. Work of 8 minutes is looked at again after two, work of 40 minutes or more after ten. */
const AGE_SHARE = 0.25;

/** Returns a delay within the least and the longest. */
export function withinMs(delayMs: number): number {
  return Math.min(LAST_DELAY_MS, Math.max(FIRST_DELAY_MS, delayMs));
}

/** Returns the share of an age that is waited before the next look. */
export function ageShareMs(sinceMs: number, nowMs: number): number {
  return (nowMs - sinceMs) * AGE_SHARE;
}

/**
 * Returns how long to wait for work that started at `sinceMs`: a minute at first, longer as it ages, ten minutes at
 * most.
 */
export function followUpDelayMs(sinceMs: number, nowMs: number): number {
  return withinMs(ageShareMs(sinceMs, nowMs));
}
