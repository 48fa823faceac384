/** Tests what the deletion limit stops beside what a change released. */
import { remember } from "../../../src/vault/changes/changeMemory";
import type { Known } from "../../../src/vault/changes/changeKeys";
import { limitDeletions } from "../../../src/vault/changes/deletionLimit";
import { emptyVerdict } from "../../../src/vault/retention/retentionVerdict";
import type { PrunePlan } from "../../../src/vault/retention/prunePlan";
import { emptyPlan, remove } from "../../../src/vault/plan/prune/pruneDecisions";
import { setsByInstance } from "../../../src/vault/retention/recoverySets";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { HERE, POLICY } from "../../support/editNights";
import type { Snapshot } from "../../../src/vault/model/world";
import { NOW, snapshot } from "../../support/world";

const points = [0, 1, 2, 3, 4, 5].map((days) => {
  const startTimeMs = NOW - days * DAY_MS;
  const tags = { [TAG.slot]: isoSeconds(startTimeMs), [TAG.instance]: "i-1" };
  return snapshot(`old-${days}`, { startTimeMs, tags });
});
const [, ...due] = points;
const oldest = due.at(-1)!;

/** Makes all but the newest due, and some more; a change whose grace is over released the oldest, and those. */
function planned(more: readonly Snapshot[] = []): PrunePlan {
  const all = [...points, ...more];
  const gone = new Map([...due, ...more].map(({ snapshotId }) => [snapshotId, "no rule keeps it"]));
  const changes = [`${HERE} settings 2026-11-01T00:00:00Z`] as const;
  const approved = new Map([oldest, ...more].map(({ snapshotId }) => [snapshotId, changes]));
  const plan = emptyPlan(all, {
    ...emptyVerdict(),
    sets: setsByInstance(all),
    gone,
    approved,
  });
  for (const one of [...due, ...more]) remove(plan, one, { because: "retention", reason: "no rule keeps it" });
  return plan;
}

function deletedBeside(stopped: Record<string, string[]>, more: readonly Snapshot[] = []): string[] {
  const memory = {
    ...remember({ memory: undefined, hasPoints: false }, POLICY, NOW),
    stopped,
  };
  const own = [...points, ...more];
  const read = { region: HERE, own, seen: own };
  const { plan } = limitDeletions(planned(more), read, POLICY, { memory, known: new Map(), areUnknown: () => false });
  return plan.actions.map(({ snapshotId }) => snapshotId);
}

test("deletes what a change released beside what is stopped for the first time", () => {
  expect(deletedBeside({})).toStrictEqual(["old-5"]);
});

test("deletes no part of a recovery point of which another part is stopped", () => {
  const shared = due.map((one) => ({ ...one, snapshotId: `${one.snapshotId}-shared`, volumeId: "vol-shared" }));
  expect(deletedBeside({}, shared)).toStrictEqual(["old-5", "old-5-shared"]);
});

test("deletes no duplicate of a recovery point that is stopped", () => {
  const [stopped] = due;
  const plan = planned();
  for (const one of [stopped!, oldest]) {
    remove(plan, { ...one, snapshotId: `${one.snapshotId}-twin` }, { because: "retention", reason: "a duplicate" });
  }
  const memory = remember({ memory: undefined, hasPoints: false }, POLICY, NOW);
  const by = { memory, known: new Map(), areUnknown: () => false };
  const limited = limitDeletions(plan, { region: HERE, own: points, seen: points }, POLICY, by);
  expect(limited.plan.actions.map(({ snapshotId }) => snapshotId)).toStrictEqual(["old-5", "old-5-twin"]);
  expect(limited.plan.kept.map(({ snapshotId }) => snapshotId)).toContain("old-1-twin");
});

test("deletes nothing of an instance that was stopped, since the previous rules would expire points one by one", () => {
  expect(deletedBeside({ [HERE]: ["i-1"] })).toStrictEqual([]);
  expect(deletedBeside({ [HERE]: ["*"] })).toStrictEqual([]);
});

test("does not stop other regions or other instances", () => {
  expect(deletedBeside({ "us-west-2": ["i-1"], [HERE]: ["i-2"] })).toStrictEqual(["old-5"]);
});

describe("of the recovery points that it would delete a part of, the limit counts", () => {
  const CHANGES = [`${HERE} settings 2026-11-01T00:00:00Z`] as const;
  const other = (one: Snapshot) => ({ ...one, snapshotId: `${one.snapshotId}-b`, volumeId: "vol-2" });
  /** Makes some snapshots due, some of them by a change that is over. */
  const limited = (
    { all, gone, byChange }: Record<"all" | "gone" | "byChange", readonly Snapshot[]>,
    {
      stopped = {},
      known = new Map<string, Known>(),
    }: { stopped?: Record<string, string[]>; known?: Map<string, Known> },
  ) => {
    const verdict = {
      ...emptyVerdict(),
      sets: setsByInstance(all),
      gone: new Map([...gone, ...byChange].map(({ snapshotId }) => [snapshotId, "no rule keeps it"])),
      approved: new Map(byChange.map(({ snapshotId }) => [snapshotId, CHANGES])),
    };
    const plan = emptyPlan(all, verdict);
    const memory = { ...remember({ memory: undefined, hasPoints: false }, POLICY, NOW), stopped };
    const read = { region: HERE, own: all, seen: all };
    return limitDeletions(plan, read, POLICY, { memory, known, areUnknown: () => false });
  };
  const [a, b, c, ...released] = points as [Snapshot, Snapshot, Snapshot, ...Snapshot[]];

  test("none that a change released", () => {
    const { stopped, points: count } = limited({ all: points, gone: [b, c], byChange: released }, {});
    expect({ stopped, count }).toStrictEqual({ stopped: ["i-1"], count: 3 });
  });

  test("none that a person approved", () => {
    const at = released[0]!.identity.slot;
    const known = new Map([[`${HERE} limit i-1`, { at, plan: "of these", approved: true as const }]]);
    const { stopped, points: count } = limited({ all: points, gone: [b, c, ...released], byChange: [] }, { known });
    expect({ stopped, count }).toStrictEqual({ stopped: ["i-1"], count: 3 });
  });

  test("one that a change released only in part", () => {
    const all = [...points, ...released.map(other)];
    expect(limited({ all, gone: [b, c], byChange: released }, {}).stopped).toStrictEqual([]);
  });

  test("one that a change released beside another part that is due", () => {
    const all = [...points, ...released.map(other)];
    const { stopped, points: count } = limited({ all, gone: [b, ...released.map(other)], byChange: released }, {});
    expect({ stopped, count }).toStrictEqual({ stopped: ["i-1"], count: 6 });
  });

  test("all of an instance that was stopped before", () => {
    const stopped = { [HERE]: ["i-1"] };
    const { points: count, held } = limited({ all: points, gone: [b], byChange: released }, { stopped });
    expect({ count, held: held.length }).toStrictEqual({ count: 6, held: 4 });
  });

  test("as many as the limit permits out of what is left", () => {
    expect(limited({ all: points, gone: [c], byChange: released }, {}).stopped).toStrictEqual([]);
    expect(limited({ all: [a, b], gone: [b], byChange: [] }, {}).stopped).toStrictEqual([]);
  });
});

describe("an instance remains stopped although nothing of it seems due", () => {
  const { verdict, ...plan } = planned();
  const none: PrunePlan = { ...plan, actions: [], verdict: { ...verdict, gone: new Map(), approved: new Map() } };
  const hold = { why: "", keys: new Set<string>(), fresh: new Set<string>(), endMs: Infinity };
  const held = new Map(due.map(({ snapshotId }) => [snapshotId, hold]));
  const waiting: PrunePlan = { ...none, verdict: { ...none.verdict, held } };
  const memory = remember({ memory: undefined, hasPoints: false }, POLICY, NOW);
  const approved = new Map([[`${HERE} limit i-1`, { at: isoSeconds(NOW), plan: "of all", approved: true as const }]]);
  const limited = (
    pruned: PrunePlan,
    before: string[],
    { areUnknown = false, known = new Map<string, Known>(), own = points } = {},
  ) => {
    const by = { memory: { ...memory, stopped: { [HERE]: before } }, known, areUnknown: () => areUnknown };
    const { stopped, due: remembered } = limitDeletions(pruned, { region: HERE, own, seen: own }, POLICY, by);
    expect([...remembered]).toStrictEqual(stopped);
    return stopped;
  };

  test("while what was due waits for a change", () => {
    expect(limited(waiting, ["i-1"])).toStrictEqual(["i-1"]);
    expect(limited(waiting, ["*"])).toStrictEqual(["i-1"]);
    expect(limited(waiting, ["i-2"])).toStrictEqual([]);
  });

  test("while nobody knows its rules", () => {
    expect(limited(none, ["i-1"], { areUnknown: true })).toStrictEqual(["i-1"]);
    expect(limited(none, ["i-1"])).toStrictEqual([]);
    expect(limited(none, [], { areUnknown: true })).toStrictEqual([]);
  });

  describe("while the tags of what was due are changed", () => {
    const kept: PrunePlan = { ...none, points: points.slice(0, 1) };
    const doubted = [points[0]!, ...due.map((one) => ({ ...one, doubt: { of: "tags", what: "" } as const }))];

    test("by whoever could thus end the stop", () => {
      expect(limited(kept, ["i-1"], { own: doubted })).toStrictEqual(["i-1"]);
      expect(limited(kept, ["*"], { own: doubted })).toStrictEqual(["i-1"]);
      expect(limited(kept, ["i-2"], { own: doubted })).toStrictEqual([]);
    });

    test("unless it failed, because a failed one is deleted whatever its tags say", () => {
      const failed = doubted.map((one) => ({ ...one, state: "error", tags: { [TAG.vault]: one.identity.vaultId } }));
      expect(limited(kept, ["i-1"], { own: failed })).toStrictEqual([]);
    });

    test("until a person approves it", () => {
      expect(limited(kept, ["i-1"], { own: doubted, known: approved })).toStrictEqual([]);
    });
  });

  test("until a person approves it", () => {
    expect(limited(waiting, ["i-1"], { known: approved })).toStrictEqual([]);
  });
});
