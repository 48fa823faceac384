/** Tests which snapshot of a volume and slot is canonical in the primary region, and what is said of the others. */
import { dedupe } from "../../../src/vault/inventory/dedupe";
import { sourceFinder } from "../../../src/vault/inventory/replacements";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS, snapshot, replacementOf } from "../../support/world";

const ENCRYPTING: CoreSettings = { ...SETTINGS, dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY };
const OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/other";
const plain = snapshot("plain");
const verified = replacementOf(plain, "verified");
const rekeyed = replacementOf(plain, "rekeyed", { kmsKeyId: OTHER_KEY });
const pending = replacementOf(plain, "pending", { state: "pending" });
const failed = replacementOf(plain, "failed", { state: "error" });
const twin = { ...plain, snapshotId: "twin", startTimeMs: NOW + MINUTE_MS };

/** Returns the canonical id, and `id: why (but)` of the others. */
function judged(group: Snapshot[], policy = ENCRYPTING, near: string[] = []) {
  const distance = ({ snapshotId }: Snapshot) => (near.includes(snapshotId) ? 0 : 1);
  const { canonical, redundant } = dedupe(group, distance, policy);
  return [
    canonical.map(({ snapshotId }) => snapshotId).join(),
    ...redundant.map(({ snapshot, why, but }) => `${snapshot.snapshotId}: ${why} (${but ?? "now"})`),
  ];
}

test.each<[string, Snapshot[], string[]]>([
  ["an unencrypted one alone", [plain], ["plain"]],
  ["a failed one that is never canonical", [plain, failed], ["plain"]],
  [
    "a verified replacement that takes the place",
    [plain, verified],
    ["verified", "plain: its encrypted copy verified replaces it (now)"],
  ],
  [
    "a pending replacement that does not",
    [plain, pending],
    ["plain", "pending: made to replace plain (it is pending)"],
  ],
  [
    "a replacement under another key that does not",
    [plain, rekeyed],
    [
      "plain",
      `rekeyed: made to replace plain (it is under ${OTHER_KEY}, not ${PRIMARY_KEY}, until its replacement is verified)`,
    ],
  ],
  [
    "a verified replacement beside others",
    [plain, rekeyed, pending, verified],
    [
      "verified",
      "plain: its encrypted copy verified replaces it (now)",
      "rekeyed: a duplicate of verified (now)",
      "pending: a duplicate of verified (now)",
    ],
  ],
  ["only one under another key", [rekeyed], ["rekeyed"]],
  ["nothing", [failed], [""]],
])("chooses the canonical snapshot of %s", (_what, group, expected) => {
  expect(judged(group)).toStrictEqual(expected);
  expect(judged([...group].reverse())).toStrictEqual(expected);
});

test("lets any encrypted replacement take the place if no key is configured, but not an unencrypted one", () => {
  const { primaryKeyArn: _off, ...plainly } = ENCRYPTING;
  expect(judged([plain, rekeyed], plainly)[0]).toBe("rekeyed");
  expect(judged([plain, { ...verified, encrypted: false }], plainly)[0]).toBe("plain");
});

test("keeps a verified replacement of one redundant snapshot waiting while another is nearer to all regions", () => {
  expect(judged([plain, twin, verified], ENCRYPTING, ["twin"])).toStrictEqual([
    "twin",
    "verified: made to replace twin (it is not needed yet, until its replacement is verified)",
    "plain: a duplicate of twin (now)",
  ]);
});

test("treats a replacement beside a snapshot that is itself encrypted as redundant like others", () => {
  const encrypted = { ...twin, encrypted: true, kmsKeyId: PRIMARY_KEY };
  expect(judged([plain, verified, encrypted], ENCRYPTING, ["twin"])).toStrictEqual([
    "twin",
    "verified: a duplicate of twin (now)",
    "plain: a duplicate of twin (now)",
  ]);
});

describe("DR copies in what is the primary region now", () => {
  const SIZE = { [TAG.volumeSizeGiB]: "8" };
  const drCopy = (id: string, extra: Partial<Snapshot> = {}) =>
    replacementOf(plain, id, { kmsKeyId: OTHER_KEY, startTimeMs: NOW + 5 * MINUTE_MS, tags: SIZE, ...extra });
  const copy = drCopy("copy");
  /** Returns `canonical / redundant ones / twins`, in both orders. */
  const parts = (group: Snapshot[], policy = ENCRYPTING, near: string[] = []) => {
    const said = [group, [...group].reverse()].map((one) => {
      const rank = ({ snapshotId }: Snapshot) => (near.includes(snapshotId) ? 0 : 1);
      const { canonical, redundant, twins } = dedupe(one, rank, policy);
      const lists = [canonical, redundant.map(({ snapshot: other }) => other), twins.map((twin) => twin.snapshot)];
      return lists.map((list) => list.map(({ snapshotId }) => snapshotId).join()).join(" / ");
    });
    expect(said[0]).toBe(said[1]);
    return said[0];
  };

  test.each<[string, Snapshot[], string]>([
    ["an original that stayed here", [plain, copy], "plain /  / copy"],
    ["an original that is encrypted itself", [{ ...plain, encrypted: true }, copy], "plain /  / copy"],
    ["a copy under the primary region's key", [plain, drCopy("same", { kmsKeyId: PRIMARY_KEY })], "plain /  / same"],
    ["an encrypted replacement", [verified, copy], "verified /  / copy"],
    ["an original and its replacement", [plain, verified, copy], "verified / plain / copy"],
    ["a copy of a retry, which is redundant", [plain, copy, drCopy("retry")], "plain / retry / copy"],
    ["a copy under a former key", [copy, drCopy("former", { kmsKeyId: PRIMARY_KEY })], "copy /  / former"],
    ["a copy that is pending", [plain, drCopy("pending-copy", { state: "pending" })], "plain /  / pending-copy"],
    ["a copy that failed", [plain, drCopy("failed-copy", { state: "error" })], "plain /  / "],
  ])("are kept beside %s", (_what, group, expected) => {
    expect(parts(group)).toBe(expected);
    const { primaryKeyArn: _off, ...plainly } = ENCRYPTING;
    expect(parts(group, plainly)).toBe(expected);
  });

  test("are canonical beside an original in the archive tier, which EC2 does not copy", () => {
    const archived: Snapshot = { ...plain, storageTier: "archive" };
    expect(parts([archived, copy])).toBe("copy /  / plain");
    expect(parts([archived, copy], ENCRYPTING, ["plain"])).toBe("plain /  / copy");
    expect(parts([archived, drCopy("archived-copy", { storageTier: "archive" })])).toBe("plain /  / archived-copy");
  });

  test("are canonical beside a redundant original that is not copied yet", () => {
    expect(parts([twin, copy], ENCRYPTING, ["copy"])).toBe("copy /  / twin");
  });
});

describe("copy-expired tags that an original got after its replacement was made", () => {
  const mark = (of: Snapshot, ...regions: string[]): Snapshot => ({
    ...of,
    tags: { ...of.tags, ...Object.fromEntries(regions.map((one) => [copyExpiredTag(one), "x"])) },
  });
  const judge = (group: Snapshot[]) => dedupe(group, () => 0, ENCRYPTING);

  test("count for the replacement, and are written on it before the original is deleted", () => {
    const { canonical, redundant } = judge([mark(plain, DR.region, DR2.region), mark(verified, DR.region)]);
    expect(canonical[0]?.tags[copyExpiredTag(DR2.region)]).toBeDefined();
    expect(redundant.map((one) => one.expiredCopyTag)).toStrictEqual([
      { snapshotId: "verified", regions: [DR2.region] },
    ]);
  });

  test("of a region that left the stack are left alone, because the role is not allowed to write them", () => {
    const { redundant } = judge([mark(plain, "ap-south-1"), verified]);
    expect(redundant.map((one) => one.expiredCopyTag)).toStrictEqual([undefined]);
  });

  test("do not count for another original's replacement or for a redundant snapshot", () => {
    const { redundant } = judge([mark(twin, DR.region), verified, mark(plain, DR.region), rekeyed]);
    const marks = redundant.map((one) => [one.snapshot.snapshotId, one.expiredCopyTag?.regions]);
    expect(marks.sort()).toStrictEqual([
      ["plain", [DR.region]],
      ["rekeyed", undefined],
      ["twin", undefined],
    ]);
  });
});

describe("the snapshot that an id refers to", () => {
  test("is that snapshot, or the canonical replacement of one that is gone", () => {
    const find = sourceFinder([rekeyed, verified], [verified]);
    expect(find("verified")).toBe(verified);
    expect(find("rekeyed")).toBe(rekeyed);
    expect(find("plain")).toBe(verified);
    expect(find("another")).toBeUndefined();
    expect(sourceFinder([plain, verified], [verified])("plain")).toBe(plain);
  });

  test("is the replacement of one that is gone even if it is in doubt, but only after a canonical one", () => {
    const doubted: Snapshot = { ...verified, doubt: { of: "tags", what: "its slot" } };
    const find = sourceFinder([doubted, rekeyed], [rekeyed]);
    expect(find("plain")).toBe(rekeyed);
    expect(sourceFinder([doubted], [])("plain")).toBe(doubted);
    expect(sourceFinder([{ ...doubted, state: "error" }], [])("plain")).toBeUndefined();
  });
});
