/** Tests which of the times that a schedule was left and came back still count. */
import { returnsInTime } from "../../../src/vault/changes/resumed";
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
