/**
 * Tests encrypted replacements in the primary region, from the unencrypted snapshot to its deletion: see docs/adr/0012.
 */
import { replacementTags } from "../../../src/vault/plan/copies/copyTags";
import { planOf } from "../../support/planOf";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Doubt } from "../../../src/vault/model/identity";
import type { Plan } from "../../../src/vault/model/actions";
import type { CoreSettings } from "../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../src/vault/model/world";
import {
  DR,
  DR2,
  NOW,
  PRIMARY_KEY,
  SETTINGS,
  copyOf,
  inDr,
  sealedIn,
  snapshot,
  replacementOf,
} from "../../support/world";

const ENCRYPTING: CoreSettings = { ...SETTINGS, primaryKeyArn: PRIMARY_KEY };
const OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/other";
const plain = snapshot("plain", { startTimeMs: NOW - DAY_MS });
const CHANGED: Doubt = { of: "tags", what: "its slot" };
const plainCopy = copyOf(plain, "plain-copy");
const verified = replacementOf(plain, "verified");

function plan(snapshots: Snapshot[], copies: World["copies"] = {}, policy: CoreSettings = ENCRYPTING): Plan {
  const world: World = { snapshots, copies, problems: [], throttled: [] };
  return planOf(world, policy, undefined, "run-1", NOW);
}

/** Returns `copy <source> to <region>` and `delete <snapshot>: <reason>`, as planned. */
function did({ actions }: Plan): string[] {
  return actions.map((action) => {
    if (action.kind === "copy") return `copy ${action.sourceSnapshotId} to ${action.region}`;
    return action.kind === "delete" ? `delete ${action.snapshotId}: ${action.reason}` : action.kind;
  });
}

function keptFor({ kept }: Plan, id: string): string[] {
  return kept.filter(({ snapshotId }) => snapshotId === id).map(({ reason }) => reason);
}

describe("an encrypted replacement is made", () => {
  test("from an unencrypted snapshot, in its own region, under the key, with all its tags", () => {
    expect(plan([plain], inDr([plainCopy])).actions).toStrictEqual([
      {
        kind: "copy",
        region: "us-east-1",
        sourceSnapshotId: "plain",
        sourceRegion: "us-east-1",
        kmsKeyArn: PRIMARY_KEY,
        sinceMs: plain.startTimeMs,
        tags: replacementTags(plain, 49),
        identity: {
          vaultId: "smart-vault-test",
          instanceId: "i-1",
          slot: "2026-11-21T03:00:00Z",
          source: { snapshotId: "plain", volumeId: "vol-1", startedMs: plain.startTimeMs },
        },
        reason: "no copy yet",
      },
    ]);
  });

  test("with the stack's tags, like the copies of others", () => {
    const policy = { ...ENCRYPTING, tags: { CostCenter: "4711" } };
    const { actions } = plan([plain], inDr([]), policy);
    const copies = actions.filter((action) => action.kind === "copy");
    expect(copies.map(({ region }) => region).sort()).toStrictEqual(["us-east-1", "us-west-2"]);
    expect(copies.map(({ tags }) => tags.CostCenter)).toStrictEqual(copies.map(() => "4711"));
  });

  test.each<[string, Snapshot[], CoreSettings]>([
    ["an encrypted snapshot", [{ ...plain, encrypted: true, kmsKeyId: OTHER_KEY }], ENCRYPTING],
    ["a pending snapshot", [{ ...plain, state: "pending" }], ENCRYPTING],
    ["a failed snapshot", [{ ...plain, state: "error" }], ENCRYPTING],
    ["a snapshot on its way out of the Recycle Bin", [{ ...plain, state: "recovering" }], ENCRYPTING],
    ["another vault's snapshot", [snapshot("plain", { tags: { [TAG.vault]: "v" } })], ENCRYPTING],
    ["a snapshot whose tags were changed", [{ ...plain, doubt: CHANGED }], ENCRYPTING],
    ["a snapshot with a verified replacement", [plain, verified], ENCRYPTING],
    ["a snapshot with a pending replacement", [plain, { ...verified, state: "pending" }], ENCRYPTING],
    ["a snapshot of a stack that does not encrypt", [plain], SETTINGS],
  ])("but not from %s", (_what, snapshots, policy) => {
    const { actions } = plan(snapshots, inDr([plainCopy]), policy);
    expect(actions.filter((action) => action.kind === "copy")).toStrictEqual([]);
  });

  test.each([PRIMARY_KEY, OTHER_KEY])("beside a copy under %s that was made here for a DR region", (kmsKeyId) => {
    const copy = replacementOf(plain, "dr-copy", { kmsKeyId, tags: { [TAG.volumeSizeGiB]: "8" } });
    const made = plan([plain, copy], inDr([plainCopy]));
    expect(did(made)).toStrictEqual(["copy plain to us-east-1"]);
    expect(made.problems).toStrictEqual([]);
    expect(did(plan([plain, copy, verified], inDr([plainCopy])))).toStrictEqual([
      "delete plain: its encrypted copy verified replaces it",
    ]);
  });

  test("not from an unencrypted copy that was made here for a DR region", () => {
    const tags = { [TAG.volumeSizeGiB]: "8" };
    const copy = replacementOf(plain, "dr-copy", { encrypted: false, kmsKeyId: undefined, tags });
    expect(did(plan([copy], inDr([plainCopy])))).toStrictEqual([]);
  });

  test("only from the snapshot that is kept, not from one past its rules", () => {
    const old = snapshot("old", { startTimeMs: NOW - 31 * DAY_MS });
    expect(did(plan([old, plain], inDr([copyOf(old, "old-copy"), plainCopy])))).toStrictEqual([
      "copy plain to us-east-1",
      "delete old: 31 days old, kept for 30 days",
      "delete old-copy: 31 days old, kept for 30 days",
    ]);
  });

  test("only from the canonical one of two redundant snapshots", () => {
    const slot = { [TAG.slot]: isoSeconds(plain.startTimeMs) };
    const twin = snapshot("a-twin", { startTimeMs: plain.startTimeMs + 1, tags: slot });
    const { actions } = plan([twin, plain], inDr([plainCopy]));
    expect(actions.map((a) => a.kind === "copy" && a.sourceSnapshotId)).toStrictEqual(["plain", false]);
  });

  test("while no DR region can be seen, but not from what would be deleted", () => {
    const old = snapshot("old", { startTimeMs: NOW - 31 * DAY_MS });
    expect(did(plan([old, plain], {}))).toStrictEqual(["copy plain to us-east-1"]);
    const two = { ...ENCRYPTING, dr: [DR, DR2] };
    const seen = inDr([plainCopy, copyOf(old, "old-copy")]);
    expect(did(plan([old, plain], seen, two))).toStrictEqual([
      "copy plain to us-east-1",
      "delete old-copy: 31 days old, kept for 30 days",
    ]);
  });
});

describe("an original is deleted", () => {
  const GOES = ["delete plain: its encrypted copy verified replaces it"];

  test("once its replacement and the DR copy are verified, even if the copy was made from the original", () => {
    const done = plan([plain, verified], inDr([plainCopy]));
    expect(did(done)).toStrictEqual(GOES);
    expect(keptFor(done, "verified")).toStrictEqual(["within 30 days, the newest of i-1"]);
  });

  test.each<[string, Partial<Snapshot>, string]>([
    ["pending", { state: "pending" }, "it is pending"],
    [
      "failed",
      { state: "recovering" },
      "it is in state recovering: EC2 gives no reason, until its replacement is verified",
    ],
    [
      "under another key",
      { kmsKeyId: OTHER_KEY },
      `it is under ${OTHER_KEY}, not ${PRIMARY_KEY}, until its replacement is verified`,
    ],
    ["not encrypted", { encrypted: false }, "it is not encrypted, until its replacement is verified"],
  ])("but not while its replacement is %s, which is kept too", (_what, extra, but) => {
    const done = plan([plain, { ...verified, ...extra }], inDr([plainCopy]));
    expect(did(done).filter((line) => line.startsWith("delete"))).toStrictEqual([]);
    expect(keptFor(done, "verified")).toStrictEqual([`made to replace plain, but ${but}`]);
  });

  test.each<[string, Snapshot[], string[]]>([
    ["missing", [], ["copy verified to us-west-2"]],
    ["pending", [{ ...plainCopy, state: "pending" }], []],
    ["unusable", [{ ...plainCopy, state: "error" }], ["copy verified to us-west-2"]],
  ])("but not while the DR copy is %s", (coverage, copies, expected) => {
    const done = plan([plain, verified], inDr(copies));
    expect(did(done)).toStrictEqual(expected);
    expect(keptFor(done, "plain")).toStrictEqual([
      `its encrypted copy verified replaces it, but its copy in us-west-2 is ${coverage}`,
    ]);
  });

  test("but not while one of two DR regions has no copy yet or can't be seen", () => {
    const two = { ...ENCRYPTING, dr: [DR, DR2] };
    expect(did(plan([plain, verified], { ...inDr([plainCopy]), [DR2.region]: [] }, two))).toStrictEqual([
      "copy verified to eu-west-1",
    ]);
    expect(did(plan([plain, verified], inDr([plainCopy]), two))).toStrictEqual([]);
    const both = { ...inDr([plainCopy]), [DR2.region]: [copyOf(verified, "c", sealedIn(DR2))] };
    expect(did(plan([plain, verified], both, two))).toStrictEqual(GOES);
  });

  test("even if the stack no longer encrypts, whatever the replacement's key", () => {
    for (const kmsKeyId of [PRIMARY_KEY, OTHER_KEY]) {
      expect(did(plan([plain, { ...verified, kmsKeyId }], inDr([plainCopy]), SETTINGS))).toStrictEqual(GOES);
    }
  });
});

describe("an encrypted replacement whose original is gone", () => {
  test.each([
    ["encrypting", ENCRYPTING],
    ["no longer encrypting", SETTINGS],
  ])("is kept and not copied again: %s", (_what, policy) => {
    const done = plan([verified], inDr([plainCopy]), policy);
    expect(did(done)).toStrictEqual([]);
    expect(keptFor(done, "verified")).toStrictEqual(["within 30 days, the newest of i-1"]);
  });

  test("is as old as its original, from which retentionDays count", () => {
    const made = { startTimeMs: NOW - HOUR_MS };
    const ofDay = (day: number) => snapshot(`day-${day}`, { startTimeMs: NOW - day * DAY_MS });
    const old = replacementOf(ofDay(31), "old", made);
    const young = replacementOf(ofDay(29), "young", made);
    const copies = [copyOf(ofDay(31), "c-31"), copyOf(ofDay(29), "c-29")];
    expect(did(plan([old, young], inDr(copies)))).toStrictEqual([
      "delete old: 31 days old, kept for 30 days",
      "delete c-31: 31 days old, kept for 30 days",
    ]);
  });

  test("is canonical and is copied if it is all there is, even under a former key", () => {
    const before = { ...verified, kmsKeyId: OTHER_KEY };
    const done = plan([before], inDr([]));
    expect(did(done)).toStrictEqual(["copy verified to us-west-2"]);
    expect(keptFor(done, "verified")).toStrictEqual(["within 30 days, the newest of i-1"]);
  });
});

describe("a DR copy of an encrypted replacement", () => {
  const old = snapshot("old", { startTimeMs: NOW - 31 * DAY_MS });
  const replacement = replacementOf(old, "stand-in", { startTimeMs: NOW - 2 * DAY_MS });
  const oldCopy = copyOf(old, "old-copy");
  const newest = snapshot("newest", { encrypted: true, kmsKeyId: OTHER_KEY });
  const LONG: CoreSettings = {
    ...ENCRYPTING,
    policies: { true: { keep: { retentionDays: 90 }, drKeep: { retentionDays: 30 } } },
  };
  const marksOf = ({ actions }: Plan) =>
    actions.flatMap((a) => (a.kind === "delete" && a.expiredCopyTag !== undefined ? [a.expiredCopyTag] : []));

  test("leaves its copy-expired tag on the canonical snapshot, wherever that is in the list", () => {
    const unverified = replacementOf(old, "a-unverified", { kmsKeyId: OTHER_KEY });
    const failed = replacementOf(old, "b-failed", { state: "error", startTimeMs: NOW - HOUR_MS });
    for (const snapshots of [
      [unverified, failed, replacement, newest],
      [newest, replacement, failed, unverified],
    ]) {
      const done = plan(snapshots, inDr([oldCopy, copyOf(newest, "newest-copy")]), LONG);
      expect(marksOf(done)).toStrictEqual([{ snapshotId: "stand-in", regions: ["us-west-2"] }]);
    }
  });

  test("leaves its copy-expired tag on the replacement if it expires as its original is deleted", () => {
    const done = plan([old, replacement, newest], inDr([oldCopy, copyOf(newest, "newest-copy")]), LONG);
    expect(did(done)).toStrictEqual([
      "delete old: its encrypted copy stand-in replaces it",
      "delete old-copy: 31 days old, kept for 30 days",
    ]);
    expect(marksOf(done)).toStrictEqual([{ snapshotId: "stand-in", regions: ["us-west-2"] }]);
  });

  test("is not made again if it expired with its original, whose copy-expired tag is handed on", () => {
    const marked = { ...old, tags: { ...old.tags, [copyExpiredTag(DR.region)]: "2026-11-20T03:00:00Z" } };
    const there = inDr([copyOf(newest, "newest-copy")]);
    const done = plan([marked, replacement, newest], there, LONG);
    expect(did(done)).toStrictEqual(["delete old: its encrypted copy stand-in replaces it"]);
    expect(marksOf(done)).toStrictEqual([{ snapshotId: "stand-in", regions: ["us-west-2"] }]);
    const known = { ...replacement, tags: { ...replacement.tags, [copyExpiredTag(DR.region)]: "x" } };
    expect(marksOf(plan([marked, known, newest], there, LONG))).toStrictEqual([]);
  });

  test("counts for an original that becomes canonical again", () => {
    const rekeyed = { ...verified, kmsKeyId: OTHER_KEY };
    const { actions } = plan([plain], inDr([]));
    expect(actions.map(({ kind, region }) => `${kind} ${region}`)).toStrictEqual(["copy us-west-2", "copy us-east-1"]);
    const ofStandIn = plan([verified], inDr([])).actions.map((a) => (a.kind === "copy" ? a.tags : {}));
    const copy = { ...copyOf(verified, "of-verified"), tags: ofStandIn[0] ?? {} };
    expect(did(plan([plain, rekeyed], inDr([copy])))).toStrictEqual(["copy plain to us-east-1"]);
  });
});

describe("the copies of a replacement without its original and with changed tags", () => {
  const old = replacementOf(snapshot("old", { startTimeMs: NOW - 60 * DAY_MS }), "old-stand-in");
  const copies = inDr([copyOf(old, "old-copy"), copyOf(verified, "copy")]);

  test("are deleted by their rules while nothing is in doubt", () => {
    expect(did(plan([old, verified], copies)).filter((one) => one.startsWith("delete old-copy"))).toHaveLength(1);
  });

  test("are kept, because the vault writes no copy-expired tag on what somebody changed", () => {
    const { actions, kept } = plan([{ ...old, doubt: CHANGED }, verified], copies);
    expect(actions).toStrictEqual([]);
    expect(kept.find(({ snapshotId }) => snapshotId === "old-copy")?.reason).toMatch(
      /its source old-stand-in is in doubt$/,
    );
  });
});
