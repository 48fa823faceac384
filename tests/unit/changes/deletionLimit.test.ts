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

test("deletes nothing of an instance that was stopped, since the previous rules would expire points one by one", () => {
  expect(deletedBeside({ [HERE]: ["i-1"] })).toStrictEqual([]);
  expect(deletedBeside({ [HERE]: ["*"] })).toStrictEqual([]);
});

test("does not stop other regions or other instances", () => {
  expect(deletedBeside({ "us-west-2": ["i-1"], [HERE]: ["i-2"] })).toStrictEqual(["old-5"]);
});

describe("an instance remains stopped although nothing of it seems due", () => {
  const { verdict, ...plan } = planned();
  const none: PrunePlan = { ...plan, actions: [], verdict: { ...verdict, gone: new Map(), approved: new Map() } };
  const hold = { why: "", keys: new Set<string>(), fresh: new Set<string>(), endMs: Infinity };
  const held = new Map(due.map(({ snapshotId }) => [snapshotId, hold]));
  const waiting: PrunePlan = { ...none, verdict: { ...none.verdict, held } };
  const read = { region: HERE, own: points, seen: points };
  const memory = remember({ memory: undefined, hasPoints: false }, POLICY, NOW);
  const limited = (pruned: PrunePlan, before: string[], areUnknown = false, known: Map<string, Known> = new Map()) => {
    const by = { memory: { ...memory, stopped: { [HERE]: before } }, known, areUnknown: () => areUnknown };
    const { stopped, due: remembered } = limitDeletions(pruned, read, POLICY, by);
    expect([...remembered]).toStrictEqual(stopped);
    return stopped;
  };

  test("while what was due waits for a change", () => {
    expect(limited(waiting, ["i-1"])).toStrictEqual(["i-1"]);
    expect(limited(waiting, ["*"])).toStrictEqual(["i-1"]);
    expect(limited(waiting, ["i-2"])).toStrictEqual([]);
  });

  test("while nobody knows its rules", () => {
    expect(limited(none, ["i-1"], true)).toStrictEqual(["i-1"]);
    expect(limited(none, ["i-1"])).toStrictEqual([]);
    expect(limited(none, [], true)).toStrictEqual([]);
  });

  test("until a person approves it", () => {
    const approved = { at: isoSeconds(NOW), plan: "of all", approved: true as const };
    expect(limited(waiting, ["i-1"], false, new Map([[`${HERE} limit i-1`, approved]]))).toStrictEqual([]);
  });
});
