/** Tests recovery windows by table, and against `retention` itself, played run by run. */
import fc from "fast-check";
import { type RecoveryWindow, playedRuns, recoveryWindow } from "../../../src/config/checks/recoveryWindow";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { type RetentionPoint, retention } from "../../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import { arbitraryKeepRules } from "../../support/arbitraryKeepRules";

const DAILY = "cron(0 3 * * ? *)";
const WEEKDAYS = "cron(0 3 ? * MON-FRI *)";
const MONTHLY = "cron(0 3 1 * ? *)";
const CALENDAR = makeCalendar("UTC");

function windowOf(schedule: string, rules: KeepRules, keepAtLeast = 1) {
  return recoveryWindow(playedRuns(schedule, 1), rules, keepAtLeast);
}

test.each<[string, KeepRules, number, number, number]>([
  ["rate(1 hour)", { last: 14 }, 14, 13 * HOUR_MS, 14 * HOUR_MS],
  ["rate(1 minute)", { last: 10_000 }, 10_000, 9_999 * MINUTE_MS, 10_000 * MINUTE_MS],
  ["rate(12 hours)", { last: 14 }, 14, 6.5 * DAY_MS, 7 * DAY_MS],
  [DAILY, { last: 2 }, 2, DAY_MS, 2 * DAY_MS],
  [DAILY, { retentionDays: 1 }, 1, 0, DAY_MS],
  [DAILY, { retentionDays: 3 }, 3, 2 * DAY_MS, 3 * DAY_MS],
  [DAILY, { hourly: 24 }, 24, 23 * DAY_MS, 24 * DAY_MS],
  [DAILY, { within: "1d" }, 1, 0, DAY_MS],
  // A week of five runs: over the weekend the oldest grows older.
  [WEEKDAYS, { last: 5 }, 5, 4 * DAY_MS, 7 * DAY_MS],
  [WEEKDAYS, { retentionDays: 2 }, 1, 0, 3 * DAY_MS],
  // At 30 days, a February leaves two; nothing of a January is left when February's is made.
  [MONTHLY, { retentionDays: 30 }, 1, 0, 31 * DAY_MS],
  [MONTHLY, { retentionDays: 31 }, 1, 0, 31 * DAY_MS],
  [MONTHLY, { retentionDays: 32 }, 1, DAY_MS, 32 * DAY_MS],
  ["cron(0 3 1 1 ? *)", { retentionDays: 365 }, 1, 0, 366 * DAY_MS],
  ["rate(400 days)", { retentionDays: 365 }, 1, 0, 400 * DAY_MS],
  // July 15 is the last of its month, and is kept until September has one.
  ["cron(0 3 1,15 * ? *)", { monthly: 2 }, 2, 14 * DAY_MS, 48 * DAY_MS],
])("computes for %s with %j: fewest %d, the oldest %d to %d ms old", (schedule, rules, fewest, min, max) => {
  expect(windowOf(schedule, rules)).toStrictEqual({
    fewestPoints: fewest,
    minOldestAgeMs: min,
    maxOldestAgeMs: max,
  });
});

test("counts what keepAtLeast keeps beyond the rules", () => {
  expect(windowOf(DAILY, { retentionDays: 1 }, 3)).toStrictEqual({
    fewestPoints: 3,
    minOldestAgeMs: 2 * DAY_MS,
    maxOldestAgeMs: 3 * DAY_MS,
  });
});

test.each<[KeepRules]>([[{ daily: -1 }], [{ daily: 7, yearly: 100 }], [{ within: "20y" }]])(
  "gives no upper limit for the oldest, and lower limits for the rest, if %j keeps longer than is played",
  (rules) => {
    const window = windowOf(DAILY, rules);
    expect(window?.maxOldestAgeMs).toBe(Infinity);
    expect(window?.minOldestAgeMs).toBeGreaterThan(5 * 365 * DAY_MS);
  },
);

test("does not take a month longer than the runs that are played for one with a single recovery point", () => {
  expect(windowOf("rate(1 minute)", { monthly: 2 })?.maxOldestAgeMs).toBe(Infinity);
});

test.each(["cron(0 3 1 1 ? 2028)", "rate(999999999 days)"])(
  "gives no window for %s, which has too few runs",
  (schedule) => {
    expect(windowOf(schedule, { retentionDays: 7 })).toBeUndefined();
  },
);

test.each<[string, number, number]>([
  ["rate(1 minute)", 1, 20_160],
  ["cron(* * * * ? *)", 1, 20_160],
  ["rate(1 minute)", 400, 1_000],
  [MONTHLY, 400, 144],
])("plays for %s and %d windows %d runs", (schedule, windows, length) => {
  expect(playedRuns(schedule, windows)).toHaveLength(length);
});

/** Computes the same by `retention`: after each run, and each time that a recovery point is past its days. */
function playedWindow(runs: readonly number[], rules: KeepRules, keepAtLeast: number): RecoveryWindow {
  const daysMs = (rules.retentionDays ?? 0) * DAY_MS;
  const [first = 0, last = 0] = [runs[0], runs.at(-1)];
  const fromMs = first + (last - first) / 2;
  const expiriesMs = daysMs > 0 ? runs.map((ms) => ms + daysMs).filter((ms) => ms <= last) : [];
  const timesMs = [...new Set([fromMs, ...runs, ...expiriesMs])].sort((a, b) => a - b);
  let points: RetentionPoint[] = [];
  const seen = { fewestPoints: Infinity, minOldestAgeMs: Infinity, maxOldestAgeMs: 0 };
  for (const timeMs of timesMs) {
    const ageMs = () => timeMs - Math.min(...points.map(({ startTimeMs }) => startTimeMs));
    if (timeMs > fromMs) seen.maxOldestAgeMs = Math.max(seen.maxOldestAgeMs, ageMs());
    if (runs.includes(timeMs)) {
      points.push({ snapshotId: String(timeMs), volumeId: "vol-1", startTimeMs: timeMs });
    }
    // Days end a moment after their last instant.
    const options = { nowMs: timeMs + 1, calendar: CALENDAR, keepAtLeast };
    const kept = new Set(retention(points, rules, options).kept.keys());
    points = points.filter(({ snapshotId }) => kept.has(snapshotId));
    if (timeMs < fromMs) continue;
    seen.fewestPoints = Math.min(seen.fewestPoints, points.length);
    seen.minOldestAgeMs = Math.min(seen.minOldestAgeMs, ageMs());
  }
  return seen;
}

describe("compared with retention, run by run,", () => {
  const schedules = [
    "rate(20 minutes)",
    "rate(7 hours)",
    "rate(40 days)",
    DAILY,
    WEEKDAYS,
    MONTHLY,
    "cron(0 3,15 ? * MON-FRI *)",
    "cron(0 0 L * ? *)",
  ];
  const histories = fc.constantFrom(...schedules.map((schedule) => playedRuns(schedule, 1).slice(0, 120)));
  const days = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
  const arbitraryRules = fc.oneof(
    fc
      .tuple(arbitraryKeepRules, days)
      .map(([rules, retentionDays]): KeepRules => (retentionDays === undefined ? rules : { ...rules, retentionDays })),
    fc.record({ retentionDays: fc.integer({ min: 1, max: 40 }) }),
  );
  const floors = fc.integer({ min: 1, max: 3 });

  test("a window gives the fewest recovery points and the age of the oldest", () => {
    let settled = 0;
    const property = fc.property(histories, arbitraryRules, floors, (runs, rules, floor) => {
      const window = recoveryWindow(runs, rules, floor);
      const played = playedWindow(runs, rules, floor);
      if (window?.maxOldestAgeMs === Infinity) {
        // Points from before the first run would only add to it.
        expect(window.fewestPoints).toBeLessThanOrEqual(played.fewestPoints);
        expect(window.minOldestAgeMs).toBeLessThanOrEqual(played.minOldestAgeMs);
      } else {
        settled += 1;
        expect(window).toStrictEqual(played);
      }
    });
    fc.assert(property, { numRuns: 300 });
    expect(settled).toBeGreaterThan(100);
  });
});
