/** Tests which of the times that a schedule was left and came back still count, and which former settings say so. */
import { resumedIn, returnsInTime } from "../../../src/vault/changes/resumed";
import type { FormerSettings } from "../../../src/vault/model/memory/changeMemory";
import { SETTINGS } from "../../support/world";

const WEEKLY = { schedule: "cron(0 3 ? * SUN *)", timezone: "UTC" };
const HOURLY = { schedule: "cron(0 * * * ? *)", timezone: "UTC" };

function former(until: string, schedule: typeof WEEKLY): FormerSettings {
  return { until, was: { ...SETTINGS, ...schedule } };
}

/** A weekly schedule that was left for an hourly one twice, and is back. */
const TWICE = [
  former("2026-03-01T00:00:00Z", WEEKLY),
  former("2026-03-02T00:00:00Z", HOURLY),
  former("2026-04-01T00:00:00Z", WEEKLY),
  former("2026-04-20T00:00:00Z", HOURLY),
];
const FIRST = "2026-03-01T00:00:00Z";
const SECOND = "2026-04-01T00:00:00Z";

test.each([
  { name: "none is over", over: {}, expected: [FIRST, SECOND] },
  {
    name: "the first was over an hour before it came back",
    over: { [FIRST]: "2026-03-01T23:00:00Z" },
    expected: [SECOND],
  },
  { name: "the second was over when it came back", over: { [SECOND]: "2026-04-08T00:00:00Z" }, expected: [] },
  {
    name: "the first was over within the hour before",
    over: { [FIRST]: "2026-03-01T23:01:00Z" },
    expected: [FIRST, SECOND],
  },
  {
    name: "they were over after that",
    over: { [FIRST]: "2026-03-08T00:00:00Z", [SECOND]: "2026-04-27T00:00:00Z" },
    expected: [FIRST, SECOND],
  },
])("a schedule that was left twice counts without what was made in between, unless it came back late: $name", (row) => {
  const over: Record<string, string | undefined> = row.over;
  const overMs = (until: string) => (over[until] === undefined ? undefined : Date.parse(over[until]));
  expect(returnsInTime(WEEKLY, TWICE, overMs).map(({ until }) => until)).toStrictEqual(row.expected);
});

test("the last settings of each schedule are needed, so that a later return does not seem to be late", () => {
  const all = [
    former("2026-03-01T00:00:00Z", WEEKLY),
    former("2026-03-02T00:00:00Z", HOURLY),
    former("2026-03-10T00:00:00Z", WEEKLY),
    former("2026-04-01T00:00:00Z", WEEKLY),
    former("2026-04-03T00:00:00Z", HOURLY),
  ];
  const isOver = (until: string) => Date.parse(until) + 7 * 86_400_000;
  const isFirst = ({ until }: { until: string }) => until === FIRST;
  const isNeeded = resumedIn(all, WEEKLY, isOver, isFirst);
  expect(all.map((_, index) => isNeeded(index))).toStrictEqual([true, true, false, true, true]);
  // Nothing is left of what was made in between.
  expect(all.some((_, index) => resumedIn(all, WEEKLY, isOver, () => false)(index))).toBe(false);
  const needed = all.filter((_, index) => isNeeded(index));
  expect(returnsInTime(WEEKLY, needed, isOver).map(({ until }) => until)).toContain(FIRST);
});
