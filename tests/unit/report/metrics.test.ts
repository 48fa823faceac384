/** Tests each metric against its meaning in docs/METRICS.md. */
import { problem } from "../../../src/vault/model/problem";
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { type Measuring, measure, oldestMissingMs } from "../../../src/vault/report/metrics";
import { METRIC, REGION_METRIC } from "../../../src/vault/model/metricNames";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Action, Outcome } from "../../../src/vault/model/actions";
import type { Snapshot, World } from "../../../src/vault/model/world";
import type { Trigger } from "../../../src/vault/model/trigger";
import { copyAction, deleteAction, snapshotAction } from "../../support/actions";
import {
  DR,
  DR2,
  NOW,
  RUN,
  SETTINGS,
  SWEEP,
  copyOf,
  inDr,
  instance,
  snapshot,
  replacementOf,
  volume,
} from "../../support/world";

const FOLLOW_UP: Trigger = { kind: "follow-up", runId: "pass-1" };
const HERE = SETTINGS.primaryRegion;
const yesterday = NOW - DAY_MS;
const old = snapshot("snap-1", { startTimeMs: yesterday });
const oldCopy = copyOf(old, "copy-1");

function world(extra: Partial<World> = {}): World {
  return { instances: [], snapshots: [], copies: inDr([]), problems: [], throttled: [], ...extra };
}

function measuring(trigger: Trigger, seen: Partial<World>, outcomes: Outcome[] = []): Measuring {
  const counts = { snapshots: 0, copies: 0, deletions: 0, deferred: 0, skipped: 0, failed: 0 };
  const { vaultId } = SETTINGS;
  return {
    settings: SETTINGS,
    summary: { vaultId, trigger, status: "clean", counts, deferrals: {}, problems: [] },
    world: world(seen),
    inventory: takeInventory(world(seen), SETTINGS),
    outcomes,
    startMs: NOW,
    nowMs: NOW,
  };
}

function outcome(action: Action, status: Outcome["status"] = "done", ids: string[] = ["x"]): Outcome {
  return { action, status, detail: "", snapshotIds: ids };
}

/** Maps `name@region` to value; no metric comes twice. */
function values(of: Measuring): Record<string, number> {
  const all = measure(of).map(({ name, region, value }) => [region === undefined ? name : `${name}@${region}`, value]);
  expect(new Set(all.map(([key]) => key)).size).toBe(all.length);
  return Object.fromEntries(all) as Record<string, number>;
}

const protecting = { instances: [instance("i-1", [volume("vol-1")])] };

describe("a run", () => {
  test("measures what there is, by region, zero or not, and how long the run took", () => {
    const seen = { ...protecting, snapshots: [old], copies: inDr([oldCopy]) };
    const run = { ...measuring(RUN, seen), nowMs: NOW + 5_000 };
    expect(values(run)).toStrictEqual({
      InvocationsCompleted: 1,
      RunsCompleted: 1,
      RunDuration: 5,
      InstancesTargeted: 1,
      [`SnapshotsCompleted@${HERE}`]: 1,
      [`MaxRecoveryPointAgeHours@${HERE}`]: 24 + 5 / 3_600,
      [`RecoveryPoints@${HERE}`]: 1,
      [`ProtectedGiB@${HERE}`]: 8,
      [`CopiesCompleted@${DR.region}`]: 1,
      [`MaxRecoveryPointAgeHours@${DR.region}`]: 24 + 5 / 3_600,
      [`RecoveryPoints@${DR.region}`]: 1,
      [`ProtectedGiB@${DR.region}`]: 8,
    });
  });

  test("of an empty account says that nothing matched, and has no recovery point to compute an age of", () => {
    expect(values(measuring(RUN, {}))).toStrictEqual({
      InvocationsCompleted: 1,
      RunsCompleted: 1,
      ZeroMatches: 1,
      RunDuration: 0,
      InstancesTargeted: 0,
      [`RecoveryPoints@${HERE}`]: 0,
      [`ProtectedGiB@${HERE}`]: 0,
      [`RecoveryPoints@${DR.region}`]: 0,
      [`ProtectedGiB@${DR.region}`]: 0,
    });
  });

  test("says nothing of what it could not read: instances, snapshots or a region", () => {
    const unseen = { instances: undefined, snapshots: undefined, copies: {} };
    expect(values(measuring(RUN, unseen))).toStrictEqual({
      InvocationsCompleted: 1,
      RunsCompleted: 1,
      RunDuration: 0,
    });
  });

  test("ignores other vaults' snapshots and those whose Description EC2 contradicts", () => {
    const strange = snapshot("s", { tags: { [TAG.vault]: "other" } });
    const planted = snapshot("p", { doubt: { of: "identity", what: "its slot" } });
    const seen = { snapshots: [strange, planted], copies: inDr([copyOf(strange, "c")]) };
    expect(values(measuring(RUN, seen))).toMatchObject({
      [`RecoveryPoints@${HERE}`]: 0,
      [`RecoveryPoints@${DR.region}`]: 0,
    });
  });
});

test.each([
  ["sweep", SWEEP],
  ["follow-up", FOLLOW_UP],
])("sends only its heartbeat from an idle %s", (_kind, trigger) => {
  const seen = { instances: undefined, snapshots: [old], copies: inDr([oldCopy]) };
  const { InvocationsCompleted, ...sent } = values(measuring(trigger, seen));
  expect(InvocationsCompleted).toBe(1);
  const wanted = trigger === FOLLOW_UP ? [`SnapshotsCompleted@${HERE}`, `CopiesCompleted@${DR.region}`] : [];
  expect(Object.keys(sent)).toStrictEqual(wanted);
});

describe("a recovery point", () => {
  test("is counted once per volume and slot, not for a redundant snapshot or an original beside its replacement", () => {
    const again = snapshot("snap-2", { startTimeMs: yesterday });
    const replacement = replacementOf(old, "snap-3");
    const seen = values(measuring(RUN, { snapshots: [old, again, replacement] }));
    expect(seen[`RecoveryPoints@${HERE}`]).toBe(1);
    expect(seen[`ProtectedGiB@${HERE}`]).toBe(8);
    expect(seen[`SnapshotsCompleted@${HERE}`]).toBe(1);
  });

  test.each<[string, Partial<Snapshot>]>([
    ["pending", { state: "pending" }],
    ["in error", { state: "error" }],
    ["under another key", { kmsKeyId: "arn:other" }],
    ["not encrypted", { encrypted: false }],
  ])("is not counted as copied by a copy that is %s", (_what, extra) => {
    const seen = { ...protecting, snapshots: [old], copies: inDr([copyOf(old, "c", extra)]) };
    const of = values(measuring(RUN, seen));
    expect(of[`RecoveryPoints@${DR.region}`]).toBe(0);
    expect(of).not.toHaveProperty([`CopiesCompleted@${DR.region}`]);
    expect(of).not.toHaveProperty([`MaxRecoveryPointAgeHours@${DR.region}`]);
  });

  test("is as old as its data, even if a copy was started twenty hours late", () => {
    const late = copyOf(old, "c", { startTimeMs: yesterday + 20 * HOUR_MS });
    const seen = { ...protecting, snapshots: [old], copies: inDr([late]) };
    expect(values(measuring(RUN, seen))[`MaxRecoveryPointAgeHours@${DR.region}`]).toBe(24);
  });
});

describe("the maximum recovery point age", () => {
  const older = snapshot("snap-9", { volumeId: "vol-2", startTimeMs: NOW - 3 * DAY_MS });
  const hours = (volumes: ReturnType<typeof volume>[], snapshots: Snapshot[]) =>
    values(measuring(RUN, { instances: [instance("i-1", volumes)], snapshots }))[`MaxRecoveryPointAgeHours@${HERE}`];

  test("is that of the instance whose newest recovery point is the oldest", () => {
    const newer = snapshot("snap-8", { volumeId: "vol-2", startTimeMs: NOW - 2 * DAY_MS });
    expect(hours([volume("vol-1"), volume("vol-2")], [old, older, newer])).toBe(48);
  });

  test("ignores volumes that are excluded, new, or no longer attached", () => {
    const excluded = volume("vol-2", { tags: { [SETTINGS.tagKey]: "exclude" } });
    expect(hours([volume("vol-1"), excluded, volume("vol-3")], [old, older])).toBe(24);
    expect(hours([volume("vol-1")], [old, older])).toBe(24);
  });
});

describe("the oldest missing copy", () => {
  const minutes = (copies: Snapshot[], actions: Action[] = []) => {
    const ms = oldestMissingMs(copies, actions, DR);
    return ms === undefined ? undefined : (NOW - ms) / MINUTE_MS;
  };
  const due = (id: string, ageMs: number) => ({ ...copyAction(id), sinceMs: NOW - ageMs });

  test.each<[string, Snapshot[], Action[], number | undefined]>([
    ["none is missing", [oldCopy], [], undefined],
    ["one was deferred", [], [due("s", HOUR_MS)], 60],
    ["one was started only now", [], [due("s", 2 * HOUR_MS)], 120],
    ["one is pending, counted from its source", [copyOf(old, "c", { state: "pending" })], [], 1_440],
    ["one is unusable and not replaced yet", [copyOf(old, "c", { state: "error" })], [], 1_440],
    ["an unusable one has a verified one beside it", [oldCopy, copyOf(old, "c", { state: "error" })], [], undefined],
    ["two are missing, and the older counts", [], [due("a", HOUR_MS), due("b", 3 * HOUR_MS)], 180],
    ["one is due in another region", [], [{ ...due("s", HOUR_MS), region: DR2.region }], undefined],
    ["a snapshot is due, not a copy", [], [snapshotAction()], undefined],
  ])("is measured if %s", (_what, copies, actions, expected) => {
    expect(minutes(copies, actions)).toBe(expected);
  });

  test("is sent by every invocation that finds one, only for the DR region", () => {
    const sweep = measuring(SWEEP, { snapshots: [old] }, [outcome(due("snap-1", DAY_MS))]);
    const sent = values(sweep);
    expect(sent[`OldestMissingCopyMinutes@${DR.region}`]).toBe(1_440);
    expect(sent).not.toHaveProperty([`OldestMissingCopyMinutes@${HERE}`]);
  });
});

test("counts work in its region: snapshots one by one, the rest by action", () => {
  const outcomes = [
    outcome(snapshotAction(), "done", ["a", "b"]),
    outcome(snapshotAction(), "failed", []),
    outcome(copyAction("a"), "done", ["c"]),
    outcome(copyAction("b"), "deferred", []),
    outcome(copyAction("d"), "failed", []),
    outcome(deleteAction("e"), "done", []),
    outcome(deleteAction("f"), "skipped", []),
  ];
  const sent = values(measuring(SWEEP, { snapshots: [], copies: inDr([]) }, outcomes));
  expect(sent).toStrictEqual({
    [`OldestMissingCopyMinutes@${DR.region}`]: expect.any(Number) as number,
    InvocationsCompleted: 1,
    ZeroMatches: 1,
    [`SnapshotsStarted@${HERE}`]: 2,
    [`SnapshotsFailed@${HERE}`]: 1,
    [`SnapshotsDeleted@${HERE}`]: 1,
    [`CopiesStarted@${DR.region}`]: 1,
    [`CopiesDeferred@${DR.region}`]: 1,
    [`CopiesInFlight@${DR.region}`]: 1,
    [`CopiesFailed@${DR.region}`]: 1,
  });
});

test("counts as copies in flight those that are pending and those just started", () => {
  const pending = copyOf(old, "c", { state: "pending" });
  const seen = { instances: undefined, snapshots: [old], copies: inDr([oldCopy, pending]) };
  const sent = values(measuring(SWEEP, seen, [outcome(copyAction("a"))]));
  expect(sent[`CopiesInFlight@${DR.region}`]).toBe(2);
});

test("counts failed snapshots of the newest slot, but not of older ones", () => {
  const failed = snapshot("snap-2", { state: "error" });
  const before = snapshot("snap-0", { state: "error", startTimeMs: yesterday });
  const sent = values(measuring(SWEEP, { instances: undefined, snapshots: [before, failed] }));
  expect(sent).toStrictEqual({ InvocationsCompleted: 1, [`SnapshotsFailed@${HERE}`]: 1 });
});

test("counts problems, and deferred work with its reason, but not notices", () => {
  const of = measuring(SWEEP, { instances: undefined });
  of.summary.problems.push(problem("no-volumes", "s", "m"), problem("locked", "s", "m"));
  of.summary.counts.deferred = 4;
  of.summary.deferrals = { ResourceLimitExceeded: 3, NoTime: 1 };
  expect(values(of)).toStrictEqual({
    InvocationsCompleted: 1,
    ActionsDeferred: 4,
    "ActionsDeferred.ResourceLimitExceeded": 3,
    "ActionsDeferred.NoTime": 1,
    ProblemsSeen: 1,
  });
});

test("measures each region on its own, so the second DR region's copies are not the first one's", () => {
  const of = measuring(RUN, {
    snapshots: [old],
    copies: { [DR.region]: [oldCopy], [DR2.region]: [] },
  });
  const policy = { ...SETTINGS, dr: [DR, DR2] };
  const both = values({ ...of, settings: policy, inventory: takeInventory(of.world, policy) });
  expect(both[`RecoveryPoints@${DR.region}`]).toBe(1);
  expect(both[`RecoveryPoints@${DR2.region}`]).toBe(0);
});

test("sends only metrics that metricNames knows", () => {
  const known: string[] = [...Object.values(METRIC), ...Object.values(REGION_METRIC)];
  const seen = { ...protecting, snapshots: [old], copies: inDr([oldCopy]) };
  const sent = measure(measuring(RUN, seen, [outcome(copyAction("a"))]));
  expect(sent.filter(({ name }) => !known.includes(name))).toStrictEqual([]);
});
