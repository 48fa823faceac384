/**
 * Schedule expressions as EventBridge Scheduler takes them, `cron(...)` and `rate(...)`
 * (AWS, "Schedule types in EventBridge Scheduler"). The parsing of cron fields is croner's.
 */
import { Cron } from "croner";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./vault/time";

const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** How many runs and days are looked at for the longest gap, and from when, so that every preview gives the same alarm. */
const LOOKED_AT_RUNS = 400;
const LOOKED_AT_DAYS = 400;
const LOOKED_FROM_MS = Date.UTC(2026, 0, 1);

/** `rate(6 hours)` → 21,600,000. `undefined` for anything that is not a rate. */
function rateMs(expression: string): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
}

/** AWS's six fields for croner's seven: seconds in front, weekdays counted from SUN = 1, `0/15` for "from 0 on". */
function cronOf(expression: string, timezone: string): Cron {
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
  // A lone `L` is the week's last day, Saturday.
  const weekday = dayOfWeek === "L" ? "7" : dayOfWeek;
  return new Cron(["0", minute, hour, dayOfMonth, month, weekday, year].join(" "), {
    timezone,
    mode: "7-part",
    alternativeWeekdays: true,
    sloppyRanges: true,
  });
}

/** Scheduler leaves out a time that the clock jumps over in spring; croner moves it to the jump's end. */
function nextRun(cron: Cron, after: Date): Date | null {
  const run = cron.nextRun(after);
  return run === null || cron.match(run) ? run : cron.nextRun(run);
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
  return nextRun(cronOf(expression, timezone), new Date(afterMs))?.getTime();
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
