/** Which snapshot of a volume and slot counts in the primary region, and what is said of the others. */
import { dedupe } from "../../../src/vault/inventory/dedupe";
import { sourceFinder } from "../../../src/vault/inventory/replacements";
import { copyExpiredTag } from "../../../src/vault/model/tags";
import { MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS, snapshot, standInOf } from "../../support/world";

const ENCRYPTING: CoreSettings = { ...SETTINGS, dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY };
const OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/other";
const plain = snapshot("plain");
const verified = standInOf(plain, "verified");
const rekeyed = standInOf(plain, "rekeyed", { kmsKeyId: OTHER_KEY });
const pending = standInOf(plain, "pending", { state: "pending" });
const failed = standInOf(plain, "failed", { state: "error" });
const twin = { ...plain, snapshotId: "twin", startTimeMs: NOW + MINUTE_MS };

/** The id that counts, and `id: why (but)` of the others. */
function judged(group: Snapshot[], policy = ENCRYPTING, near: string[] = []) {
  const distance = ({ snapshotId }: Snapshot) => (near.includes(snapshotId) ? 0 : 1);
  const { canonical, redundant } = dedupe(group, distance, policy);
  return [
    canonical.map(({ snapshotId }) => snapshotId).join(),
    ...redundant.map(({ snapshot, why, but }) => `${snapshot.snapshotId}: ${why} (${but ?? "now"})`),
  ];
}

test.each<[string, Snapshot[], string[]]>([
  ["a plain one alone", [plain], ["plain"]],
  ["what failed counts for nothing", [plain, failed], ["plain"]],
  [
    "a verified stand-in takes the place",
    [plain, verified],
    ["verified", "plain: its encrypted copy verified replaces it (now)"],
  ],
  ["a pending one does not", [plain, pending], ["plain", "pending: made to replace plain (it is pending)"]],
  [
    "nor one under another key",
    [plain, rekeyed],
    [
      "plain",
      `rekeyed: made to replace plain (it is under ${OTHER_KEY}, not ${PRIMARY_KEY}, until its replacement is verified)`,
    ],
  ],
  [
    "a verified one beside others",
    [plain, rekeyed, pending, verified],
    [
      "verified",
      "plain: its encrypted copy verified replaces it (now)",
      "rekeyed: a duplicate of verified (now)",
      "pending: a duplicate of verified (now)",
    ],
  ],
  ["one under another key, where there is nothing else", [rekeyed], ["rekeyed"]],
  ["nothing at all", [failed], [""]],
])("%s", (_what, group, expected) => {
  expect(judged(group)).toStrictEqual(expected);
  expect(judged([...group].reverse())).toStrictEqual(expected);
});

test("with no key configured whatever is encrypted takes the place, and what is not does not", () => {
  const { primaryKeyArn: _off, ...plainly } = ENCRYPTING;
  expect(judged([plain, rekeyed], plainly)[0]).toBe("rekeyed");
  expect(judged([plain, { ...verified, encrypted: false }], plainly)[0]).toBe("plain");
});

test("a verified stand-in of one of two duplicates waits while the other is nearer to all regions", () => {
  expect(judged([plain, twin, verified], ENCRYPTING, ["twin"])).toStrictEqual([
    "twin",
    "verified: made to replace twin (it is not needed yet, until its replacement is verified)",
    "plain: a duplicate of twin (now)",
  ]);
});

test("beside a snapshot that is encrypted itself a stand-in is a duplicate like others", () => {
  const encrypted = { ...twin, encrypted: true, kmsKeyId: PRIMARY_KEY };
  expect(judged([plain, verified, encrypted], ENCRYPTING, ["twin"])).toStrictEqual([
    "twin",
    "verified: a duplicate of twin (now)",
    "plain: a duplicate of twin (now)",
  ]);
});

describe("marks that an original got after its stand-in was made", () => {
  const mark = (of: Snapshot, ...regions: string[]): Snapshot => ({
    ...of,
    tags: { ...of.tags, ...Object.fromEntries(regions.map((one) => [copyExpiredTag(one), "x"])) },
  });
  const judge = (group: Snapshot[]) => dedupe(group, () => 0, ENCRYPTING);

  test("count for the stand-in, and are written on it before the original goes", () => {
    const { canonical, redundant } = judge([mark(plain, DR.region, DR2.region), mark(verified, DR.region)]);
    expect(canonical[0]?.tags[copyExpiredTag(DR2.region)]).toBeDefined();
    expect(redundant.map((one) => one.expiredCopyTag)).toStrictEqual([
      { snapshotId: "verified", regions: [DR2.region] },
    ]);
  });

  test("of a region that the stack does not have any more are left alone: the role may not write them", () => {
    const { redundant } = judge([mark(plain, "ap-south-1"), verified]);
    expect(redundant.map((one) => one.expiredCopyTag)).toStrictEqual([undefined]);
  });

  test("are nothing to another original's stand-in, nor to a duplicate", () => {
    const { redundant } = judge([mark(twin, DR.region), verified, mark(plain, DR.region), rekeyed]);
    const marks = redundant.map((one) => [one.snapshot.snapshotId, one.expiredCopyTag?.regions]);
    expect(marks.sort()).toStrictEqual([
      ["plain", [DR.region]],
      ["rekeyed", undefined],
      ["twin", undefined],
    ]);
  });
});

describe("the snapshot that an id stands for", () => {
  test("is itself, or of one that is gone the stand-in that counts", () => {
    const find = sourceFinder([rekeyed, verified], [verified]);
    expect(find("verified")).toBe(verified);
    expect(find("rekeyed")).toBe(rekeyed);
    expect(find("plain")).toBe(verified);
    expect(find("another")).toBeUndefined();
    expect(sourceFinder([plain, verified], [verified])("plain")).toBe(plain);
  });

  test("is the stand-in of one that is gone even while it is in doubt, but not before one that counts", () => {
    const doubted: Snapshot = { ...verified, doubt: { of: "tags", what: "its slot" } };
    const find = sourceFinder([doubted, rekeyed], [rekeyed]);
    expect(find("plain")).toBe(rekeyed);
    expect(sourceFinder([doubted], [])("plain")).toBe(doubted);
    expect(sourceFinder([{ ...doubted, state: "error" }], [])("plain")).toBeUndefined();
  });
});
