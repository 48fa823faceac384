/** Which problems a person was told, and for how long that counts. Pure. */
import type { Told } from "./clockState";
import { WEEKLY_SUMMARY } from "./problem";
import { DAY_MS, HOUR_MS, parseIso } from "../lib/time";

/** Shorter than a day, so that tomorrow's run tells again what is still wrong. */
const TOLD_FOR_MS = 23 * HOUR_MS;

/** Of these a person hears once a week at most: nothing failed, and nothing changes from one day to the next. */
const WEEKLY: Readonly<Record<string, number>> = {
  // Longer than a week, so that no second run of it sums it up again.
  [WEEKLY_SUMMARY]: 8 * DAY_MS,
  "left-region": 7 * DAY_MS - HOUR_MS,
  "orphans-kept": 7 * DAY_MS - HOUR_MS,
  "unknown-policy": 7 * DAY_MS - HOUR_MS,
};

/** Scheduler takes 256 KB of input; the oldest tellings beyond this are forgotten, and so told again. */
const MAX_TOLD = 700;

function toldForMs(key: string): number {
  const [kind = ""] = key.split("/", 1);
  return (Object.hasOwn(WEEKLY, kind) ? WEEKLY[kind] : undefined) ?? TOLD_FOR_MS;
}

/** The tellings that still count, at most {@link MAX_TOLD} of them, the newest. */
export function stillTold(told: Told, nowMs: number): Told {
  const recent = Object.entries(told).filter(([key, when]) => nowMs - (parseIso(when) ?? 0) < toldForMs(key));
  recent.sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(recent.slice(0, MAX_TOLD));
}
