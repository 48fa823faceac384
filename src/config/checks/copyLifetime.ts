/**
 * Computes how long the keep rules keep a copy of each run. It computes this from the runs and does not play them
 * through `retention`, so that years of hourly runs take no time. The tests check the result against `retention`. Times
 * are in UTC: the hour of daylight saving does not matter to a lock of days, for which retention waits less than a day
 * without a notice (ADR 9). Pure.
 */
import { type Calendar, makeCalendar } from "../../vault/retention/calendar";
import { type Count, type CountedRule, countsOf, withinOf } from "../../vault/retention/keepRules";
import { cronOf, rateMs } from "../../vault/lib/schedule";
import { DAY_MS } from "../../vault/lib/time";
import type { KeepRules } from "../../vault/model/settings";

/** A Monday and the first of a month of 28 days, so that kept weeks and months show as soon as possible. */
const START_MS = Date.UTC(2027, 1, 1);
/** Maximum of copies in a region, of all volumes (Amazon EBS user guide, "Quotas for Amazon EBS", the default). */
const MAX_RUNS = 100_000;

/** Returns the times of a cron schedule; it has the same times on each day that it fires on. */
function cronRuns(schedule: string, days: number): number[] {
  const cron = cronOf(schedule, "UTC");
  let run = cron.nextRun(new Date(START_MS - 1));
  if (run === null) return [];
  const firstDayMs = Math.floor(run.getTime() / DAY_MS) * DAY_MS;
  const times: number[] = [];
  for (; run !== null && run.getTime() < firstDayMs + DAY_MS; run = cron.nextRun(run)) {
    times.push(run.getTime() - firstDayMs);
  }
  const runs: number[] = [];
  const endMs = firstDayMs + days * DAY_MS;
  for (let dayMs = firstDayMs; dayMs < endMs && runs.length < MAX_RUNS; dayMs += DAY_MS) {
    if (!cron.match(new Date(dayMs + (times[0] ?? 0)))) continue;
    runs.push(...times.map((time) => dayMs + time));
  }
  return runs;
}

/** Returns the times at which a schedule fires, in ms, for a number of days from its first time on. */
export function runsOf(schedule: string, days: number): number[] {
  const everyMs = rateMs(schedule);
  if (everyMs === undefined) return cronRuns(schedule, days);
  const length = Math.min(MAX_RUNS, Math.ceil((days * DAY_MS) / everyMs));
  return Array.from({ length }, (_, index) => START_MS + index * everyMs);
}

/** Returns the name of the period that a run is in. For `last` each run is a period of its own. */
export function periodName(rule: CountedRule, ms: number, { periodsOf }: Calendar): string {
  return rule === "last" ? String(ms) : periodsOf(ms)[rule];
}

/**
 * Returns until when a counted rule keeps the copy of each run: the next run of its period, or the first of the nth
 * period after it.
 */
function untilByCount(
  runs: readonly number[],
  { rule, periods }: Pick<Count, "rule" | "periods">,
  calendar: Calendar,
): number[] {
  const names = runs.map((ms) => periodName(rule, ms, calendar));
  const firsts = runs.filter((_, index) => names[index] !== names[index - 1]);
  let period = -1;
  return runs.map((_, index) => {
    if (names[index] !== names[index - 1]) period += 1;
    const isLast = names[index] !== names[index + 1];
    return (isLast ? firsts[period + periods] : runs[index + 1]) ?? Infinity;
  });
}

/** Returns until when `within` keeps it: the first run that reaches back no further than to it. */
function untilByWithin(runs: readonly number[], reachMs: readonly number[]): number[] {
  let next = 0;
  return runs.map((ms) => {
    while (next < runs.length && (reachMs[next] ?? 0) < ms) next += 1;
    return runs[next] ?? Infinity;
  });
}

/** Returns the index of the first run at or after a time. */
function firstFrom(runs: readonly number[], ms: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Returns how long a copy is kept that other rules keep for `lifeMs`. Months differ in length: two months and a day
 * reach back further from May 1 than from April 30. So `within` may keep a copy again that it had released.
 */
function withWithin(ms: number, lifeMs: number, runs: readonly number[], reachMs: readonly number[]): number {
  let next = firstFrom(runs, ms + lifeMs);
  if (next === runs.length || (reachMs[next] ?? 0) >= ms) return lifeMs;
  while (next < runs.length && (reachMs[next] ?? 0) < ms) next += 1;
  return (runs[next] ?? Infinity) - ms;
}

/**
 * @param runs in order, in ms
 * @returns how long each run's copy is kept, in ms; `Infinity` if the runs do not reach so far. It leaves out the
 *   oldest copy that restic also keeps while a count is not used up: that is one copy, once.
 */
export function livesMs(runs: readonly number[], rules: KeepRules, keepAtLeast: number): number[] {
  const calendar = makeCalendar("UTC");
  const floor = { rule: "last", periods: keepAtLeast } as const;
  const until = [...countsOf(rules), floor].map((count) => untilByCount(runs, count, calendar));
  const distance = withinOf(rules);
  // Distance that each run reaches back.
  const reachMs = distance && runs.map((ms) => calendar.before(ms, distance));
  if (reachMs !== undefined) until.push(untilByWithin(runs, reachMs));
  const leastMs = (rules.retentionDays ?? 0) * DAY_MS;
  return runs.map((ms, index) => {
    const lifeMs = Math.max(leastMs, ...until.map((list) => (list[index] ?? Infinity) - ms));
    return reachMs === undefined ? lifeMs : withWithin(ms, lifeMs, runs, reachMs);
  });
}
