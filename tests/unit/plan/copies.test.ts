import { copiesBySource, copiesOf, copyFault, coverageOf } from "../../../src/vault/inventory/copies";
import { planCopies } from "../../../src/vault/plan/copies/copies";
import { drCopyTags } from "../../../src/vault/plan/copies/copyTags";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { DR, DR2, KEY, NOW, copyOf, snapshot, replacementOf } from "../../support/world";

const OTHER_KEY = "arn:aws:kms:us-west-2:111122223333:key/other";
const source = snapshot("snap-1", { startTimeMs: NOW - 5 * HOUR_MS });
const marked = snapshot("snap-1", {
  tags: { [copyExpiredTag(DR.region)]: "2026-11-01T03:00:00Z" },
});
const verified = copyOf(source, "verified");
const pending = copyOf(source, "pending", { state: "pending" });
const failed = copyOf(source, "failed", { state: "error", stateMessage: "key is disabled" });
const plain = copyOf(source, "plain", { encrypted: false });
const elsewhere = snapshot("snap-1", {
  tags: { [copyExpiredTag(DR2.region)]: "2026-11-01T03:00:00Z" },
});
const otherKey = copyOf(source, "other-key", { kmsKeyId: OTHER_KEY });

function plan(snapshots: Snapshot[], copies: Snapshot[]) {
  const target = { ...DR, released: () => true, tagsOf: drCopyTags };
  return planCopies(snapshots, copiesBySource(copies), target, NOW);
}

test.each([
  ["verified", "completed, encrypted and under the key", source, [verified]],
  ["verified", "verified, beside an unusable one", source, [failed, verified, pending]],
  ["pending", "pending", source, [pending]],
  ["pending", "pending, beside an unusable one", source, [failed, pending]],
  ["unusable", "failed", source, [failed]],
  ["unusable", "not encrypted", source, [plain]],
  ["unusable", "under another key", source, [otherKey]],
  ["missing", "none", source, []],
  ["expired", "missing, with a copy-expired tag", marked, []],
  ["expired", "unusable, with a copy-expired tag", marked, [failed]],
  ["verified", "verified, with a copy-expired tag", marked, [verified]],
  ["missing", "missing, with a copy-expired tag for another region", elsewhere, []],
])("reports coverage %s for a copy that is %s", (coverage, _what, of, copies) => {
  expect(coverageOf(of, copies, DR, () => true)).toBe(coverage);
});

test("ignores a copy-expired tag while the rules would still keep the copy", () => {
  expect(coverageOf(marked, [], DR, () => false)).toBe("missing");
  expect(coverageOf(marked, [failed], DR, () => false)).toBe("unusable");
});

test.each([
  [verified, undefined],
  [pending, undefined],
  [failed, "it is in state error: key is disabled"],
  [{ ...failed, stateMessage: undefined }, "it is in state error: EC2 gives no reason"],
  [plain, "it is not encrypted"],
  [otherKey, `it is under ${OTHER_KEY}, not ${KEY}`],
  [{ ...verified, kmsKeyId: undefined }, `it is under no key, not ${KEY}`],
])("reports why copy %# is unusable", (copy, fault) => {
  expect(copyFault(copy, KEY)).toBe(fault);
});

test("finds copies by the source in their Description, whatever their tags say", () => {
  const stripped: Snapshot = { ...verified, snapshotId: "stripped", tags: {} };
  const other = { ...verified.tags, [TAG.sourceSnapshot]: "another" };
  const renamed: Snapshot = { ...verified, snapshotId: "renamed", tags: other };
  const original: Snapshot = { ...source, snapshotId: "original", tags: verified.tags };
  expect([...copiesBySource([verified, stripped, original, renamed, failed])]).toStrictEqual([
    ["snap-1", [verified, stripped, renamed, failed]],
  ]);
});

test("counts copies of an original as copies of its encrypted replacement, and the reverse", () => {
  const replacement = replacementOf(source, "stand-in");
  const ofStandIn = { ...copyOf(replacement, "of-stand-in"), tags: drCopyTags(replacement) };
  const bySource = copiesBySource([verified, ofStandIn]);
  expect(copiesOf(replacement, bySource)).toStrictEqual([verified, ofStandIn]);
  expect(copiesOf(source, bySource)).toStrictEqual([verified, ofStandIn]);
  expect(copiesOf(snapshot("another"), bySource)).toStrictEqual([]);
});

describe("planning copies", () => {
  test("copies what has no copy, oldest first", () => {
    const old = snapshot("old", { startTimeMs: NOW - 3 });
    const twin = snapshot("a-twin", { startTimeMs: NOW - 3 });
    const young = snapshot("young", { startTimeMs: NOW - 2 });
    const { actions, problems } = plan([young, old, twin], []);
    expect(actions.map((a) => a.sourceSnapshotId)).toStrictEqual(["a-twin", "old", "young"]);
    expect(problems).toStrictEqual([]);
  });

  test("says everything that the copy call needs", () => {
    expect(plan([source], []).actions).toStrictEqual([
      {
        kind: "copy",
        region: "us-west-2",
        sourceSnapshotId: "snap-1",
        sourceRegion: "us-east-1",
        kmsKeyArn: KEY,
        sinceMs: source.startTimeMs,
        tags: drCopyTags(source),
        identity: {
          vaultId: "smart-vault-test",
          instanceId: "i-1",
          slot: "2026-11-21T22:00:00Z",
          source: { snapshotId: "snap-1", volumeId: "vol-1", startedMs: source.startTimeMs },
        },
        reason: "no copy yet",
      },
    ]);
  });

  test("flags a copy of a snapshot in doubt, and gives it the identity from the Description", () => {
    const tags = { ...source.tags, [TAG.slot]: "2027-01-01T00:00:00Z" };
    const doubted: Snapshot = { ...source, tags, doubt: { of: "tags", what: "its slot" } };
    const [sane] = plan([source], []).actions;
    expect(plan([doubted], []).actions).toStrictEqual([{ ...sane, ofDoubt: true }]);
  });

  test.each([
    ["verified", source, [verified]],
    ["pending", source, [pending]],
    ["expired", marked, []],
  ])("leaves a snapshot alone whose copy is %s", (_coverage, of, copies) => {
    expect(plan([of], copies)).toStrictEqual({ actions: [], problems: [] });
  });

  const attempts = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...failed,
      snapshotId: `failed-${n}`,
      startTimeMs: NOW - (count - n) * HOUR_MS,
    }));

  test.each([1, 2])("replaces a copy that failed %d times without reporting it", (count) => {
    const { actions, problems } = plan([source], attempts(count));
    expect(actions.map((a) => a.reason)).toStrictEqual(["its copy is not usable"]);
    expect(problems).toStrictEqual([]);
  });

  test("reports a copy that failed three times under its source's name, with the last reason, and keeps trying", () => {
    const { actions, problems } = plan([source], attempts(3));
    expect(actions.map((a) => a.reason)).toStrictEqual(["its copy is not usable"]);
    expect(problems).toStrictEqual([
      {
        kind: "copy-unusable",
        severity: "failure",
        subject: "snap-1 in us-west-2",
        message:
          "the copy failed-2 of snap-1 in us-west-2 is not usable: it is in state error: key is disabled; the vault is replacing it",
        hint: "If the reason names a key, check that the vault's key in that region is enabled. `npx pulumi up --refresh` restores its policy. Check also that sourceKeyArns lists the key of the source volume.",
      },
    ]);
    expect(plan([source], attempts(4)).problems.map((p) => p.subject)).toStrictEqual(["snap-1 in us-west-2"]);
  });

  test.each([
    ["not encrypted", plain, "it is not encrypted"],
    ["under another key", otherKey, `it is under ${OTHER_KEY}, not ${KEY}`],
  ])("reports a completed copy that is %s at once, because that does not change", (_what, copy, fault) => {
    const { actions, problems } = plan([source], [copy]);
    expect(actions).toHaveLength(1);
    expect(problems.map((p) => [p.kind, p.subject])).toStrictEqual([["copy-unusable", "snap-1 in us-west-2"]]);
    expect(problems[0]?.message).toContain(fault);
  });

  test.each([
    ["half an hour, after two failures", 2, 5, 30],
    ["half an hour, however old its snapshot is, after two failures", 2, 48, 30],
    ["half an hour at least, after three failures", 3, 2, 30],
    ["a quarter of its snapshot's age by then, after three failures", 3, 5, 60],
    ["two hours at most, after three failures", 3, 48, 120],
  ])("attempts a copy again after %s", (_what, count, ageHours, pauseMinutes) => {
    const old = { ...source, startTimeMs: NOW - ageHours * HOUR_MS };
    const again = (minutes: number) => {
      const [, ...before] = attempts(count);
      const last = { ...failed, snapshotId: "again", startTimeMs: NOW - minutes * MINUTE_MS };
      return plan([old], [...before.map((one) => ({ ...one, startTimeMs: old.startTimeMs })), last]);
    };
    expect(again(pauseMinutes - 1).actions).toHaveLength(0);
    expect(again(pauseMinutes).actions).toHaveLength(1);
    expect(again(1).problems).toHaveLength(count === 3 ? 1 : 0);
  });

  test("puts copies that failed three times last, and of those first the one with the oldest attempt", () => {
    const old = snapshot("old", { startTimeMs: NOW - 9 * HOUR_MS });
    const older = snapshot("older", { startTimeMs: NOW - 10 * HOUR_MS });
    const young = snapshot("young", { startTimeMs: NOW });
    const failing = (of: Snapshot, count: number, hoursAgo: number) =>
      Array.from({ length: count }, (_, n) =>
        copyOf(of, `${of.snapshotId}-${n}`, { state: "error", startTimeMs: NOW - hoursAgo * HOUR_MS }),
      );
    const order = (...copies: Snapshot[]) => plan([young, old, older], copies).actions.map((a) => a.sourceSnapshotId);
    expect(order(...failing(older, 2, 3))).toStrictEqual(["older", "old", "young"]);
    expect(order(...failing(older, 3, 3))).toStrictEqual(["old", "young", "older"]);
    expect(order(...failing(older, 3, 3), ...failing(old, 3, 4))).toStrictEqual(["young", "old", "older"]);
  });

  test("reports a snapshot in the archive tier, which EC2 can't copy, instead of trying", () => {
    const archived = { ...source, storageTier: "archive" };
    const { actions, problems } = plan([archived], []);
    expect(actions).toStrictEqual([]);
    expect(problems).toStrictEqual([
      {
        kind: "not-copyable",
        severity: "failure",
        subject: "snap-1",
        message:
          "snap-1 in us-east-1 has no verified copy in us-west-2 and cannot get one, because it is in the archive tier",
        hint: "The vault copies it once it is restored from the archive tier:\naws ec2 restore-snapshot-tier --region us-east-1 --snapshot-id snap-1 --permanent-restore",
      },
    ]);
  });
});
