import { missingInstances } from "../../../src/vault/observe/dropouts";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { NOW, SETTINGS, SLOT, instance, snapshot, volume } from "../../support/world";

const DAY = (daysAgo: number) => isoSeconds(NOW - daysAgo * DAY_MS);
const here = [instance("i-1", [volume("vol-1")])];
let made = 0;

/** Returns a recovery point of an instance, some days ago. */
function point(instanceId: string, daysAgo: number, extra: Partial<Snapshot> = {}): Snapshot {
  return snapshot(`snap-${(made += 1)}`, {
    startTimeMs: NOW - daysAgo * DAY_MS,
    volumeId: instanceId.replace("i-", "vol-"),
    ...extra,
    tags: { [TAG.instance]: instanceId, [TAG.policy]: "true", ...extra.tags },
  });
}

function missing(own: Snapshot[], look: { done?: string; nowMs?: number } = {}, policy = SETTINGS) {
  return missingInstances(here, policy, { own, slot: SLOT, nowMs: NOW + 5_000, ...look });
}

const names = (...args: Parameters<typeof missing>) =>
  missing(...args).map(({ instanceId, because }) => `${instanceId} ${because}`);

test("finds an instance missing that has a point in the last slot and is no longer protected", () => {
  expect(missing([point("i-1", 1), point("i-2", 1)])).toStrictEqual([
    { instanceId: "i-2", policyName: "true", newestMs: NOW - DAY_MS, because: "left" },
  ]);
});

test.each<[string, Snapshot[]]>([
  ["only protected instances", [point("i-1", 1)]],
  ["an instance that dropped out a night before", [point("i-1", 1), point("i-2", 2)]],
  ["an instance whose last snapshot failed", [point("i-1", 1), point("i-2", 1, { state: "error" })]],
  ["an instance that has a point in the slot that is served", [point("i-1", 1), point("i-2", 1), point("i-2", 0)]],
  ["no snapshots", []],
])("finds nobody missing with %s", (_what, own) => {
  expect(names(own)).toStrictEqual([]);
});

describe("an instance that dropped out before the last slot", () => {
  const own = [point("i-1", 2), point("i-2", 2), point("i-1", 1)];

  test("is still missing if the last slot was never done, because nobody was notified", () => {
    expect(names(own, { done: DAY(2) })).toStrictEqual(["i-2 left"]);
    expect(names(own, { done: DAY(2.5) })).toStrictEqual([]);
  });

  test("is not missing if the last slot was done", () => {
    expect(names(own, { done: DAY(1) })).toStrictEqual([]);
    expect(names(own, { done: SLOT })).toStrictEqual([]);
  });
});

describe("an instance whose recovery points become orphans soon is missing once more", () => {
  const policy = { ...SETTINGS, orphanDays: 3 };
  const at = (daysAgo: number) => names([point("i-1", 1), point("i-2", daysAgo)], {}, policy);

  test("in the last run before", () => {
    expect([2, 3, 4, 5].map(at)).toStrictEqual([["i-2 orphan-soon"], [], [], []]);
  });

  test("only on the first night if both are the same", () => {
    expect(names([point("i-2", 2)], {}, policy)).toStrictEqual(["i-2 left"]);
  });

  test("even in a run that comes late", () => {
    const own = [point("i-1", 1), point("i-2", 2)];
    expect(names(own, { nowMs: NOW + 7 * HOUR_MS }, policy)).toStrictEqual(["i-2 orphan-soon"]);
  });

  test("but not if its volume is another's now", () => {
    const moved = point("i-2", 2, { volumeId: "vol-1" });
    expect(names([point("i-1", 1), moved], {}, policy)).toStrictEqual([]);
  });

  test.each([
    ["rate(12 hours)", 2.5],
    ["rate(7 days)", 1.5],
    ["cron(0 3 ? * SUN *)", 1.5],
  ])("by the schedule %s", (schedule, daysAgo) => {
    const by = { ...policy, schedule };
    expect(names([point("i-1", 1), point("i-2", daysAgo)], {}, by)).toStrictEqual(["i-2 orphan-soon"]);
  });
});
