/** Which deletions take a recovery point: those after which no other snapshot of the same data is left. */
import { SAME_DATA_MS } from "../../../src/vault/inventory/sameSlot";
import { lossesOf } from "../../../src/vault/inventory/losses";
import { TAG } from "../../../src/vault/model/tags";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { DR, NOW, SLOT, copyOf, snapshot, standInOf } from "../../support/world";

const one = snapshot("one");
const POINT = `vol-1 ${SLOT}`;

const twin = (afterMs: number, extra: Partial<Snapshot> = {}) =>
  snapshot("twin", { startTimeMs: NOW + afterMs, ...extra, tags: { [TAG.slot]: SLOT } });

/** What goes of what is there, and which recovery point each takes. */
function lost(own: Snapshot[], ids: string[], dr?: typeof DR): [string, string][] {
  const deletions = ids.map((id) => deleteAction(id));
  return [...lossesOf(deletions, { own, ...(dr && { dr }) })];
}

test("the last snapshot of its data is one", () => {
  expect(lost([one], ["one"])).toStrictEqual([["one", POINT]]);
  expect(lost([one, snapshot("next", { startTimeMs: NOW + DAY_MS })], ["one"])).toStrictEqual([["one", POINT]]);
});

test("what a deletion is for changes nothing", () => {
  for (const because of ["retention", "redundant", "failed"] as const) {
    const losses = lossesOf([deleteAction("one", { because })], { own: [one] });
    expect([...losses]).toStrictEqual([["one", POINT]]);
  }
});

test.each<[string, Snapshot]>([
  ["a duplicate", twin(0)],
  ["one that was taken 15 minutes later", twin(SAME_DATA_MS)],
  ["one that was taken 15 minutes before", twin(-SAME_DATA_MS)],
  ["its encrypted copy beside it", standInOf(one, "twin")],
  ["one for another slot", snapshot("twin", { startTimeMs: NOW + 60_000 })],
])("%s that stays makes it none", (_what, other) => {
  expect(lost([one, other], ["one"])).toStrictEqual([]);
});

test.each<[string, Snapshot]>([
  ["goes too", { ...twin(0), snapshotId: "two" }],
  ["was taken later than 15 minutes after", twin(SAME_DATA_MS + 1)],
  ["was taken earlier than 15 minutes before", twin(-SAME_DATA_MS - 1)],
  ["is of another volume", twin(0, { volumeId: "vol-2" })],
  ["is pending", twin(0, { state: "pending" })],
  ["failed", twin(0, { state: "error" })],
  ["is on its way out of the Recycle Bin", twin(0, { state: "recovering" })],
  ["has changed tags", { ...twin(0), doubt: { of: "tags", what: "" } }],
  ["is not what it says", { ...twin(0), doubt: { of: "identity", what: "" } }],
  [
    "is an encrypted copy begun now of data of yesterday",
    {
      ...twin(0),
      identity: { ...one.identity, source: { volumeId: "vol-1", snapshotId: "old", startedMs: NOW - DAY_MS } },
    },
  ],
])("one beside it that %s is no twin", (_what, other) => {
  expect(lost([one, other], ["one", "two"])).toContainEqual(["one", POINT]);
});

test("two that go of one recovery point name the same", () => {
  const both = [one, twin(0)];
  expect(lost(both, ["one", "twin"])).toStrictEqual([
    ["one", POINT],
    ["twin", POINT],
  ]);
});

test("nothing is lost with what cannot be restored from", () => {
  const broken = ["pending", "error", "recoverable"].map((state) => snapshot(state, { state }));
  expect(lost(broken, ["pending", "error", "recoverable"])).toStrictEqual([]);
});

test("nothing is lost where nothing goes, or where what goes is not there", () => {
  expect(lost([one], [])).toStrictEqual([]);
  expect(lost([one], ["another"])).toStrictEqual([]);
});

describe("in a DR region", () => {
  const copy = copyOf(one, "one");

  test("a verified copy that stays is a twin, however much later it was made", () => {
    const other = copyOf(one, "twin", { startTimeMs: NOW + 9 * DAY_MS });
    expect(lost([copy, other], ["one"], DR)).toStrictEqual([]);
  });

  test.each<[string, Partial<Snapshot>]>([
    ["under another key", { kmsKeyId: "another" }],
    ["not encrypted", { encrypted: false }],
    ["in doubt", { doubt: { of: "tags", what: "" } }],
  ])("one that is %s is none", (_what, extra) => {
    const other = copyOf(one, "twin", extra);
    expect(lost([copy, other], ["one"], DR)).toStrictEqual([["one", POINT]]);
  });

  test("what is under another key is a recovery point that can be lost", () => {
    const other = copyOf(one, "one", { kmsKeyId: "another" });
    expect(lost([other], ["one"], DR)).toStrictEqual([["one", POINT]]);
  });
});
