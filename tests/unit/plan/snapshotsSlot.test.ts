/** Tests the order of a slot's snapshots, what a failed one changes, and what is reported when a slot closes. */
import { planSnapshots } from "../../../src/vault/plan/snapshots/snapshots";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { ProtectedInstance, Snapshot } from "../../../src/vault/model/world";
import type { SnapshotAction } from "../../../src/vault/model/actions";
import type { SlotTask } from "../../../src/vault/model/trigger";
import { NOW, OPEN, SETTINGS, SLOT, instance, snapshot, replacementOf, volume } from "../../support/world";
import { NEXT_RUN } from "../../../src/vault/plan/snapshots/snapshotProblems";

const EXCLUDE = { [SETTINGS.tagKey]: "exclude" };
const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };
const root = volume("vol-1", { isRoot: true });
const data = volume("vol-2", { deviceName: "/dev/sdf" });

function plan(instances: ProtectedInstance[], snapshots: Snapshot[] = [], slotTask: SlotTask = OPEN, nowMs = NOW) {
  return planSnapshots(instances, snapshots, SETTINGS, { slotTask, runId: "run-1", nowMs });
}

function volumesOf({ volumes }: SnapshotAction): string[] {
  return volumes.map((v) => v.volumeId);
}

describe("the instance with the oldest recovery point is snapshotted first,", () => {
  const one = (id: string, ...volumeIds: string[]) =>
    instance(
      `i-${id}`,
      volumeIds.map((volumeId) => volume(volumeId)),
    );
  const taken = (volumeId: string, days: number, state = "completed") =>
    snapshot(`of-${volumeId}-${days}`, { volumeId, state, startTimeMs: NOW - days * DAY_MS });
  const order = (instances: ProtectedInstance[], snapshots: Snapshot[]) =>
    plan(instances, snapshots).actions.map((action) => action.instanceId);
  const fleet = [one("a", "vol-a"), one("b", "vol-b"), one("c", "vol-c")];

  test("by the newest snapshot of its volume", () => {
    const snapshots = [taken("vol-a", 1), taken("vol-b", 3), taken("vol-c", 2), taken("vol-b", 9)];
    expect(order(fleet, snapshots)).toStrictEqual(["i-b", "i-c", "i-a"]);
  });

  test("and one without any snapshot before all others", () => {
    expect(order(fleet, [taken("vol-a", 30), taken("vol-c", 1)])).toStrictEqual(["i-b", "i-a", "i-c"]);
  });

  test("ignoring failed snapshots and counting pending ones", () => {
    const snapshots = [taken("vol-a", 1, "error"), taken("vol-a", 5), taken("vol-b", 4, "pending"), taken("vol-c", 6)];
    expect(order(fleet, snapshots)).toStrictEqual(["i-c", "i-a", "i-b"]);
  });

  test("counting a replacement as old as the snapshot that it replaces", () => {
    const late = replacementOf(taken("vol-b", 3), "stand-in", { startTimeMs: NOW });
    const snapshots = [taken("vol-a", 1), late, taken("vol-c", 2)];
    expect(order(fleet, snapshots)).toStrictEqual(["i-b", "i-c", "i-a"]);
  });

  test("by its volume with the oldest recovery point", () => {
    const two = [one("a", "vol-a"), one("b", "vol-b", "vol-x")];
    const snapshots = [taken("vol-a", 2), taken("vol-b", 1), taken("vol-x", 3)];
    expect(order(two, snapshots)).toStrictEqual(["i-b", "i-a"]);
  });

  test("ignoring volumes that are excluded", () => {
    const excluded = volume("vol-x", { tags: EXCLUDE });
    const two = [instance("i-a", [volume("vol-a"), excluded]), one("b", "vol-b")];
    expect(order(two, [taken("vol-a", 1), taken("vol-b", 2)])).toStrictEqual(["i-b", "i-a"]);
  });

  test("and by id if they are equal, in whatever order they were seen", () => {
    expect(order([...fleet].reverse(), [])).toStrictEqual(["i-a", "i-b", "i-c"]);
  });
});

describe("a slot that is closing", () => {
  const machine = instance("i-1", [root, data]);

  test("creates nothing, reports what each instance lacks, and is settled", () => {
    const other = instance("i-2", [volume("vol-3")]);
    const there = [snapshot("a"), snapshot("b", { volumeId: "vol-3" })];
    expect(plan([machine, other], there, CLOSING)).toStrictEqual({
      actions: [],
      problems: [
        {
          kind: "slot-missed",
          severity: "failure",
          subject: "i-1",
          message: `i-1 has no snapshot of vol-2 for ${SLOT}: none could be made within 8 hours or before the next scheduled run`,
          hint: NEXT_RUN,
        },
      ],
      settled: true,
    });
  });

  test("names all volumes that it lacks, including failed ones, but not excluded ones", () => {
    const three = instance("i-1", [root, data, volume("vol-3", { tags: EXCLUDE })]);
    const { problems } = plan([three], [snapshot("a", { state: "error" })], CLOSING);
    expect(problems.map((p) => p.message)).toStrictEqual([
      `i-1 has no snapshot of vol-1, vol-2 for ${SLOT}: none could be made within 8 hours or before the next scheduled run`,
    ]);
  });

  test("does not report completed or pending snapshots", () => {
    const there = [snapshot("a"), snapshot("b", { volumeId: "vol-2", state: "pending" })];
    expect(plan([machine], there, CLOSING).problems).toStrictEqual([]);
  });
});

describe("a snapshot that failed in EC2", () => {
  const machine = instance("i-1", [root]);
  const failedAgo = (...minutes: number[]) =>
    minutes.map((m, n) =>
      snapshot(`f-${n}`, {
        state: "error",
        startTimeMs: NOW - m * MINUTE_MS,
        tags: { [TAG.slot]: SLOT },
      }),
    );

  test.each([
    ["once, a moment ago", failedAgo(0), 1, true],
    ["twice, the last within half an hour", failedAgo(60, 29), 0, false],
    ["twice, the first of them within half an hour", failedAgo(29, 60), 0, false],
    ["twice, the last half an hour ago", failedAgo(60, 30), 1, true],
    ["three times", failedAgo(600, 300, 60), 0, true],
    ["more often than three times", failedAgo(9_000, 600, 300, 60), 0, true],
  ])("is attempted again, or not, if it failed %s", (_what, failed, actions, settled) => {
    const result = plan([machine], failed);
    expect([result.actions.length, result.settled]).toStrictEqual([actions, settled]);
    expect(result.problems).toStrictEqual([]);
  });

  test("does not affect another slot or another volume", () => {
    const both = instance("i-1", [root, data]);
    const elsewhere = failedAgo(3, 2, 1).map((f) => ({
      ...f,
      identity: { ...f.identity, slot: "2026-11-21T03:00:00Z" },
    }));
    expect(plan([both], elsewhere).actions.map(volumesOf)).toStrictEqual([["vol-1", "vol-2"]]);
    const result = plan([both], failedAgo(3, 2, 1));
    expect(result.actions.map(volumesOf)).toStrictEqual([["vol-2"]]);
    expect(result.settled).toBe(true);
  });

  test("keeps the slot open while it waits for its last attempt, and other volumes are snapshotted", () => {
    const both = instance("i-1", [root, data]);
    const result = plan([both], failedAgo(60, 29));
    expect([result.actions.map((a) => a.volumes.length), result.settled]).toStrictEqual([[1], false]);
  });

  test("is forgotten once a later attempt is pending or completed", () => {
    for (const state of ["pending", "completed"]) {
      const there = [...failedAgo(60, 29), snapshot("good", { state })];
      expect(plan([machine], there, OPEN, NOW + HOUR_MS)).toStrictEqual({
        actions: [],
        problems: [],
        settled: true,
      });
    }
  });
});
