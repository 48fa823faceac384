/**
 * Checks schedule expressions, and computes the time that they leave between runs. src/vault/lib/schedule.ts says when
 * they fire.
 */
import type { Cron } from "croner";
import { cronError } from "./cronGrammar";
import { cronOf, nextRun, rateMs } from "../vault/lib/schedule";
import { DAY_MS, MINUTE_MS } from "../vault/lib/time";

/** Number of runs and days to search for the longest gap, and the start, so that every preview gives the same alarm. */
const LOOKED_AT_RUNS = 400;
const LOOKED_AT_DAYS = 400;
const LOOKED_FROM_MS = Date.UTC(2026, 0, 1);

/** Scheduler's limits: an expression has at most 256 characters, a time zone 50 (API reference, CreateSchedule). */
const MAX_EXPRESSION = 256;
const MAX_TIMEZONE = 50;

/** A value of 1 with the unit in the singular, others in the plural (EventBridge user guide, "Rate expressions"). */
const RATE = /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d{1,4}) (minutes|hours|days))\)$/;

/** Returns the expected form if the expression is wrong; `undefined` if Scheduler accepts it and it fires. */
export function scheduleError(expression: string, timezone: string): string | undefined {
  if (expression.length > MAX_EXPRESSION) return `up to ${MAX_EXPRESSION} characters`;
  if (expression.startsWith("rate(")) {
    return RATE.test(expression) ? undefined : "rate(1 hour) or rate(<number> minutes|hours|days)";
  }
  const grammarError = cronError(expression);
  if (grammarError !== undefined) return grammarError;
  try {
    const fires = cronOf(expression, timezone).nextRun(new Date(LOOKED_FROM_MS)) !== null;
    return fires ? undefined : "a cron expression that fires";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Returns true for a name of the IANA database. Scheduler accepts only these; Node also accepts offsets, abbreviations,
 * and names in any case.
 */
function isZoneName(timezone: string): boolean {
  if (timezone === "UTC" || timezone === "GMT") return true;
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)+$/.test(timezone)) return false;
  const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions();
  return timeZone === timezone || timeZone.toLowerCase() !== timezone.toLowerCase();
}

export function timezoneError(timezone: string): string | undefined {
  const expected = "a time zone of the IANA database, such as UTC or Europe/Berlin";
  try {
    return timezone.length <= MAX_TIMEZONE && isZoneName(timezone) ? undefined : expected;
  } catch {
    return expected;
  }
}

/** Returns the time between the runs before and after an instant. */
function gapAroundMs(cron: Cron, at: Date): number {
  const [before] = cron.previousRuns(1, at);
  const after = nextRun(cron, at);
  return before === undefined || after === null ? 0 : after.getTime() - before.getTime();
}

/**
 * Returns the longest time between two runs; infinite if the runs end. A dense schedule's first runs are over before
 * its weekend or its month off. So it also looks at the days after them, each at a moment that is no run: a gap of a
 * day or more contains one of those.
 */
export function longestGapMs(expression: string, timezone: string): number {
  const everyMs = rateMs(expression);
  if (everyMs !== undefined) return everyMs;
  const cron = cronOf(expression, timezone);
  const runs = cron.nextRuns(LOOKED_AT_RUNS, new Date(LOOKED_FROM_MS));
  const last = runs[LOOKED_AT_RUNS - 1];
  if (last === undefined) return Infinity;
  const times = runs.filter((run) => cron.match(run)).map((run) => run.getTime());
  let longest = Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  const endMs = LOOKED_FROM_MS + LOOKED_AT_DAYS * DAY_MS;
  for (let day = last.getTime() + MINUTE_MS / 2; day < endMs; day += DAY_MS) {
    longest = Math.max(longest, gapAroundMs(cron, new Date(day)));
  }
  return longest;
}
