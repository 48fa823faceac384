/**
 * Schedule expressions as EventBridge Scheduler takes them, `cron(...)` and `rate(...)`
 * (AWS, "Schedule types in EventBridge Scheduler"). The parsing of cron fields is croner's.
 */
import { Cron } from "croner";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./vault/time";

const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** How many runs are looked at for the longest gap, and from when, so that every preview gives the same alarm. */
const LOOKED_AT_RUNS = 400;
const LOOKED_FROM_MS = Date.UTC(2026, 0, 1);

/** `rate(6 hours)` → 21,600,000. `undefined` for anything that is not a rate. */
function rateMs(expression: string): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
}

/** AWS's six fields for croner's seven: seconds in front, weekdays counted from SUN = 1. */
function cronOf(expression: string, timezone: string): Cron {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) throw new Error(`six fields in cron(...), got ${fields.length}`);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error("`?` in exactly one of day-of-month and day-of-week");
  }
  return new Cron(`0 ${fields.join(" ")}`, { timezone, mode: "7-part", alternativeWeekdays: true });
}

/** The first time after `afterMs` that the schedule fires; a rate counts from `startMs`. `undefined`: never again. */
export function nextFireMs(
  expression: string,
  timezone: string,
  afterMs: number,
  startMs = 0,
): number | undefined {
  const everyMs = rateMs(expression);
  if (everyMs !== undefined) {
    return startMs + (Math.floor((afterMs - startMs) / everyMs) + 1) * everyMs;
  }
  return cronOf(expression, timezone).nextRun(new Date(afterMs))?.getTime();
}

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

/** The longest time between two runs. */
export function longestGapMs(expression: string, timezone: string): number {
  const everyMs = rateMs(expression);
  if (everyMs !== undefined) return everyMs;
  const runs = cronOf(expression, timezone).nextRuns(LOOKED_AT_RUNS, new Date(LOOKED_FROM_MS));
  const gaps = runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0));
  return Math.max(DAY_MS / 24, ...gaps);
}
