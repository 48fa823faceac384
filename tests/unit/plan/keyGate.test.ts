/** Tests what a key that can't be used stops, and what is reported of it. */
import fc from "fast-check";
import { holdDeletions, isUnderLost, keyProblems, lostKeys, withoutLost } from "../../../src/vault/plan/keyGate";
import { planOf } from "../../support/planOf";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { KeyState, Snapshot, World } from "../../../src/vault/model/world";
import { vaultKeysOf } from "../../../src/vault/model/vaultKeys";
import { copyAction, deleteAction } from "../../support/actions";
import { arbitraryVault } from "../../support/arbitraryWorld";
import { DR, DR2, NOW, OPEN, PRIMARY_KEY, SETTINGS, copyOf, inDr, keeping, snapshot } from "../../support/world";

const POLICY = { ...SETTINGS, policies: keeping(7), dr: [DR] };
const LOST = ["Disabled", "PendingDeletion", "PendingImport", "Unavailable", "unknown"];
const old: Snapshot = snapshot("snap-old", { startTimeMs: NOW - 9 * DAY_MS });
const today: Snapshot = snapshot("snap-new", { startTimeMs: NOW });

function worldOf(state: string, copies: Snapshot[] = [copyOf(old, "copy-old")]): World {
  const keys = { [DR.keyArn]: { state } };
  return { snapshots: [old, today], copies: inDr(copies), keys, problems: [], throttled: [] };
}

const did = (state: string) => planOf(worldOf(state), POLICY, undefined, "r", NOW);

test("lists the keys of the vault's copies and encrypted snapshots, each once", () => {
  const all = { ...SETTINGS, dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY };
  const arns = vaultKeysOf(all).map(({ region, keyArn }) => `${region} ${keyArn}`);
  expect(arns).toStrictEqual([`${DR.region} ${DR.keyArn}`, `${DR2.region} ${DR2.keyArn}`, `us-east-1 ${PRIMARY_KEY}`]);
  expect(vaultKeysOf({ ...all, dr: [DR, { ...DR2, keyArn: DR.keyArn }] })).toHaveLength(2);
});

test("deletes what is past its time and copies what lacks a copy while the key is enabled", () => {
  const { actions, problems } = did("Enabled");
  expect(actions.map(({ kind }) => kind)).toStrictEqual(["copy", "delete"]);
  expect(problems).toStrictEqual([]);
});

test.each(LOST)("deletes and copies nothing while the key is %s, and gives the reason", (state) => {
  const { actions, kept } = did(state);
  expect(actions).toStrictEqual([]);
  const reason = kept.find(({ snapshotId }) => snapshotId === "snap-old")?.reason;
  expect(reason).toBe(`9 days old, kept for 7 days, but the key ${DR.keyArn} is ${state}`);
});

test("counts a key without an answer as lost, and none as lost if none was asked about", () => {
  expect(lostKeys({ ...worldOf("Enabled"), keys: {} }, POLICY)).toStrictEqual([{ ...DR, state: "unknown" }]);
  const { keys: _, ...never } = worldOf("Enabled");
  expect(lostKeys(never, POLICY)).toStrictEqual([]);
});

test("deletes failed attempts even while a key is lost", () => {
  const all = [
    deleteAction("a", { because: "failed" }),
    deleteAction("b"),
    deleteAction("c", { because: "redundant" }),
  ];
  const { actions, kept } = holdDeletions(all, [{ ...DR, state: "Disabled" }], {});
  expect(actions.map(({ snapshotId }) => snapshotId)).toStrictEqual(["a"]);
  expect(kept.map(({ snapshotId }) => snapshotId)).toStrictEqual(["b", "c"]);
});

test("deletes only failed attempts while the timer can't be read", () => {
  const all = [deleteAction("a", { because: "failed" }), deleteAction("b", { reason: "old" })];
  const { actions, kept } = holdDeletions(all, [], { changes: "unread" });
  expect(actions.map(({ snapshotId }) => snapshotId)).toStrictEqual(["a"]);
  expect(kept.map(({ reason }) => reason)).toStrictEqual(["old, but the follow-up timer could not be read"]);
});

test("copies nothing under a lost key, nor from snapshots under it", () => {
  const copies = [copyAction("plain"), copyAction("sealed")];
  const sources = [snapshot("plain"), snapshot("sealed", { encrypted: true, kmsKeyId: PRIMARY_KEY })];
  const left = (keyArn: string, region: string) =>
    withoutLost(copies, sources, [{ region, keyArn, state: "Disabled" }]).map(
      ({ sourceSnapshotId }) => sourceSnapshotId,
    );
  expect(left(DR.keyArn, DR.region)).toStrictEqual([]);
  expect(left(PRIMARY_KEY, "us-east-1")).toStrictEqual(["plain"]);
  expect(withoutLost(copies, sources, [])).toStrictEqual(copies);
});

test.each<[string, Partial<KeyState>, string]>([
  ["Disabled", {}, `Enable the key:\naws kms enable-key --region us-west-2 --key-id ${DR.keyArn}`],
  [
    "PendingDeletion",
    { deletedAt: "2026-12-22T00:00:00Z" },
    `Cancel the deletion and enable the key:\naws kms cancel-key-deletion --region us-west-2 --key-id ${DR.keyArn} && aws kms enable-key --region us-west-2 --key-id ${DR.keyArn}`,
  ],
  ["Unavailable", {}, `See what the key waits for:\naws kms describe-key --region us-west-2 --key-id ${DR.keyArn}`],
])("reports a key that is %s with how to restore it", (state, more, hint) => {
  const [problem] = keyProblems([{ ...DR, state, ...more }]);
  expect(problem).toMatchObject({ kind: "key-not-enabled", subject: DR.keyArn, hint });
  expect(problem?.message).toContain(`nobody can restore from copies in us-west-2: their key ${DR.keyArn} is ${state}`);
  if (more.deletedAt !== undefined) expect(problem?.message).toContain(`KMS deletes it at ${more.deletedAt}`);
});

test("does not report a key that could not be read a second time, nor its unusable copies", () => {
  const lost = [{ ...DR, state: "unknown" }];
  expect(keyProblems(lost)).toStrictEqual([]);
  expect([isUnderLost("snap-1 in us-west-2", lost), isUnderLost("snap-1 in eu-west-1", lost)]).toStrictEqual([
    true,
    false,
  ]);
});

test("deletes no completed snapshot, for any vault and any lost key", () => {
  fc.assert(
    fc.property(arbitraryVault(), fc.constantFrom(...LOST), fc.nat(2), ({ world, policy }, state, n) => {
      const all = vaultKeysOf(policy);
      const lost = all[n % all.length]?.keyArn ?? "";
      const keys = Object.fromEntries(
        all.map(({ keyArn }) => [keyArn, { state: keyArn === lost ? state : "Enabled" }]),
      );
      const { actions } = planOf({ ...world, keys }, policy, OPEN, "r", NOW);
      const there = [...(world.snapshots ?? []), ...Object.values(world.copies).flat()];
      const completed = new Set(there.filter((one) => one.state === "completed").map((one) => one.snapshotId));
      const gone = actions.filter((one) => one.kind === "delete" && completed.has(one.snapshotId));
      expect(gone.filter((one) => one.kind === "delete" && one.because !== "failed")).toStrictEqual([]);
      const copied = actions.filter((one) => one.kind === "copy" && one.kmsKeyArn === lost);
      expect(copied).toStrictEqual([]);
    }),
  );
});

test("reports a lost key and a changed copy even if the primary region's snapshots can't be read", () => {
  const changed: Snapshot = { ...copyOf(old, "copy-old"), doubt: { of: "tags", what: "a tag" } };
  const { actions, problems } = planOf(
    { ...worldOf("Disabled", [changed]), snapshots: undefined },
    POLICY,
    undefined,
    "r",
    NOW,
  );
  expect(actions).toStrictEqual([]);
  expect(problems.map(({ kind }) => kind)).toStrictEqual(["key-not-enabled", "tampering"]);
});
