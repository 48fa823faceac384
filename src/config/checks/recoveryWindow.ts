/**
 * Computes the recovery window: how few recovery points a volume has, and how old the oldest is, once the vault has run
 * for long under the same rules. `livesMs` plays it from the schedule in linear time, so that a schedule of every
 * minute is no slower than others. A test checks the result against `retention` itself, run by run. Daylight saving is
 * left out, as there. So is the time until a sweep deletes an expired point, an hour at most. Pure.
 */
import { livesMs, periodName, runsOf } from "./copyLifetime";
import { type Calendar, makeCalendar } from "../../vault/retention/calendar";
import { type Count, countsOf } from "../../vault/retention/keepRules";
import { rateMs } from "../../vault/lib/schedule";
import { DAY_MS } from "../../vault/lib/time";
import type { KeepRules } from "../../vault/model/settings";

export interface RecoveryWindow {
  /** Number of recovery points at the time when there are fewest. */
  fewestPoints: number;
  /** Age of the oldest recovery point at the time when it is youngest. */
  minOldestAgeMs: number;
  /** Age that the oldest recovery point reaches; `Infinity` if that is more than half of the played time. */
  maxOldestAgeMs: number;
}

/** Three leap years, so that each gap of a yearly schedule is among the runs. */
const PLAYED_DAYS = 12 * 365.25;
/** Fewer show no pattern. A rate that leaves years between runs is played for longer. */
const LEAST_RUNS = 3;
const MAX_GAP_DAYS = 3_650;
/** Two weeks of minutes, two years of hours. */
const MAX_RUNS = 14 * 24 * 60;
/** Some two seconds for all windows of a configuration: there can be 200 policies. */
const MAX_RUNS_IN_ALL = 400_000;

/**
 * Returns the runs to play, in ms.
 * @param windows number of windows that are computed from them
 */
export function playedRuns(schedule: string, windows: number): number[] {
  const gapDays = Math.min(MAX_GAP_DAYS, (rateMs(schedule) ?? 0) / DAY_MS);
  const runs = runsOf(schedule, Math.max(PLAYED_DAYS, 2 * LEAST_RUNS * gapDays));
  return runs.slice(0, Math.min(MAX_RUNS, Math.floor(MAX_RUNS_IN_ALL / Math.max(1, windows))));
}

/**
 * Follows the recovery points from the first run to the last.
 * @param endsMs when each run's recovery point is deleted
 * @param fromMs the end of the vault's beginning, which is not looked at
 */
function follow(runs: readonly number[], endsMs: readonly number[], fromMs: number): RecoveryWindow {
  const lastMs = runs.at(-1) ?? 0;
  const byEnd = [...endsMs.keys()].sort((a, b) => (endsMs[a] ?? 0) - (endsMs[b] ?? 0));
  const timesMs = new Set([fromMs, ...runs, ...endsMs.filter((ms) => ms <= lastMs)]);
  const isDeleted = new Set<number>();
  const seen = { fewestPoints: Infinity, minOldestAgeMs: Infinity, maxOldestAgeMs: 0 };
  let made = 0;
  let oldest = 0;
  for (const nowMs of Float64Array.from(timesMs).sort()) {
    const ageMs = () => nowMs - (runs[oldest] ?? 0);
    // Just before its deletion the oldest point is as old as it gets. Just after it the next one is as young as it
    // gets.
    if (nowMs > fromMs) seen.maxOldestAgeMs = Math.max(seen.maxOldestAgeMs, ageMs());
    while ((runs[made] ?? Infinity) <= nowMs) made += 1;
    for (;;) {
      const next = byEnd[isDeleted.size];
      if (next === undefined || (endsMs[next] ?? 0) > nowMs) break;
      isDeleted.add(next);
    }
    while (isDeleted.has(oldest)) oldest += 1;
    if (nowMs < fromMs) continue;
    seen.fewestPoints = Math.min(seen.fewestPoints, made - isDeleted.size);
    seen.minOldestAgeMs = Math.min(seen.minOldestAgeMs, ageMs());
  }
  return seen;
}

/** Returns true if so many periods have a run that the count keeps no older recovery point. */
function isUsedUp({ rule, periods }: Count, runs: readonly number[], calendar: Calendar): boolean {
  let used = 0;
  let before: string | undefined;
  for (const ms of runs) {
    const period = periodName(rule, ms, calendar);
    if (period !== before) used += 1;
    if (used > periods) return true;
    before = period;
  }
  return false;
}

/**
 * @param runs in order, from {@link playedRuns}
 * @param keepAtLeast at least 1
 * @returns `undefined` if there are too few runs because the schedule ends
 */
export function recoveryWindow(
  runs: readonly number[],
  rules: KeepRules,
  keepAtLeast: number,
): RecoveryWindow | undefined {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined || runs.length < LEAST_RUNS) return undefined;
  const lives = livesMs(runs, rules, keepAtLeast);
  const endsMs = runs.map((ms, index) => ms + (lives[index] ?? Infinity));
  const middleMs = (first + last) / 2;
  const seen = follow(runs, endsMs, middleMs);
  // If a recovery point outlives the first half, the second lacks those from before the first run.
  const firstHalf = runs.filter((ms) => ms <= middleMs);
  const calendar = makeCalendar("UTC");
  const isSettled =
    firstHalf.every((_, index) => (lives[index] ?? Infinity) <= middleMs - first) &&
    countsOf(rules).every((count) => isUsedUp(count, firstHalf, calendar));
  return isSettled ? seen : { ...seen, maxOldestAgeMs: Infinity };
}
