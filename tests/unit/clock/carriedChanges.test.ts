/** Tests which memory of changes is believed: a person may have written anything into the timer's payload. */
import { remember } from "../../../src/vault/changes/changeMemory";
import { changesOf } from "../../../src/vault/clock/carriedChanges";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { NOW, SETTINGS, SLOT } from "../../support/world";

const { settings, ...none } = remember({ memory: undefined, hasPoints: false }, SETTINGS, NOW);
const FUTURE = isoSeconds(NOW + 30 * DAY_MS);
const FORMER = { was: settings, until: SLOT };
const MISSING = { since: SLOT, slot: SLOT, of: ["i-1"] };
const NOTIFIED = { in: "us-east-1 tags", of: ["i-1"], at: SLOT, plan: "0123456789ab" };
const FULL: ChangeMemory = {
  ...none,
  settings,
  former: [FORMER, { was: "unknown", until: SLOT, region: "us-west-2" }],
  missing: [MISSING],
  notified: [NOTIFIED],
  stopped: { "us-east-1": ["snap-1"] },
};

/** Reads a memory as the timer carries it. */
const read = (memory: unknown) => changesOf(JSON.parse(JSON.stringify(memory)), NOW);

test("a memory with former settings, missing instances and mailed changes is read as it was written", () => {
  expect(read(FULL)).toStrictEqual(FULL);
});

test("mailed changes of tags are read with and without the digests that they share", () => {
  const memory = { ...FULL, notified: [NOTIFIED, { ...NOTIFIED, change: "01234567-89abcdef" }] };
  expect(read(memory)).toStrictEqual(memory);
});

test("times in the future, from a system time that jumped, are read as now", () => {
  const now = isoSeconds(NOW);
  const memory = { ...FULL, missing: [{ ...MISSING, since: FUTURE }], notified: [{ ...NOTIFIED, at: FUTURE }] };
  expect(read(memory)).toMatchObject({ missing: [{ since: now }], notified: [{ at: now }] });
});

test.each<[string, unknown]>([
  ["a text", "settings"],
  ["settings without a schedule", { ...FULL, settings: { ...settings, schedule: undefined } }],
  ["settings that are a list", { ...FULL, settings: [settings] }],
  ["settings with half an orphan day", { ...FULL, settings: { ...settings, orphanDays: 0.5 } }],
  ["settings whose policies are a text", { ...FULL, settings: { ...settings, policies: "all" } }],
  ["former settings without an end", { ...FULL, former: [{ was: settings }] }],
  ["former settings of another form", { ...FULL, former: [{ ...FORMER, was: { ...settings, orphans: 1 } }] }],
  ["former settings that are a word", { ...FULL, former: [{ ...FORMER, was: "forgotten" }] }],
  ["missing instances since no time", { ...FULL, missing: [{ ...MISSING, since: undefined }] }],
  ["missing instances that are one text", { ...FULL, missing: [{ ...MISSING, of: "i-1" }] }],
  ["mailed changes without a plan", { ...FULL, notified: [{ ...NOTIFIED, plan: undefined }] }],
  ["mailed changes whose grace is a text", { ...FULL, notified: [{ ...NOTIFIED, graceDays: "7" }] }],
  ["mailed changes whose digests are a number", { ...FULL, notified: [{ ...NOTIFIED, change: 7 }] }],
  ["mailed changes that except a number", { ...FULL, notified: [{ ...NOTIFIED, except: [7] }] }],
  ["former settings that end in the future", { ...FULL, former: [{ ...FORMER, until: FUTURE }] }],
  ["mailed changes of numbers", { ...FULL, notified: [{ ...NOTIFIED, of: [1] }] }],
  ["regions that are numbers", { ...FULL, regions: [1] }],
  ["stopped snapshots that are one text", { ...FULL, stopped: { "us-east-1": "snap-1" } }],
])("nothing is read of a memory with %s", (_what, memory) => {
  expect(read(memory)).toBeUndefined();
});
