/** Tests that schedule expressions are read as EventBridge Scheduler reads them. */
import { longestGapMs, scheduleFault, timezoneFault } from "../../src/config/schedule";
import { nextFireMs } from "../../src/vault/lib/schedule";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";

/** A Sunday. */
const FROM = "2026-11-22T12:00:00Z";

function next(expression: string, timezone = "UTC", after = FROM): string | undefined {
  const ms = nextFireMs(expression, timezone, Date.parse(after));
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);
}

test.each([
  ["cron(0 3 * * ? *)", "2026-11-23T03:00"],
  ["cron(30 12 * * ? *)", "2026-11-22T12:30"],
  ["cron(0/15 * * * ? *)", "2026-11-22T12:15"],
  ["cron(5/20 12 * * ? *)", "2026-11-22T12:05"],
  ["cron(0 3,15 * * ? *)", "2026-11-22T15:00"],
  ["cron(0 3 1 * ? *)", "2026-12-01T03:00"],
  ["cron(0 3 1/10 * ? *)", "2026-12-01T03:00"],
  ["cron(0 3 1 JAN,JUL ? *)", "2027-01-01T03:00"],
  ["cron(0 3 1 1 ? 2030)", "2030-01-01T03:00"],
  ["cron(0 3 29 2 ? *)", "2028-02-29T03:00"],
])("fires %s next at %s", (expression, expected) => {
  expect(next(expression)).toBe(expected);
});

test.each([
  ["1", "2026-11-29", "Sunday"],
  ["2", "2026-11-23", "Monday"],
  ["7", "2026-11-28", "Saturday"],
  ["SUN", "2026-11-29", "Sunday"],
  ["SAT", "2026-11-28", "Saturday"],
  ["2-6", "2026-11-23", "Monday, the first of Monday to Friday"],
  ["L", "2026-11-28", "Saturday, the week's last day"],
  ["6L", "2026-11-27", "the month's last Friday"],
  ["6#3", "2026-12-18", "the month's third Friday"],
  ["2#1", "2026-12-07", "the month's first Monday"],
])("fires by weekday %s on %s, %s", (weekday, date) => {
  expect(next(`cron(0 3 ? * ${weekday} *)`)).toBe(`${date}T03:00`);
});

test.each([
  ["L", FROM, "2026-11-30", "the month's last day"],
  ["L", "2027-02-01T00:00:00Z", "2027-02-28", "February's last day"],
  ["15W", FROM, "2026-12-15", "a weekday itself"],
  ["22W", "2026-11-01T00:00:00Z", "2026-11-23", "the Monday after a Sunday"],
  ["21W", "2026-11-01T00:00:00Z", "2026-11-20", "the Friday before a Saturday"],
])("fires by day %s after %s on %s, %s", (day, after, date) => {
  expect(next(`cron(0 3 ${day} * ? *)`, "UTC", after)).toBe(`${date}T03:00`);
});

test("fires later than the moment itself", () => {
  expect(next("cron(0 3 * * ? *)", "UTC", "2026-11-22T03:00:00Z")).toBe("2026-11-23T03:00");
});

test("never fires again after a schedule has ended", () => {
  expect(next("cron(0 3 * * ? 2025)")).toBeUndefined();
});

describe("time zones", () => {
  test("fire at the zone's hour, in summer and in winter", () => {
    const daily = "cron(0 3 * * ? *)";
    expect(next(daily, "Europe/Berlin", "2026-07-01T12:00:00Z")).toBe("2026-07-02T01:00");
    expect(next(daily, "Europe/Berlin", "2026-12-01T12:00:00Z")).toBe("2026-12-02T02:00");
    expect(next(daily, "Asia/Kolkata", "2026-12-01T12:00:00Z")).toBe("2026-12-01T21:30");
  });

  test("skip a time that does not exist on the day of the spring clock change", () => {
    const jumped = "cron(30 2 * * ? *)";
    expect(next(jumped, "America/New_York", "2026-03-07T12:00:00Z")).toBe("2026-03-09T06:30");
    expect(next(jumped, "America/New_York", "2026-03-06T12:00:00Z")).toBe("2026-03-07T07:30");
  });

  test("fire once at a time that comes twice in autumn", () => {
    const twice = "cron(30 1 * * ? *)";
    expect(next(twice, "America/New_York", "2026-11-01T00:00:00Z")).toBe("2026-11-01T05:30");
    expect(next(twice, "America/New_York", "2026-11-01T05:30:00Z")).toBe("2026-11-02T06:30");
  });
});

describe("rates", () => {
  const start = Date.parse("2026-11-22T00:10:00Z");
  const nextRate = (expression: string, afterMs: number) =>
    (nextFireMs(expression, "UTC", afterMs, start) ?? NaN) - start;

  test("count from their start", () => {
    expect(nextRate("rate(6 hours)", start)).toBe(6 * HOUR_MS);
    expect(nextRate("rate(6 hours)", start + HOUR_MS)).toBe(6 * HOUR_MS);
    expect(nextRate("rate(6 hours)", start + 6 * HOUR_MS)).toBe(12 * HOUR_MS);
    expect(nextRate("rate(5 minutes)", start + 7 * MINUTE_MS)).toBe(10 * MINUTE_MS);
    expect(nextRate("rate(1 day)", start + DAY_MS - 1)).toBe(DAY_MS);
  });

  test("ignore the time zone", () => {
    const expression = "rate(1 hour)";
    const at = Date.parse(FROM);
    expect(nextFireMs(expression, "Asia/Kolkata", at)).toBe(nextFireMs(expression, "UTC", at));
  });
});

test.each([
  ["rate(6 hours)", "UTC", 6],
  ["cron(0 3 * * ? *)", "UTC", 24],
  ["cron(0 3 * * ? *)", "Europe/Berlin", 25],
  ["cron(30 2 * * ? *)", "America/New_York", 47],
  ["cron(0 3,15 * * ? *)", "UTC", 12],
  ["cron(0 3,12 * * ? *)", "UTC", 15],
  ["cron(0 3 ? * MON-FRI *)", "UTC", 72],
  ["cron(0 3 ? * 1 *)", "UTC", 168],
  ["cron(0 3 1 * ? *)", "UTC", 31 * 24],
  ["cron(0/15 * * * ? *)", "UTC", 0.25],
  ["cron(0/5 9-17 ? * MON-FRI *)", "UTC", 63 + 5 / 60],
  ["cron(0 0/6 ? 1-11 * *)", "UTC", 31 * 24 + 6],
  ["cron(0 3 1 1 ? 2099)", "UTC", Infinity],
])("finds for %s in %s the longest time between two runs: %s hours", (expression, timezone, hours) => {
  expect(longestGapMs(expression, timezone) / HOUR_MS).toBeCloseTo(hours, 6);
});

test("says what was expected if a schedule is wrong", () => {
  expect(scheduleFault("cron(0 3 * * ? *)", "UTC")).toBeUndefined();
  expect(scheduleFault("rate(5 minutes)", "UTC")).toBeUndefined();
  expect(scheduleFault("cron(0 3 * FOO ? *)", "UTC")).toContain("FOO");
  expect(timezoneFault("Europe/Berlin")).toBeUndefined();
  expect(timezoneFault("Europe/Brelin")).toContain("IANA");
});
