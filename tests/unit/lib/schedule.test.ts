/**
 * Tests when a schedule was last due, by which a sweep detects a lost run. For the next time see
 * tests/unit/config/schedule.test.ts.
 */
import { cronOf, lastCronMs, lastDueMs, nextFireMs } from "../../../src/vault/lib/schedule";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";

function last(expression: string, timezone: string, now: string, known = now): string | undefined {
  const ms = lastDueMs(expression, timezone, Date.parse(now), Date.parse(known));
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

const DAILY = "cron(0 3 * * ? *)";

test.each([
  ["its exact instant", "2026-11-22T03:00:00.000Z", "2026-11-22T03:00:00.000Z"],
  ["a moment after it", "2026-11-22T03:00:00.001Z", "2026-11-22T03:00:00.000Z"],
  ["a millisecond before it", "2026-11-22T02:59:59.999Z", "2026-11-21T03:00:00.000Z"],
  ["a second before it", "2026-11-22T02:59:59.000Z", "2026-11-21T03:00:00.000Z"],
  ["the day's end", "2026-11-22T23:59:59.999Z", "2026-11-22T03:00:00.000Z"],
])("finds the last due time of a cron at %s", (_what, now, expected) => {
  expect(last(DAILY, "UTC", now)).toBe(expected);
});

test.each([
  ["cron(* * * * ? *)", "2026-11-22T03:00:59.999Z", "2026-11-22T03:00:00.000Z"],
  ["cron(0 3 ? * MON-FRI *)", "2026-11-22T12:00:00Z", "2026-11-20T03:00:00.000Z"],
  ["cron(0 3 1 * ? *)", "2026-11-22T12:00:00Z", "2026-11-01T03:00:00.000Z"],
  ["cron(0 3 29 2 ? *)", "2026-11-22T12:00:00Z", "2024-02-29T03:00:00.000Z"],
  ["cron(0 3 1 1 ? 2020)", "2026-11-22T12:00:00Z", "2020-01-01T03:00:00.000Z"],
  ["cron(0 3 1 1 ? 2099)", "2026-11-22T12:00:00Z", undefined],
])("finds that %s was last due at %s's %s", (expression, now, expected) => {
  expect(last(expression, "UTC", now)).toBe(expected);
});

test.each([
  ["Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-01T01:00:00.000Z"],
  ["Europe/Berlin", "2026-12-01T12:00:00Z", "2026-12-01T02:00:00.000Z"],
  ["Asia/Kolkata", "2026-12-01T12:00:00Z", "2026-11-30T21:30:00.000Z"],
])("takes the hour from %s", (timezone, now, expected) => {
  expect(last(DAILY, timezone, now)).toBe(expected);
});

describe("the clock's change in New York", () => {
  const zone = "America/New_York";

  test("a time that is skipped in spring was not due that day", () => {
    expect(last("cron(30 2 * * ? *)", zone, "2026-03-08T12:00:00Z")).toBe("2026-03-07T07:30:00.000Z");
    expect(last("cron(* 2 * * ? *)", zone, "2026-03-08T12:00:00Z")).toBe("2026-03-07T07:59:00.000Z");
  });

  test("a time that comes twice in autumn was due the first time", () => {
    for (const now of ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T12:00:00Z"]) {
      expect(last("cron(30 1 * * ? *)", zone, now)).toBe("2026-11-01T05:30:00.000Z");
    }
  });
});

test.each([
  [DAILY, "UTC"],
  ["cron(30 2 * * ? *)", "America/New_York"],
  ["cron(30 1 * * ? *)", "America/New_York"],
  ["cron(0/20 1-2 * * ? *)", "Europe/Berlin"],
  ["cron(45 0,1,2 * * ? *)", "Australia/Lord_Howe"],
])("finds for %s in %s the time that fired last, over both clock changes", (expression, timezone) => {
  for (const from of ["2026-03-06", "2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23", "2026-10-30"]) {
    const startMs = Date.parse(`${from}T00:00:00Z`);
    let firedMs = nextFireMs(expression, timezone, startMs - 2 * DAY_MS)!;
    let nextMs = nextFireMs(expression, timezone, firedMs)!;
    for (let nowMs = startMs; nowMs < startMs + 3 * DAY_MS; nowMs += 53 * MINUTE_MS) {
      while (nextMs <= nowMs) {
        firedMs = nextMs;
        nextMs = nextFireMs(expression, timezone, firedMs)!;
      }
      expect(lastDueMs(expression, timezone, nowMs, startMs)).toBe(firedMs);
    }
  }
});

describe("a rate", () => {
  const known = Date.parse("2026-11-22T00:10:30Z");
  const since = (minutes: number) =>
    (lastDueMs("rate(6 hours)", "UTC", known + minutes * MINUTE_MS, known) ?? NaN) - known;

  test("is due on the grid of a time at which it is known to have fired", () => {
    expect([0, 1, 359, 360, 361, 1_000].map(since)).toStrictEqual([0, 0, 0, 6, 6, 12].map((hours) => hours * HOUR_MS));
  });

  test("was not due before that time", () => {
    expect(since(-1)).toBeNaN();
  });
});

test.each([
  ["cron(0 3 * * ?)", "six fields in cron(...), got 5"],
  ["at(2026-11-22T03:00:00)", "six fields in cron(...), got 0"],
  ["cron(0 3 * * * *)", "`?` in exactly one of day-of-month and day-of-week"],
  ["cron(0 3 ? * ? *)", "`?` in exactly one of day-of-month and day-of-week"],
  ["cron(0 ? * * ? *)", "`?` in exactly one of day-of-month and day-of-week"],
  ["cron(0 3 ? * 0 *)", "weekdays from 1 (SUN) to 7 (SAT)"],
  ["cron(0 3 ? * 2-8 *)", "weekdays from 1 (SUN) to 7 (SAT)"],
])("refuses %s, saying %s", (expression, message) => {
  expect(() => cronOf(expression, "UTC")).toThrow(message);
});

test("reads a lone L as the week's last day", () => {
  expect(last("cron(0 3 ? * L *)", "UTC", "2026-11-22T12:00:00Z")).toBe("2026-11-21T03:00:00.000Z");
});

test("fires a rate next on the grid of its start", () => {
  expect(nextFireMs("rate(6 hours)", "UTC", 7 * HOUR_MS, HOUR_MS)).toBe(13 * HOUR_MS);
  expect(nextFireMs("rate(6 hours)", "UTC", 7 * HOUR_MS)).toBe(12 * HOUR_MS);
});

test("a rate has no last time of its own, because its times depend on its start", () => {
  expect(lastCronMs("rate(6 hours)", "UTC", Date.now())).toBeUndefined();
});
