import { type Problem, problemKey, problem, type ProblemKind } from "../../../src/vault/model/problem";
import { summarize } from "../../../src/vault/report/summary";
import type { Action, Outcome, Plan } from "../../../src/vault/model/actions";
import type { ThrottledRead } from "../../../src/vault/model/world";
import { RUN } from "../../support/world";

const ACTIONS = {
  snapshot: { kind: "snapshot", region: "us-east-1", instanceId: "i-1" },
  copy: { kind: "copy", region: "us-west-2", sourceSnapshotId: "snap-1" },
  delete: {
    kind: "delete",
    region: "us-east-1",
    snapshotId: "snap-2",
    because: "retention",
    reason: "old",
  },
  lock: { kind: "lock", region: "us-west-2", snapshotId: "snap-3", reason: "not locked" },
} as Record<Action["kind"], Action>;

function outcome(kind: Action["kind"], status: Outcome["status"], snapshotIds: string[] = []): Outcome {
  return { action: ACTIONS[kind], status, detail: "why", snapshotIds };
}

function problemOf(kind: ProblemKind): Problem {
  return problem(kind, "x", kind);
}

function summary(outcomes: Outcome[], problems: Problem[] = [], deferredReads: ThrottledRead[] = []) {
  const plan: Plan = { actions: [], kept: [], problems, pending: [], slotSettled: true };
  return summarize("vault", { trigger: RUN, plan, outcomes, deferredReads });
}

const made = outcome("snapshot", "done", ["a"]);
const failed = outcome("snapshot", "failed");

test.each([
  ["clean", "nothing was to do", [], []],
  ["clean", "all was done", [made, outcome("copy", "done", ["b"])], []],
  ["clean", "work was only deferred or already done", [outcome("copy", "deferred"), outcome("delete", "skipped")], []],
  ["no-instances", "nothing carries the tag", [], [problemOf("no-instances")]],
  ["no-instances", "nothing carries the tag, though copies were made", [made], [problemOf("no-instances")]],
  ["partial", "one of two failed", [made, failed], []],
  ["partial", "a copy is unusable, and nothing failed", [], [problemOf("copy-unusable")]],
  ["partial", "a region was not seen, and snapshots were made", [made], [problemOf("not-observed")]],
  ["failed", "all that was to be made failed", [failed], []],
  ["failed", "the world was not seen", [], [problemOf("not-observed")]],
])("reports the status %s if %s", (status, _what, outcomes, problems) => {
  expect(summary(outcomes, problems).status).toBe(status);
});

test("leaves the status unchanged for a notice", () => {
  const notice: Problem = { ...problemOf("in-use"), severity: "notice" };
  expect(summary([made], [notice]).status).toBe("clean");
  expect(summary([failed], [notice]).status).toBe("failed");
  expect(summary([made], [notice]).problems).toStrictEqual([notice]);
});

test("counts snapshots one by one, and the rest by action", () => {
  const outcomes = [
    outcome("snapshot", "done", ["a", "b", "c"]),
    outcome("snapshot", "failed", ["d"]),
    outcome("copy", "done", ["e"]),
    outcome("copy", "deferred"),
    outcome("copy", "deferred"),
    outcome("delete", "done"),
    outcome("delete", "failed"),
    outcome("delete", "skipped"),
  ];
  expect(summary(outcomes).counts).toStrictEqual({
    snapshots: 4,
    copies: 1,
    deletions: 1,
    deferred: 2,
    skipped: 1,
    failed: 2,
  });
});

test("makes each failure a problem that names what and where, after the plan's own", () => {
  const outcomes = [failed, outcome("copy", "failed"), outcome("delete", "failed"), outcome("lock", "failed"), made];
  const { problems } = summary(outcomes, [problemOf("copy-unusable")]);
  expect(problems.map((p) => [problemKey(p), p.message])).toStrictEqual([
    ["copy-unusable/x", "copy-unusable"],
    ["snapshot-call-failed/i-1", "i-1 in us-east-1 is not backed up yet, because its snapshots failed: why"],
    ["copy-failed/snap-1 in us-west-2", "snap-1 has no usable copy in us-west-2 yet, because copying it failed: why"],
    ["delete-failed/snap-2", "snap-2 in us-east-1 still exists and costs storage, because deleting it failed: why"],
    ["lock-failed/snap-3", "snap-3 in us-west-2 is not protected by a lock yet, because locking it failed: why"],
  ]);
});

test("counts deferred work by AWS's code, or as lacking time", () => {
  const coded = (code: string | undefined, status: Outcome["status"] = "deferred") => ({
    ...outcome("copy", status),
    code,
  });
  const outcomes = [
    coded("ResourceLimitExceeded"),
    coded("RequestLimitExceeded"),
    coded("ResourceLimitExceeded"),
    coded(undefined),
    coded("UnauthorizedOperation", "failed"),
    coded("InvalidSnapshot.InUse", "skipped"),
  ];
  expect(summary(outcomes).deferrals).toStrictEqual({
    ResourceLimitExceeded: 2,
    RequestLimitExceeded: 1,
    NoTime: 1,
  });
  expect(summary([made]).deferrals).toStrictEqual({});
});

test("counts two problems of one key once, as the first", () => {
  const again = { ...problemOf("deletion-not-checked"), message: "another way to fail" };
  const { problems } = summary([made], [problemOf("deletion-not-checked"), again, problemOf("not-observed")]);
  expect(problems.map(({ message }) => message)).toStrictEqual(["deletion-not-checked", "not-observed"]);
});

test("counts a throttled read as deferred, and not as a problem", () => {
  const read = { code: "RequestLimitExceeded", problem: problemOf("not-observed") };
  const { status, counts, deferrals } = summary([made], [], [read]);
  expect([status, counts.deferred, deferrals]).toStrictEqual(["clean", 1, { RequestLimitExceeded: 1 }]);
});
