/** Tests how long copies are kept, computed from the schedule, against `retention` itself, run by run. */
import fc from "fast-check";
import { livesMs, runsOf } from "../../../src/config/checks/copyLifetime";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { type RetentionPoint, retention } from "../../../src/vault/retention/retention";
import { nextFireMs } from "../../../src/vault/lib/schedule";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import { arbitraryKeepRules } from "../../support/arbitraryKeepRules";

const CALENDAR = makeCalendar("UTC");
const SCHEDULES = [
  "rate(7 hours)",
  "rate(1 day)",
  "cron(0 3 * * ? *)",
  "cron(0 3,15 ? * MON-FRI *)",
  "cron(30 1 1,15 * ? *)",
  "cron(0 0 L * ? *)",
];

describe("the runs of a schedule", () => {
  test.each(SCHEDULES)("are the times at which %s fires", (schedule) => {
    const runs = runsOf(schedule, 200);
    expect(runs.length).toBeGreaterThan(5);
    for (const [index, ms] of runs.slice(0, -1).entries()) {
      expect(runs[index + 1]).toBe(nextFireMs(schedule, "UTC", ms, runs[0]));
    }
    const endMs = (runs[0] ?? 0) + 200 * DAY_MS;
    expect(runs.at(-1)).toBeLessThan(endMs);
    expect(nextFireMs(schedule, "UTC", runs.at(-1) ?? 0, runs[0])).toBeGreaterThan(endMs - DAY_MS);
  });

  test("are not more than the copies that a region holds", () => {
    expect(runsOf("rate(1 minute)", 3_650)).toHaveLength(100_000);
  });
});

/** Returns the run at which `retention` deletes each copy, or nothing if it is still there at the end. */
function playedEnds(runs: readonly number[], rules: KeepRules, keepAtLeast: number) {
  const ends = new Map<number, number>();
  let points: RetentionPoint[] = [];
  for (const nowMs of runs) {
    points.push({ snapshotId: String(nowMs), volumeId: "vol-1", startTimeMs: nowMs });
    const options = { nowMs, calendar: CALENDAR, keepAtLeast };
    const gone = new Set(retention(points, rules, options).gone.keys());
    for (const id of gone) ends.set(Number(id), nowMs);
    points = points.filter(({ snapshotId }) => !gone.has(snapshotId));
  }
  return ends;
}

const arbitraryRules = fc
  .tuple(arbitraryKeepRules, fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }))
  .map(([rules, days]): KeepRules => (days === undefined ? rules : { ...rules, retentionDays: days }));

test("computes for each copy but the first, which is kept as the oldest, the time that retention keeps it", () => {
  const floor = fc.integer({ min: 1, max: 3 });
  const property = fc.property(arbitraryRules, fc.constantFrom(...SCHEDULES), floor, (rules, schedule, keepAtLeast) => {
    const runs = runsOf(schedule, 400).slice(0, 90);
    const lives = livesMs(runs, rules, keepAtLeast);
    const ends = playedEnds(runs, rules, keepAtLeast);
    // Days end a moment after their last instant; all other rules end with the run that ends them.
    const daysMs = (rules.retentionDays ?? 0) * DAY_MS;
    const isOver = (ageMs: number, lifeMs = Infinity) => ageMs > daysMs && ageMs >= lifeMs;
    const reckoned = runs.map((ms, index) => runs.find((at) => isOver(at - ms, lives[index])));
    expect(runs.slice(1).map((ms) => ends.get(ms))).toStrictEqual(reckoned.slice(1));
  });
  // From May 1 two months and a day reach back further than from April 30.
  const examples: [KeepRules, string, number][] = [[{ monthly: 3, within: "2m1d1h" }, "rate(1 day)", 1]];
  fc.assert(property, { numRuns: 200, examples });
});
