/**
 * Tests retention by table: what each rule keeps, and the words for it. For its properties see retentionRules.test.ts.
 */
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { type RetentionPoint, retention } from "../../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import { NOW } from "../../support/world";

/** Uses as id of a point the time at which it was taken. */
function at(...times: string[]): RetentionPoint[] {
  return times.map((time) => ({
    snapshotId: time,
    volumeId: "vol-1",
    startTimeMs: Date.parse(time),
  }));
}

/** Returns a point per night at 03:00 UTC, the newest on 2026-11-22. */
const nights = (count: number) =>
  at(...Array.from({ length: count }, (_, n) => new Date(NOW - n * DAY_MS).toISOString()));

function keep(points: readonly RetentionPoint[], rules: KeepRules, timezone = "UTC", floor = 0) {
  const options = { nowMs: NOW, calendar: makeCalendar(timezone), keepAtLeast: floor };
  const { kept } = retention(points, rules, options);
  return [...kept].map(([id, why]) => `${id.slice(0, 16)} ${why}`);
}

describe("rules keep", () => {
  test("grandfathers, fathers and sons", () => {
    const rules = { last: 1, daily: 3, weekly: 3, monthly: 3, yearly: 2 };
    expect(keep(nights(900), rules)).toStrictEqual([
      "2026-11-22T03:00 last 1, daily 3: 2026-11-22, weekly 3: 2026-W47, monthly 3: 2026-11, yearly 2: 2026",
      "2026-11-21T03:00 daily 3: 2026-11-21",
      "2026-11-20T03:00 daily 3: 2026-11-20",
      "2026-11-15T03:00 weekly 3: 2026-W46",
      "2026-11-08T03:00 weekly 3: 2026-W45",
      "2026-10-31T03:00 monthly 3: 2026-10",
      "2026-09-30T03:00 monthly 3: 2026-09",
      "2025-12-31T03:00 yearly 2: 2025",
    ]);
  });

  test("periods that have a point, not counting days without one", () => {
    const points = at(
      "2026-11-22T03:00Z",
      "2026-11-10T03:00Z",
      "2026-11-10T01:00Z",
      "2026-07-01T03:00Z",
      "2026-01-01T03:00Z",
    );
    expect(keep(points, { daily: 3 })).toStrictEqual([
      "2026-11-22T03:00 daily 3: 2026-11-22",
      "2026-11-10T03:00 daily 3: 2026-11-10",
      "2026-07-01T03:00 daily 3: 2026-07-01",
    ]);
  });

  test("the oldest point too, while a count is not used up, with all its other reasons", () => {
    expect(keep(nights(30), { monthly: 3, yearly: 2, last: 2 })).toStrictEqual([
      "2026-11-22T03:00 last 2, monthly 3: 2026-11, yearly 2: 2026",
      "2026-11-21T03:00 last 2",
      "2026-10-31T03:00 monthly 3: 2026-10",
      "2026-10-24T03:00 monthly 3: the oldest, yearly 2: the oldest",
    ]);
    expect(keep(nights(30), { monthly: 2 })).toHaveLength(2);
  });

  test("every period for -1, the oldest point too", () => {
    expect(keep(nights(40), { monthly: -1 })).toStrictEqual([
      "2026-11-22T03:00 monthly all: 2026-11",
      "2026-10-31T03:00 monthly all: 2026-10",
      "2026-10-14T03:00 monthly all: the oldest",
    ]);
    expect(keep(nights(40), { last: -1 })).toHaveLength(40);
  });

  test("what is within a distance of the newest, not of now, and nothing just as far away", () => {
    const points = at("2026-09-08T03:00:00Z", "2026-09-07T03:00:01Z", "2026-09-07T03:00:00Z");
    expect(keep(points, { within: "1d" })).toStrictEqual([
      "2026-09-08T03:00 within 1d of the newest",
      "2026-09-07T03:00 within 1d of the newest",
    ]);
  });

  test("what is within a distance of the newest that is not in the future", () => {
    const points = at("2027-01-01T00:00Z", "2026-11-22T03:00Z", "2026-11-21T03:01Z", "2026-11-21T03:00Z");
    expect(keep(points, { within: "1d" })).toHaveLength(3);
    expect(keep(at("2028-01-01T00:00Z", "2027-01-01T00:00Z"), { within: "1h" })).toHaveLength(2);
  });

  test("weeks by ISO 8601: December 30 to January 5 are one", () => {
    const days = ["2025-01-05", "2025-01-01", "2024-12-30", "2024-12-29", "2024-12-23"];
    expect(keep(at(...days.map((day) => `${day}T03:00Z`)), { weekly: 2 })).toStrictEqual([
      "2025-01-05T03:00 weekly 2: 2025-W01",
      "2024-12-29T03:00 weekly 2: 2024-W52",
    ]);
  });

  test("February 29 as a day of its own, and as the last of its month", () => {
    const points = at("2024-03-01T03:00Z", "2024-02-29T03:00Z", "2024-02-28T03:00Z");
    expect(keep(points, { daily: 2 })).toHaveLength(2);
    expect(keep(points, { monthly: 2 })[1]).toBe("2024-02-29T03:00 monthly 2: 2024-02");
    // A year before February 29 is March 1.
    const years = at("2024-02-29T03:00Z", "2023-03-01T03:00:01Z", "2023-03-01T03:00Z");
    expect(keep(years, { within: "1y" })).toHaveLength(2);
  });

  test.each([
    ["Europe/Berlin", ["2026-10-25T01:30", "2026-10-25T02:30"]],
    ["UTC", ["2026-10-25T01:30", "2026-10-25T00:30"]],
  ])("the hours of %s, counting autumn's second 02:30 with the first", (timezone, expected) => {
    const hours = at("2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z");
    const kept = keep(hours, { hourly: 2 }, timezone);
    expect(kept.map((line) => line.slice(0, 16))).toStrictEqual(
      timezone === "UTC" ? expected : [expected[0], "2026-10-24T23:30"],
    );
  });

  test("days by the zone, even one of 23 hours", () => {
    // 23:30 on March 7 and 8 in New York, and 00:30 on March 9: the clock turns between.
    const points = at("2026-03-08T04:30Z", "2026-03-09T03:30Z", "2026-03-09T04:30Z");
    expect(keep(points, { daily: 3 }, "America/New_York")).toStrictEqual([
      "2026-03-09T04:30 daily 3: 2026-03-09",
      "2026-03-09T03:30 daily 3: 2026-03-08",
      "2026-03-08T04:30 daily 3: 2026-03-07",
    ]);
    expect(keep(points, { daily: 2 }, "UTC")).toStrictEqual([
      "2026-03-09T04:30 daily 2: 2026-03-09",
      "2026-03-08T04:30 daily 2: 2026-03-08",
    ]);
  });

  test("by the slot, but days of age by the copy's own start", () => {
    const copy = (snapshotId: string, slotDays: number, startDays: number): RetentionPoint => ({
      snapshotId,
      volumeId: "vol-1",
      startTimeMs: NOW - startDays * DAY_MS,
      slotMs: NOW - slotDays * DAY_MS,
    });
    const [late, old] = [copy("late", 9, 1), copy("old", 8, 8)];
    expect(keep([late, old], { last: 1 })).toStrictEqual(["old last 1"]);
    expect(keep([late, old], { daily: 1, within: "1h" })).toStrictEqual([
      "old daily 1: 2026-11-14, within 1h of the newest",
    ]);
    expect(keep([late, old], { retentionDays: 7 })).toStrictEqual(["late within 7 days"]);
  });
});

describe("the floor keepAtLeast", () => {
  test("keeps the newest points, and says so after the rules", () => {
    expect(keep(nights(9), { daily: 1 }, "UTC", 2)).toStrictEqual([
      "2026-11-22T03:00 daily 1: 2026-11-22, one of the newest 2 of vol-1",
      "2026-11-21T03:00 one of the newest 2 of vol-1",
    ]);
  });

  test("keeps an old point that is the only one", () => {
    const only = at("2020-01-01T00:00Z");
    expect(keep(only, { retentionDays: 7 }, "UTC", 1)).toStrictEqual(["2020-01-01T00:00 the newest of vol-1"]);
  });
});

test("keeps all points if no rule is set", () => {
  expect(keep(nights(2), { daily: 0, within: "" })).toStrictEqual([
    "2026-11-22T03:00 no rule is set",
    "2026-11-21T03:00 no rule is set",
  ]);
});

test("decides nothing without points", () => {
  expect(keep([], { daily: 7, within: "1d" })).toStrictEqual([]);
});

test("keeps a point exactly as old as the days, but none a millisecond older", () => {
  const aged = (snapshotId: string, ageMs: number) => ({
    snapshotId,
    volumeId: "vol-1",
    startTimeMs: NOW - ageMs,
  });
  const list = [aged("new", 0), aged("border", 7 * DAY_MS), aged("over", 7 * DAY_MS + 1)];
  const options = { nowMs: NOW, calendar: makeCalendar("UTC"), keepAtLeast: 1 };
  const { kept, gone } = retention(list, { retentionDays: 7 }, options);
  expect([...kept]).toStrictEqual([
    ["new", "within 7 days, the newest of vol-1"],
    ["border", "within 7 days"],
  ]);
  expect([...gone]).toStrictEqual([["over", "7 days old, kept for 7 days"]]);
});

test("gives only the age for a point that expires by several rules", () => {
  const options = { nowMs: NOW + 7 * HOUR_MS, calendar: makeCalendar("UTC"), keepAtLeast: 1 };
  const { gone } = retention(nights(13), { daily: 7, retentionDays: 3 }, options);
  expect(gone.get("2026-11-10T03:00:00.000Z")).toBe("12.3 days old; no rule keeps it");
});
