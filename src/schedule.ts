/** What a schedule expression must be, and how long it leaves between runs. When it fires: src/vault/schedule.ts. */
import type { Cron } from "croner";
import { cronOf, nextRun, rateMs } from "./vault/schedule";
import { DAY_MS, MINUTE_MS } from "./vault/time";

/** How many runs and days are looked at for the longest gap, and from when, so that every preview gives the same alarm. */
const LOOKED_AT_RUNS = 400;
const LOOKED_AT_DAYS = 400;
const LOOKED_FROM_MS = Date.UTC(2026, 0, 1);

/** What is wrong with the expression, as what was expected instead; `undefined` when it is good and fires. */
export function scheduleFault(expression: string, timezone: string): string | undefined {
  if (rateMs(expression) !== undefined) return undefined;
  if (expression.startsWith("rate(")) return "rate(<number> minutes|hours|days)";
  try {
    const fires = cronOf(expression, timezone).nextRun(new Date(LOOKED_FROM_MS)) !== null;
    return fires ? undefined : "a cron expression that fires";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function timezoneFault(timezone: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return undefined;
  } catch {
    return "a time zone of the IANA database, such as UTC or Europe/Berlin";
  }
}

/** The time between the runs before and after an instant. */
function gapAroundMs(cron: Cron, at: Date): number {
  const [before] = cron.previousRuns(1, at);
  const after = nextRun(cron, at);
  return before === undefined || after === null ? 0 : after.getTime() - before.getTime();
}

/**
 * The longest time between two runs; infinite where the runs come to an end.
 * A dense schedule's first runs are over before its weekend or its month off, so the days after them are looked at
 * too, each at a moment that is no run: a gap of a day or more has one of those in it.
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
