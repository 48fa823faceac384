/** Which instances have a recent enough recovery point. */
import { newestOf, staleIn } from "../../../../src/cli/status/freshness";
import type { Point } from "../../../../src/cli/points/points";
import { pointsOf } from "../../../../src/cli/points/points";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../../src/vault/lib/time";
import { DR, NOW, SETTINGS, instance, snapshot } from "../../../support/world";

const PRIMARY = SETTINGS.primaryRegion;
const BASE = { ...SETTINGS, schedule: "cron(0 3 * * ? *)", timezone: "UTC", startWindowHours: 4, copyStuckHours: 6 };
const INSTANCE = { ...instance("i-1", []), launchTimeMs: NOW - 9 * DAY_MS };

/** A point for the slot so many days before NOW, which is a slot itself. */
function point(region: string, daysAgo: number, extra: Partial<Point> = {}): Point {
  const slot = isoSeconds(NOW - daysAgo * DAY_MS);
  const made = snapshot("snap-1", { region });
  const identity = { ...made.identity, instanceId: "i-1", slot };
  const [one] = pointsOf([{ region, snapshots: [{ ...made, identity }] }], undefined, () => ({}));
  return { ...(one as Point), state: "completed", ...extra };
}

function staleAt(nowMs: number, points: readonly Point[], instances = [INSTANCE]): string[] {
  const newest = newestOf(instances, points);
  return staleIn({ instances, newest }, [PRIMARY, DR.region], BASE, nowMs).map(({ subject }) => subject);
}

test("the last slot need not be there before its window is over, nor its copy before it is stuck", () => {
  const yesterday = [point(PRIMARY, 1), point(DR.region, 1)];
  expect(staleAt(NOW + 3 * HOUR_MS, yesterday)).toStrictEqual([]);
  expect(staleAt(NOW + 5 * HOUR_MS, yesterday)).toStrictEqual([`i-1 in ${PRIMARY}`]);
  expect(staleAt(NOW + 11 * HOUR_MS, yesterday)).toStrictEqual([`i-1 in ${PRIMARY}`, `i-1 in ${DR.region}`]);
});

test("what is not complete and usable does not count", () => {
  const points = [point(PRIMARY, 0, { state: "incomplete" }), point(DR.region, 0, { state: "unusable" })];
  expect(staleAt(NOW + 12 * HOUR_MS, points)).toHaveLength(2);
});

test("an instance that was launched after the slot is not stale", () => {
  const fresh = { ...INSTANCE, launchTimeMs: NOW + HOUR_MS };
  expect(staleAt(NOW + 12 * HOUR_MS, [], [fresh])).toStrictEqual([]);
  expect(staleAt(NOW + 12 * HOUR_MS, [])).toHaveLength(2);
});
