/**
 * Computes when a schedule fires. Expressions are those of EventBridge Scheduler, `cron(...)` and `rate(...)` (AWS,
 * "Schedule types in EventBridge Scheduler"). croner parses the cron fields.
 */
import { Cron } from "croner";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./time";

const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** Returns the interval of a rate: `rate(6 hours)` → 21,600,000. Returns `undefined` for anything else. */
export function rateMs(expression: string): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
}

/** Turns AWS's six fields into croner's seven: seconds first, weekdays from SUN = 1, `0/15` for "from 0 on". */
export function cronOf(expression: string, timezone: string): Cron {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) throw new Error(`six fields in cron(...), got ${fields.length}`);
  const [minute, hour, dayOfMonth = "", month, dayOfWeek = "", year] = fields;
  const never = [minute, hour, month, year].some((field) => field?.includes("?"));
  if (never || (dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error("`?` in exactly one of day-of-month and day-of-week");
  }
  if (dayOfWeek.split(/[,-]/).some((day) => /^([089]|\d\d)/.test(day))) {
    throw new Error("weekdays from 1 (SUN) to 7 (SAT)");
  }
  // A lone `L` is the last day of the week, Saturday.
  const weekday = dayOfWeek === "L" ? "7" : dayOfWeek;
  return new Cron(["0", minute, hour, dayOfMonth, month, weekday, year].join(" "), {
    timezone,
    mode: "7-part",
    alternativeWeekdays: true,
    sloppyRanges: true,
  });
}

/**
 * Returns the next run. Scheduler skips a time that the clock jumps over in spring; croner moves it to the jump's end.
 */
export function nextRun(cron: Cron, after: Date): Date | null {
  const run = cron.nextRun(after);
  return run === null || cron.match(run) ? run : cron.nextRun(run);
}

/**
 * Returns the first time after `afterMs` that the schedule fires; `undefined` if never. A rate is counted from
 * `startMs`.
 */
export function nextFireMs(expression: string, timezone: string, afterMs: number, startMs = 0): number | undefined {
  const everyMs = rateMs(expression);
  if (everyMs !== undefined) {
    return startMs + (Math.floor((afterMs - startMs) / everyMs) + 1) * everyMs;
  }
  return nextRun(cronOf(expression, timezone), new Date(afterMs))?.getTime();
}

/**
 * Returns the last time up to `nowMs` at which the schedule fired or should have fired.
 * @param knownMs a time at which it is known to have fired. A rate is counted from it, because its start is not known.
 */
export function lastDueMs(expression: string, timezone: string, nowMs: number, knownMs: number): number | undefined {
  const everyMs = rateMs(expression);
  if (everyMs !== undefined) {
    return nowMs < knownMs ? undefined : nowMs - ((nowMs - knownMs) % everyMs);
  }
  return lastCronMs(expression, timezone, nowMs);
}

/**
 * Returns the last time of a cron schedule at or before `nowMs`; `undefined` for a rate, whose times depend on its
 * start.
 */
export function lastCronMs(expression: string, timezone: string, nowMs: number): number | undefined {
  if (rateMs(expression) !== undefined) return undefined;
  const cron = cronOf(expression, timezone);
  // croner returns the runs before an instant, but a run at the instant itself is wanted too.
  const runs = cron.previousRuns(2, new Date(nowMs + SECOND_MS));
  return runs.find((run) => cron.match(run) && run.getTime() <= nowMs)?.getTime();
}
