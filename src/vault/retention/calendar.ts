/**
 * Calendar of one time zone: the hour, day, week, month and year of an instant, and the instant a calendar distance
 * before another. Intl knows the zone's rules. A wall time is the zone's clock and date read as if it were UTC: epoch
 * milliseconds plus the offset.
 */
import type { CountedRule, Within } from "./keepRules";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, parseIso } from "../lib/time";

/**
 * Periods that an instant is in, each with its ISO 8601 name, which no other period has: `2026-11-22T03`, `2026-11-22`,
 * `2026-W47`, `2026-11`, `2026`. An hour that is repeated at night has the same name both times.
 */
type Periods = Readonly<Record<Exclude<CountedRule, "last">, string>>;

export interface Calendar {
  periodsOf: (epochMs: number) => Periods;
  /**
   * Returns the instant a distance earlier, as restic computes it with Go's `AddDate` and `Add`. Years, months and days
   * follow the zone's wall clock, where March 31 minus a month is "February 31", that is March 3. Hours of 60 minutes
   * come last.
   */
  before: (epochMs: number, distance: Within) => number;
  /**
   * Reads each slot once, because a night's snapshots share theirs. Text that is not an instant is later than all
   * others.
   */
  slotMs: (slot: string) => number;
}

/** Reads `GMT`, `GMT+01:00`, or before standard time `GMT+00:53:28`. */
function readOffsetMs(text: string): number {
  const [, sign = "", ...parts] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const [hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part || 0));
  return Number(`${sign}1`) * (hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
}

/**
 * Returns the offset finder of a zone. Intl takes microseconds, so an offset is looked up once per day of UTC, and more
 * often only on days on which it changes. In the tz database no zone changes twice on one such day since 1970.
 */
function zoneOffsets(timezone: string): (epochMs: number) => number {
  const zone = { timeZone: timezone, timeZoneName: "longOffset" } as const;
  const format = new Intl.DateTimeFormat("en-US", zone);
  const offsetByDay = new Map<number, number>();
  const atStartOf = (day: number): number => {
    const known = offsetByDay.get(day);
    if (known !== undefined) return known;
    const offsetMs = readOffsetMs(format.format(day * DAY_MS));
    offsetByDay.set(day, offsetMs);
    return offsetMs;
  };
  return (epochMs) => {
    const day = Math.floor(epochMs / DAY_MS);
    const offsetMs = atStartOf(day);
    return offsetMs === atStartOf(day + 1) ? offsetMs : readOffsetMs(format.format(epochMs));
  };
}

/** Formats a week as `2026-W47`. Weeks begin on Monday, and belong to the year of their Thursday. */
function isoWeek(wallMs: number): string {
  // 1970-01-01 was a Thursday, three days into its week.
  const thursday = Math.floor((Math.floor(wallMs / DAY_MS) + 3) / 7) * 7;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

function periodsAt(wallMs: number): Periods {
  const [day = "", time = ""] = new Date(wallMs).toISOString().split("T");
  return {
    hourly: `${day}T${time.slice(0, 2)}`,
    daily: day,
    weekly: isoWeek(wallMs),
    monthly: day.slice(0, -3),
    yearly: day.slice(0, -6),
  };
}

/**
 * Makes the calendar, once for all volumes of an invocation. It remembers the answers of Intl, and the periods of each
 * hour.
 * @param timezone IANA name
 * @throws RangeError if Intl does not know the time zone
 */
export function makeCalendar(timezone: string): Calendar {
  const offsetMs = timezone === "UTC" ? () => 0 : zoneOffsets(timezone);
  const periodsByHour = new Map<number, Periods>();
  const periodsOf = (epochMs: number) => {
    const wallMs = epochMs + offsetMs(epochMs);
    const hour = Math.floor(wallMs / HOUR_MS);
    const known = periodsByHour.get(hour);
    if (known !== undefined) return known;
    const periods = periodsAt(wallMs);
    periodsByHour.set(hour, periods);
    return periods;
  };
  const before = (epochMs: number, { years, months, days, hours }: Within) => {
    const date = new Date(epochMs + offsetMs(epochMs));
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const wallMs = date.setUTCFullYear(year - years, month - months, day - days);
    // A wall time that spring skips has no instant, and one that autumn repeats has two. This is Go's choice.
    const guessMs = wallMs - offsetMs(wallMs);
    return wallMs - offsetMs(guessMs) - hours * HOUR_MS;
  };
  const msBySlot = new Map<string, number>();
  const slotMs = (slot: string) => {
    let ms = msBySlot.get(slot);
    if (ms === undefined) msBySlot.set(slot, (ms = parseIso(slot) ?? Infinity));
    return ms;
  };
  return { periodsOf, before, slotMs };
}
