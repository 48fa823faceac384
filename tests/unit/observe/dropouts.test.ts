import { missingInstances } from "../../../src/vault/observe/dropouts";
import { TAG } from "../../../src/vault/model/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { NOW, SETTINGS, SLOT, instance, snapshot, volume } from "../../support/world";

const DAY = (daysAgo: number) => isoSeconds(NOW - daysAgo * DAY_MS);
const here = [instance("i-1", [volume("vol-1")])];
let made = 0;

/** A recovery point of an instance, some days ago. */
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

test("one with a point in the last slot that is not protected any more is missing", () => {
  expect(missing([point("i-1", 1), point("i-2", 1)])).toStrictEqual([
    { instanceId: "i-2", policyName: "true", newestMs: NOW - DAY_MS, because: "left" },
  ]);
});

test.each<[string, Snapshot[]]>([
  ["nothing but what is protected", [point("i-1", 1)]],
  ["one that dropped out a night before", [point("i-1", 1), point("i-2", 2)]],
  ["one whose last snapshot failed", [point("i-1", 1), point("i-2", 1, { state: "error" })]],
  ["one that has a point in the slot that is served", [point("i-1", 1), point("i-2", 1), point("i-2", 0)]],
  ["no snapshots", []],
])("nobody is missing: %s", (_what, own) => {
  expect(names(own)).toStrictEqual([]);
});

describe("what dropped out before the last slot", () => {
  const own = [point("i-1", 2), point("i-2", 2), point("i-1", 1)];

  test("is still missing where the last slot was never done: nobody was told of it", () => {
    expect(names(own, { done: DAY(2) })).toStrictEqual(["i-2 left"]);
    expect(names(own, { done: DAY(2.5) })).toStrictEqual([]);
  });

  test("is not where it was done", () => {
    expect(names(own, { done: DAY(1) })).toStrictEqual([]);
    expect(names(own, { done: SLOT })).toStrictEqual([]);
  });
});

describe("before its recovery points become orphans, an instance is missing once more", () => {
  const policy = { ...SETTINGS, orphanDays: 3 };
  const at = (daysAgo: number) => names([point("i-1", 1), point("i-2", daysAgo)], {}, policy);

  test("in the last run before", () => {
    expect([2, 3, 4, 5].map(at)).toStrictEqual([["i-2 orphan-soon"], [], [], []]);
  });

  test("and the first night alone where both are the same", () => {
    expect(names([point("i-2", 2)], {}, policy)).toStrictEqual(["i-2 left"]);
  });

  test("also in a run that comes late", () => {
    const own = [point("i-1", 1), point("i-2", 2)];
    expect(names(own, { nowMs: NOW + 7 * HOUR_MS }, policy)).toStrictEqual(["i-2 orphan-soon"]);
  });

  test("not where its volume is another's now", () => {
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
