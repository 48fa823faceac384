/**
 * Tests several DR regions: a snapshot's state in each, and what a region that is behind or not seen means for the
 * others.
 */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { SAME_DATA_MS } from "../../../src/vault/inventory/sameSlot";
import { copyProgressRank, unsafeIn } from "../../../src/vault/inventory/drRegions";
import { planOf } from "../../support/planOf";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Doubt } from "../../../src/vault/model/identity";
import type { Snapshot, World } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { DR, DR2, NOW, SETTINGS, copyOf, keeping, sealedIn, snapshot } from "../../support/world";

const TWO: CoreSettings = { ...SETTINGS, dr: [DR, DR2] };
const one = snapshot("one", { startTimeMs: NOW - DAY_MS });
const DOUBT: Doubt = { of: "tags", what: "its slot" };
const west = copyOf(one, "west");
const ireland = copyOf(one, "ireland", sealedIn(DR2));

function worldOf(snapshots: Snapshot[], copies: World["copies"]): World {
  return { snapshots, copies, problems: [], throttled: [] };
}

function plan(snapshots: Snapshot[], copies: World["copies"], policy = TWO) {
  return planOf(worldOf(snapshots, copies), policy, undefined, "run-1", NOW);
}

/** Returns what is planned, in a word or two per action. */
function did(snapshots: Snapshot[], copies: World["copies"], policy = TWO): string[] {
  return plan(snapshots, copies, policy).actions.map((action) => {
    if (action.kind === "copy") return `copy ${action.sourceSnapshotId} to ${action.region}`;
    return action.kind === "delete" ? `delete ${action.snapshotId}` : action.kind;
  });
}

const marked = (...regions: string[]) =>
  snapshot("one", {
    startTimeMs: one.startTimeMs,
    tags: Object.fromEntries(regions.map((region) => [copyExpiredTag(region), "x"])),
  });

describe("the regions that are seen", () => {
  test("are listed in the stack's order, each with its key and the vault's own copies", () => {
    const foreign = copyOf(one, "foreign", { tags: { [TAG.vault]: "another" } });
    const seen = takeInventory(worldOf([], { [DR2.region]: [ireland], [DR.region]: [west, foreign] }), TWO).dr;
    expect(seen.map(({ dr, copies }) => [dr, copies])).toStrictEqual([
      [DR, [west]],
      [DR2, [ireland]],
    ]);
  });

  test("exclude those that could not be read and those that the stack does not have", () => {
    const copies = { [DR2.region]: [], "ap-south-1": [west] };
    expect(takeInventory(worldOf([], copies), TWO).dr.map(({ dr }) => dr)).toStrictEqual([DR2]);
  });
});

test.each<[string, Snapshot, Snapshot[], Snapshot[], number, string | undefined]>([
  ["verified in both", one, [west], [ireland], 0, undefined],
  ["expired in one, verified in the other", marked(DR2.region), [west], [], 1, undefined],
  ["expired in both", marked(DR.region, DR2.region), [], [], 2, undefined],
  ["missing in the first", one, [], [ireland], 4, "its copy in us-west-2 is missing"],
  ["missing in the second", one, [west], [], 4, "its copy in eu-west-1 is missing"],
  ["pending in the second", one, [west], [{ ...ireland, state: "pending" }], 2, "its copy in eu-west-1 is pending"],
  ["unusable in the second", one, [west], [{ ...ireland, state: "error" }], 3, "its copy in eu-west-1 is unusable"],
  [
    "under the other region's key",
    one,
    [west],
    [{ ...ireland, kmsKeyId: DR.keyArn }],
    3,
    "its copy in eu-west-1 is unusable",
  ],
  ["missing in both", one, [], [], 8, "its copy in us-west-2 is missing"],
  [
    "missing, and tagged copy-expired for another region",
    marked("ap-south-1"),
    [west],
    [],
    4,
    "its copy in eu-west-1 is missing",
  ],
  [
    "verified in one, and in doubt in the other",
    one,
    [west],
    [{ ...ireland, doubt: DOUBT }],
    4,
    "its copy in eu-west-1 is in doubt",
  ],
  [
    "verified in both, beside one in doubt",
    one,
    [west],
    [{ ...ireland, snapshotId: "twin", doubt: DOUBT }, ireland],
    0,
    undefined,
  ],
  [
    "tagged copy-expired for a region where it is pending and in doubt",
    marked(DR2.region),
    [west],
    [{ ...ireland, state: "pending", doubt: DOUBT }],
    1,
    "its copy in eu-west-1 is in doubt",
  ],
])("decides whether a snapshot whose copy is %s is safe", (_what, of, inWest, inIreland, distance, why) => {
  const seen = takeInventory(worldOf([of], { [DR.region]: inWest, [DR2.region]: inIreland }), TWO).dr;
  expect([copyProgressRank(seen)(of), unsafeIn(seen, of)]).toStrictEqual([distance, why]);
});

describe("a snapshot with several DR regions", () => {
  test("is copied to each region, under the key of that region", () => {
    const { actions } = plan([one], { [DR.region]: [], [DR2.region]: [] });
    expect(actions.map((a) => a.kind === "copy" && [a.region, a.kmsKeyArn, a.sourceRegion])).toStrictEqual([
      ["us-west-2", DR.keyArn, "us-east-1"],
      ["eu-west-1", DR2.keyArn, "us-east-1"],
    ]);
  });

  test("is copied only to the regions that are seen and lack it", () => {
    expect(did([one], { [DR.region]: [west], [DR2.region]: [] })).toStrictEqual(["copy one to eu-west-1"]);
    expect(did([one], { [DR.region]: [] })).toStrictEqual(["copy one to us-west-2"]);
    expect(did([one], {})).toStrictEqual([]);
  });

  const old = snapshot("old", { startTimeMs: NOW - 31 * DAY_MS });
  const oldWest = copyOf(old, "old-west");
  const oldIreland = copyOf(old, "old-ireland", sealedIn(DR2));

  test.each<[string, World["copies"], string[]]>([
    [
      "every region has a copy",
      { [DR.region]: [west, oldWest], [DR2.region]: [ireland, oldIreland] },
      ["delete old", "delete old-west", "delete old-ireland"],
    ],
    [
      "one region lacks a copy",
      { [DR.region]: [west, oldWest], [DR2.region]: [ireland] },
      ["copy old to eu-west-1", "delete old-west"],
    ],
    [
      "one region has a pending copy",
      { [DR.region]: [west, oldWest], [DR2.region]: [ireland, { ...oldIreland, state: "pending" }] },
      ["delete old-west"],
    ],
    ["one region is not seen", { [DR.region]: [west, oldWest] }, ["delete old-west"]],
    ["no region is seen", {}, []],
  ])("past its rules is deleted as follows if %s", (_what, copies, expected) => {
    expect(did([one, old], copies)).toStrictEqual(expected);
  });

  test("gets the copy-expired tag of each region whose copy expires", () => {
    const policy = { ...TWO, policies: keeping(90, 30) };
    const copies = { [DR.region]: [west, oldWest], [DR2.region]: [ireland, oldIreland] };
    const marks = plan([one, old], copies, policy).actions.map((a) => a.kind === "delete" && a.expiredCopyTag);
    expect(marks).toStrictEqual([
      { snapshotId: "old", regions: ["us-west-2"] },
      { snapshotId: "old", regions: ["eu-west-1"] },
    ]);
  });
});

describe("of two snapshots of a slot", () => {
  const slot = { [TAG.slot]: isoSeconds(NOW - DAY_MS) };
  const first = snapshot("a-first", { startTimeMs: NOW - 5 * HOUR_MS, tags: slot });
  const second = snapshot("b-second", {
    startTimeMs: NOW - 5 * HOUR_MS + SAME_DATA_MS,
    tags: slot,
  });

  test("the one that is nearest to being copied everywhere is canonical", () => {
    const copies = {
      [DR.region]: [copyOf(first, "first-west")],
      [DR2.region]: [copyOf(second, "second-ireland", sealedIn(DR2))],
    };
    expect(did([second, first], copies)).toStrictEqual(["copy a-first to eu-west-1"]);
    copies[DR.region] = [copyOf(second, "second-west")];
    expect(did([second, first], copies)).toStrictEqual(["delete a-first"]);
  });

  test("both are canonical if their data was not taken at one time", () => {
    const later = snapshot("c", { startTimeMs: second.startTimeMs + 1, tags: slot });
    expect(did([first, later], { [DR.region]: [], [DR2.region]: [] })).toStrictEqual([
      "copy a-first to us-west-2",
      "copy c to us-west-2",
      "copy a-first to eu-west-1",
      "copy c to eu-west-1",
    ]);
  });

  test("the canonical one's copies are kept in every region, even if the other's are older", () => {
    const pending = copyOf(first, "first-west", { state: "pending" });
    const young = copyOf(first, "young", { ...sealedIn(DR2), startTimeMs: NOW - HOUR_MS });
    const older = copyOf(second, "older", { ...sealedIn(DR2), startTimeMs: NOW - 2 * HOUR_MS });
    const copies = { [DR.region]: [pending], [DR2.region]: [young, older] };
    expect(did([first, second], copies)).toStrictEqual(["delete older"]);
  });
});
