/** Tests calendars by table and against Intl's own fields; resticDifferential.test.ts compares them with Go's. */
import fc from "fast-check";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { parseWithin } from "../../../src/vault/retention/keepRules";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];

const periods = (timezone: string, at: string) =>
  Object.values(makeCalendar(timezone).periodsOf(Date.parse(at))).join(" ");

test.each([
  ["UTC", "2026-11-22T03:00Z", "2026-11-22T03 2026-11-22 2026-W47 2026-11 2026"],
  ["UTC", "2026-11-22T23:59:59.999Z", "2026-11-22T23 2026-11-22 2026-W47 2026-11 2026"],
  ["UTC", "2026-11-23T00:00Z", "2026-11-23T00 2026-11-23 2026-W48 2026-11 2026"],
  // The zone's day, month and year, not UTC's.
  ["Europe/Berlin", "2026-12-31T23:30Z", "2027-01-01T00 2027-01-01 2026-W53 2027-01 2027"],
  ["America/New_York", "2027-01-01T04:59Z", "2026-12-31T23 2026-12-31 2026-W53 2026-12 2026"],
  ["Asia/Kathmandu", "2026-11-22T18:15Z", "2026-11-23T00 2026-11-23 2026-W48 2026-11 2026"],
  // The last days of a year are in the next one's first week, or the first in the last one's.
  ["UTC", "2024-12-30T00:00Z", "2024-12-30T00 2024-12-30 2025-W01 2024-12 2024"],
  ["UTC", "2021-01-03T23:00Z", "2021-01-03T23 2021-01-03 2020-W53 2021-01 2021"],
  ["UTC", "2021-01-04T00:00Z", "2021-01-04T00 2021-01-04 2021-W01 2021-01 2021"],
  ["UTC", "2024-02-29T12:00Z", "2024-02-29T12 2024-02-29 2024-W09 2024-02 2024"],
  ["UTC", "1969-12-28T12:00Z", "1969-12-28T12 1969-12-28 1969-W52 1969-12 1969"],
])("puts in %s %s into %s", (timezone, at, expected) => {
  expect(periods(timezone, at)).toBe(expected);
});

test.each([
  // In spring 02:00 is followed by 03:00.
  ["Europe/Berlin", ["2026-03-29T00:59Z", "2026-03-29T01:00Z"], ["2026-03-29T01", "2026-03-29T03"]],
  ["America/New_York", ["2026-03-08T06:59Z", "2026-03-08T07:00Z"], ["2026-03-08T01", "2026-03-08T03"]],
  // In autumn an hour comes twice, and is one period, as it is to restic.
  [
    "Europe/Berlin",
    ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"],
    ["2026-10-25T02", "2026-10-25T02", "2026-10-25T03"],
  ],
  [
    "America/New_York",
    ["2026-11-01T05:30Z", "2026-11-01T06:30Z", "2026-11-01T07:00Z"],
    ["2026-11-01T01", "2026-11-01T01", "2026-11-01T02"],
  ],
])("maps at the clock change in %s %j to the hours %j", (timezone, at, hours) => {
  const { periodsOf } = makeCalendar(timezone);
  expect(at.map((text) => periodsOf(Date.parse(text)).hourly)).toStrictEqual(hours);
});

/** Draws instants near clock changes, and anywhere. */
const instant = fc.oneof(
  fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2040, 0) }),
  fc
    .tuple(
      fc.constantFrom(
        "2026-03-29T01:00Z",
        "2026-10-25T01:00Z",
        "2026-03-08T07:00Z",
        "2026-11-01T06:00Z",
        "2011-12-30T10:00Z",
        "2026-04-04T15:00Z",
      ),
      fc.integer({ min: -3 * 60, max: 3 * 60 }),
    )
    .map(([at, minutes]) => Date.parse(at) + minutes * MINUTE_MS),
);

test("agrees with Intl on hours, days, months and years", () => {
  for (const timeZone of ZONES) {
    const { periodsOf } = makeCalendar(timeZone);
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    fc.assert(
      fc.property(instant, (epochMs) => {
        const [day = "", time = ""] = format.format(epochMs).split(" ");
        const hour = `${day}T${time.slice(0, 2)}`;
        const { weekly: _, ...others } = periodsOf(epochMs);
        expect(others).toStrictEqual({ hourly: hour, daily: day, monthly: day.slice(0, 7), yearly: day.slice(0, 4) });
      }),
      { numRuns: 500 },
    );
  }
});

test("starts a week on Monday, and a year's weeks with the one of January 4", () => {
  const { periodsOf } = makeCalendar("UTC");
  for (let day = Date.UTC(1999, 0, 1); day < Date.UTC(2045, 0, 1); day += DAY_MS) {
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    const mondayMs = day - weekday * DAY_MS;
    const year = new Date(mondayMs + 3 * DAY_MS).getUTCFullYear();
    const fourthMs = Date.UTC(year, 0, 4);
    const firstMs = fourthMs - ((new Date(fourthMs).getUTCDay() + 6) % 7) * DAY_MS;
    const week = String((mondayMs - firstMs) / (7 * DAY_MS) + 1).padStart(2, "0");
    expect(periodsOf(day + 12 * HOUR_MS).weekly).toBe(`${year}-W${week}`);
  }
});

test.each([
  ["UTC", "2026-03-31T03:00Z", "1m", "2026-03-03T03:00Z"],
  ["UTC", "2024-03-31T03:00Z", "1m", "2024-03-02T03:00Z"],
  ["UTC", "2024-02-29T03:00Z", "1y", "2023-03-01T03:00Z"],
  ["UTC", "2026-01-15T03:00Z", "1y5m7d2h", "2024-08-08T01:00Z"],
  ["UTC", "2026-01-31T00:00Z", "13m", "2024-12-31T00:00Z"],
  ["UTC", "2026-11-22T03:00Z", "36h", "2026-11-20T15:00Z"],
  // Days are the zone's, of 23 or 25 hours at a clock change; hours are not.
  ["Europe/Berlin", "2026-03-29T10:00Z", "1d", "2026-03-28T11:00Z"],
  ["Europe/Berlin", "2026-03-29T10:00Z", "24h", "2026-03-28T10:00Z"],
  ["Europe/Berlin", "2026-10-25T11:00Z", "1d", "2026-10-24T10:00Z"],
  ["America/New_York", "2026-11-01T17:00Z", "1d", "2026-10-31T16:00Z"],
  ["America/New_York", "2026-03-08T16:00Z", "1d", "2026-03-07T17:00Z"],
  // 02:30 is skipped or repeated a day before: Go's choice.
  ["Europe/Berlin", "2026-03-30T00:30Z", "1d", "2026-03-29T01:30Z"],
  ["America/New_York", "2026-03-09T06:30Z", "1d", "2026-03-08T06:30Z"],
  ["Europe/Berlin", "2026-10-26T01:30Z", "1d", "2026-10-25T01:30Z"],
  ["America/New_York", "2026-11-02T06:30Z", "1d", "2026-11-01T05:30Z"],
  ["UTC", "2026-11-22T03:00Z", "1950y", "0076-11-22T03:00Z"],
])("computes in %s %s minus %s as %s", (timezone, at, text, expected) => {
  const distance = parseWithin(text) ?? { years: 0, months: 0, days: 0, hours: 0 };
  const beforeMs = makeCalendar(timezone).before(Date.parse(at), distance);
  expect(new Date(beforeMs).toISOString()).toBe(new Date(expected).toISOString());
});

test("keeps the longest distance that can be written an instant", () => {
  const farMs = parseWithin("99999y99999m99999d99999h")!;
  for (const timezone of ZONES) {
    expect(makeCalendar(timezone).before(Date.UTC(2026, 10, 22), farMs)).toBeLessThan(-3e15);
  }
});

test("refuses a zone that Intl does not know at once", () => {
  expect(() => makeCalendar("Mars/Olympus")).toThrow(RangeError);
});
