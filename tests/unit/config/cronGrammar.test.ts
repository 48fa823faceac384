/** Tests that configuration accepts the schedules that EventBridge Scheduler takes, and no others. */
import fc from "fast-check";
import { cronFault } from "../../../src/config/cronGrammar";
import { scheduleFault, timezoneFault } from "../../../src/config/schedule";
import { cronOf } from "../../../src/vault/lib/schedule";

test.each([
  "cron(0 3 * * ? *)",
  "cron(0 3 ? * * *)",
  "cron(0/15 * * * ? *)",
  "cron(*/20 1-5 * * ? *)",
  "cron(10-50/10 0,12 * * ? 2026-2030)",
  "cron(0 3 1,15 * ? *)",
  "cron(0 3 1/10 JAN,jul ? *)",
  "cron(0 3 L * ? *)",
  "cron(0 3 15W * ? *)",
  "cron(0 3 ? * MON-FRI *)",
  "cron(0 3 ? * 1,7 *)",
  "cron(0 3 ? * L *)",
  "cron(0 3 ? * 6L *)",
  "cron(0 3 ? * 6#3 *)",
  "cron(0 3 ? * FRI#3 *)",
  "cron(0 3 1 1 ? 2199)",
  "cron(0  3 * * ?  *)",
  "rate(1 minute)",
  "rate(12 hours)",
  "rate(1 day)",
])("accepts %s", (expression) => {
  expect(scheduleFault(expression, "UTC")).toBeUndefined();
});

test.each<[expression: string, expected: string]>([
  ["cron(0 3 ? * 3#1,6#3 *)", "values of day-of-week"],
  ["cron(0 3 ? * MON,WED#2 *)", "values of day-of-week"],
  ["cron(0 3 ? * 5L,6L *)", "values of day-of-week"],
  ["cron(0 3 ? * MON,L *)", "values of day-of-week"],
  ["cron(0 3 ? * 6#6 *)", "values of day-of-week"],
  ["cron(0 3 ? * 6#0 *)", "values of day-of-week"],
  ["cron(0 3 ? * 0 *)", "values of day-of-week"],
  ["cron(0 3 ? * 8 *)", "values of day-of-week"],
  ["cron(0 3 ? * 2/2 *)", "values of day-of-week"],
  ["cron(0 3 ? * FRI-MON *)", "values of day-of-week"],
  ["cron(0 3 ? * 8L *)", "values of day-of-week"],
  ["cron(0 3 L,15 * ? *)", "values of day-of-month"],
  ["cron(0 3 1,15W * ? *)", "values of day-of-month"],
  ["cron(0 3 L-3 * ? *)", "values of day-of-month"],
  ["cron(0 3 LW * ? *)", "values of day-of-month"],
  ["cron(0 3 32W * ? *)", "values of day-of-month"],
  ["cron(0 3 0 * ? *)", "values of day-of-month"],
  ["cron(0 3 20-10 * ? *)", "values of day-of-month"],
  ["cron(0 3 1#2 * ? *)", "values of day-of-month"],
  ["cron(0 3 * * ? 2500)", "values of year from 1970 to 2199"],
  ["cron(0 3 * * ? 2100-2200)", "values of year"],
  ["cron(0 3 * * ? 1969)", "values of year"],
  ["cron(60 3 * * ? *)", "values of minutes"],
  ["cron(0/0 3 * * ? *)", "values of minutes"],
  ["cron(0/60 3 * * ? *)", "values of minutes"],
  ["cron(/5 3 * * ? *)", "values of minutes"],
  ["cron(*,5 3 * * ? *)", "values of minutes"],
  ["cron(5, 3 * * ? *)", "values of minutes"],
  ["cron(0 24 * * ? *)", "values of hours"],
  ["cron(0 22-2 * * ? *)", "values of hours"],
  ["cron(0 ? * * ? *)", "values of hours"],
  ["cron(0 3 * 13 ? *)", "values of month"],
  ["cron(0 3 * FOO ? *)", "not FOO"],
  ["cron(0 3 * * * *)", "`?` in exactly one"],
  ["cron(0 3 ? * ? *)", "`?` in exactly one"],
  ["cron(0 3 * * ?)", "six fields in cron(...), got 5"],
  ["0 3 * * ? *", "six fields in cron(...), got 0"],
  ["at(2026-11-22T03:00:00)", "six fields in cron(...), got 0"],
  ["CRON(0 3 * * ? *)", "six fields in cron(...), got 0"],
  ["cron(0 3 31 2 ? *)", "a cron expression that fires"],
  ["cron(0 3 * * ? 1999)", "a cron expression that fires"],
  ["rate(1 hours)", "rate(1 hour) or rate(<number> minutes|hours|days)"],
  ["rate(5 minute)", "rate(1 hour) or"],
  ["rate(0 minutes)", "rate(1 hour) or"],
  ["rate(1.5 hours)", "rate(1 hour) or"],
  ["rate(2 weeks)", "rate(1 hour) or"],
  [`cron(${Array(90).fill("10").join(",")} 3 * * ? *)`, "up to 256 characters"],
])("refuses %s, expecting %s", (expression, expected) => {
  expect(scheduleFault(expression, "UTC")).toContain(expected);
});

test("computes fire times for every accepted schedule", () => {
  const value = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const field = (min: number, max: number, ...more: string[]) =>
    fc.oneof(
      fc.constantFrom("*", ...more),
      value(min, max),
      fc.array(value(min, max), { minLength: 2, maxLength: 3 }).map((list) => list.join(",")),
      fc.tuple(value(min, max), value(min, max)).map((ends) => ends.join("-")),
      fc.tuple(value(min, max), value(1, 10)).map((parts) => parts.join("/")),
    );
  const days = fc.tuple(field(1, 31, "L", "15W", "LW", "L,3"), fc.constant("?"));
  const weekdays = fc.tuple(fc.constant("?"), field(1, 7, "L", "6L", "2#1", "MON-FRI", "SAT,SUN"));
  const expressions = fc
    .tuple(field(0, 59), field(0, 23), fc.oneof(days, weekdays), field(1, 12), field(1970, 2199))
    .map(
      ([minute, hour, [day, weekday], month, year]) => `cron(${[minute, hour, day, month, weekday, year].join(" ")})`,
    );
  let taken = 0;
  fc.assert(
    fc.property(expressions, (expression) => {
      if (cronFault(expression) !== undefined) return;
      taken += 1;
      cronOf(expression, "UTC");
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(300);
});

test.each([
  "UTC",
  "GMT",
  "Europe/Berlin",
  "America/Argentina/Buenos_Aires",
  "America/Port-au-Prince",
  "Africa/Dar_es_Salaam",
  "Asia/Calcutta",
  "Asia/Kolkata",
  "US/Pacific",
  "Etc/GMT+5",
])("accepts the time zone %s", (timezone) => {
  expect(timezoneFault(timezone)).toBeUndefined();
});

test.each([
  "+05:30",
  "-0800",
  "IST",
  "PST",
  "PST8PDT",
  "europe/berlin",
  "Europe/Brelin",
  "EUROPE/BERLIN",
  "utc",
  "",
  "Europe/",
])("refuses the time zone %j", (timezone) => {
  expect(timezoneFault(timezone)).toContain("IANA");
});
