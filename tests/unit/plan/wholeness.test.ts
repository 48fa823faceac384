import { planSnapshots } from "../../../src/vault/plan/snapshots/snapshots";
import { MINUTE_MS, SECOND_MS } from "../../../src/vault/lib/time";
import type { ProtectedInstance } from "../../../src/vault/model/world";
import type { SlotTask } from "../../../src/vault/model/trigger";
import { isSettled, isWhole } from "../../../src/vault/plan/snapshots/wholeness";
import { NOW, OPEN, SETTINGS, SLOT, instance, volume } from "../../support/world";

const root = volume("vol-1", { isRoot: true });
const late = volume("vol-2", { deviceName: "/dev/sdf" });
const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };

function launched(agoMs: number, extra: Partial<ProtectedInstance> = {}): ProtectedInstance {
  return { ...instance("i-1", [root]), state: "running", launchTimeMs: NOW - agoMs, ...extra };
}

const none = { volumes: [] };

test.each<[string, ProtectedInstance, [whole: boolean, settled: boolean]]>([
  ["one of which only its volumes are known", instance("i-1", [root]), [true, true]],
  ["one of which nothing is known at all", instance("i-1", []), [true, true]],
  ["a pending one", launched(9 * MINUTE_MS, { state: "pending" }), [false, false]],
  ["a pending one, launched long ago", launched(99 * MINUTE_MS, { state: "pending" }), [false, false]],
  ["a stopped one", launched(99 * MINUTE_MS, { state: "stopped" }), [true, true]],
  ["one launched a minute ago", launched(MINUTE_MS), [true, false]],
  ["one launched five minutes ago", launched(5 * MINUTE_MS), [true, true]],
  ["one launched a minute ago, without mappings", launched(MINUTE_MS, none), [false, false]],
  ["one launched nine minutes ago, without mappings", launched(9 * MINUTE_MS, none), [false, false]],
  ["one launched ten minutes ago, without mappings", launched(10 * MINUTE_MS, none), [true, true]],
  ["one launched nine minutes ago, without its root", launched(9 * MINUTE_MS, { lacksRoot: true }), [false, false]],
  ["one launched ten minutes ago, without its root", launched(10 * MINUTE_MS, { lacksRoot: true }), [true, true]],
  ["one that lacks a mapping", launched(99 * MINUTE_MS, { unmapped: [late] }), [false, false]],
  ["one launched some seconds in the future", launched(-5 * SECOND_MS, none), [false, false]],
  ["one launched far in the future", launched(-99 * MINUTE_MS, none), [true, true]],
])("decides whether EC2 shows an instance whole: %s", (_what, one, expected) => {
  expect([isWhole(one, NOW), isSettled(one, NOW)]).toStrictEqual(expected);
});

function planned(one: ProtectedInstance, slotTask = OPEN, nowMs = NOW) {
  const plan = planSnapshots([one], [], SETTINGS, { slotTask, runId: "run-1", nowMs });
  return {
    volumes: plan.actions.map(({ volumes }) => volumes.map(({ volumeId }) => volumeId)),
    problems: plan.problems.map(({ kind }) => kind),
    settled: plan.settled,
    waitsSinceMs: plan.waitsSinceMs,
  };
}

const waiting = { volumes: [], problems: [], settled: false };

describe("an instance that is not whole", () => {
  test("waits while its slot is open, counted from its launch or from the slot", () => {
    const young = launched(MINUTE_MS, none);
    expect(planned(young)).toStrictEqual({ ...waiting, waitsSinceMs: NOW });
    const partial = launched(99 * MINUTE_MS, { unmapped: [late] });
    expect(planned(partial)).toStrictEqual({ ...waiting, waitsSinceMs: NOW });
    const later = NOW + 60 * MINUTE_MS;
    expect(planned(partial, OPEN, later)).toStrictEqual({ ...waiting, waitsSinceMs: NOW });
    const justNow = { ...young, launchTimeMs: later - MINUTE_MS };
    expect(planned(justNow, OPEN, later)).toStrictEqual({ ...waiting, waitsSinceMs: later - MINUTE_MS });
  });

  test("is reported when the window closes, with all that it lacks", () => {
    const partial = launched(480 * MINUTE_MS, { unmapped: [late] });
    const { problems } = planSnapshots([partial], [], SETTINGS, { slotTask: CLOSING, runId: "run-1", nowMs: NOW });
    expect(problems.map(({ kind }) => kind)).toStrictEqual(["slot-missed"]);
    expect(problems[0]?.message).toContain("no snapshot of vol-1, vol-2 for");
    const empty = launched(480 * MINUTE_MS, { ...none, state: "pending" });
    expect(planned(empty, CLOSING).problems).toStrictEqual(["no-volumes"]);
  });

  test("belongs to the next slot if it was launched just before the window closes", () => {
    expect(planned(launched(MINUTE_MS, none), CLOSING).problems).toStrictEqual([]);
  });
});

test("backs up an instance that was just launched and is whole at once, and looks at it again", () => {
  expect(planned(launched(MINUTE_MS))).toStrictEqual({
    volumes: [["vol-1"]],
    problems: [],
    settled: false,
    waitsSinceMs: NOW,
  });
});

test("reports an instance that really has no volume at once", () => {
  expect(planned(launched(10 * MINUTE_MS, none))).toStrictEqual({
    volumes: [],
    problems: ["no-volumes"],
    settled: true,
    waitsSinceMs: undefined,
  });
});

test("waits for an instance whose unmapped volume is excluded, because a set would include it", () => {
  const excluded = { ...late, tags: { [SETTINGS.tagKey]: "exclude" } };
  expect(planned(launched(99 * MINUTE_MS, { unmapped: [excluded] }))).toMatchObject(waiting);
});
