/** Tests which deletions lose a recovery point: those after which no other snapshot of the same data is left. */
import { SAME_DATA_MS } from "../../../src/vault/inventory/sameSlot";
import { lossesOf } from "../../../src/vault/inventory/losses";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { DR, NOW, SLOT, copyOf, snapshot, replacementOf } from "../../support/world";

const one = snapshot("one");
const POINT = `vol-1 ${SLOT}`;

const twin = (afterMs: number, extra: Partial<Snapshot> = {}) =>
  snapshot("twin", { startTimeMs: NOW + afterMs, ...extra, tags: { [TAG.slot]: SLOT } });

/** Returns which recovery point each deletion loses. */
function lost(own: Snapshot[], ids: string[], dr?: typeof DR): [string, string][] {
  const deletions = ids.map((id) => deleteAction(id));
  return [...lossesOf(deletions, { own, ...(dr && { dr }) })];
}

test("counts the deletion of the last snapshot of its data as a loss", () => {
  expect(lost([one], ["one"])).toStrictEqual([["one", POINT]]);
  expect(lost([one, snapshot("next", { startTimeMs: NOW + DAY_MS })], ["one"])).toStrictEqual([["one", POINT]]);
});

test("counts a loss whatever the deletion is for", () => {
  for (const because of ["retention", "redundant", "failed"] as const) {
    const losses = lossesOf([deleteAction("one", { because })], { own: [one] });
    expect([...losses]).toStrictEqual([["one", POINT]]);
  }
});

test.each<[string, Snapshot]>([
  ["a redundant snapshot", twin(0)],
  ["one that was taken 15 minutes later", twin(SAME_DATA_MS)],
  ["one that was taken 15 minutes before", twin(-SAME_DATA_MS)],
  ["its encrypted copy beside it", replacementOf(one, "twin")],
  ["one for another slot", snapshot("twin", { startTimeMs: NOW + 60_000 })],
])("counts no loss if %s is kept", (_what, other) => {
  expect(lost([one, other], ["one"])).toStrictEqual([]);
});

test.each<[string, Snapshot]>([
  ["is deleted too", { ...twin(0), snapshotId: "two" }],
  ["was taken later than 15 minutes after", twin(SAME_DATA_MS + 1)],
  ["was taken earlier than 15 minutes before", twin(-SAME_DATA_MS - 1)],
  ["is of another volume", twin(0, { volumeId: "vol-2" })],
  ["is pending", twin(0, { state: "pending" })],
  ["failed", twin(0, { state: "error" })],
  ["is on its way out of the Recycle Bin", twin(0, { state: "recovering" })],
  ["has changed tags", { ...twin(0), doubt: { of: "tags", what: "" } }],
  ["is in contradiction to its Description", { ...twin(0), doubt: { of: "identity", what: "" } }],
  [
    "is an encrypted copy started now of yesterday's data",
    {
      ...twin(0),
      identity: { ...one.identity, source: { volumeId: "vol-1", snapshotId: "old", startedMs: NOW - DAY_MS } },
    },
  ],
])("counts a loss if the one beside it %s", (_what, other) => {
  expect(lost([one, other], ["one", "two"])).toContainEqual(["one", POINT]);
});

test("names the same loss for two deletions of one recovery point", () => {
  const both = [one, twin(0)];
  expect(lost(both, ["one", "twin"])).toStrictEqual([
    ["one", POINT],
    ["twin", POINT],
  ]);
});

test("counts no loss for a snapshot that cannot be restored from", () => {
  const broken = ["pending", "error", "recoverable"].map((state) => snapshot(state, { state }));
  expect(lost(broken, ["pending", "error", "recoverable"])).toStrictEqual([]);
});

test("counts no loss if nothing is deleted, or if the snapshot to delete is not there", () => {
  expect(lost([one], [])).toStrictEqual([]);
  expect(lost([one], ["another"])).toStrictEqual([]);
});

describe("in a DR region", () => {
  const copy = copyOf(one, "one");

  test("a verified copy that is kept prevents a loss, however much later it was made", () => {
    const other = copyOf(one, "twin", { startTimeMs: NOW + 9 * DAY_MS });
    expect(lost([copy, other], ["one"], DR)).toStrictEqual([]);
  });

  test.each<[string, Partial<Snapshot>]>([
    ["under another key", { kmsKeyId: "another" }],
    ["not encrypted", { encrypted: false }],
    ["in doubt", { doubt: { of: "tags", what: "" } }],
  ])("a copy that is %s prevents no loss", (_what, extra) => {
    const other = copyOf(one, "twin", extra);
    expect(lost([copy, other], ["one"], DR)).toStrictEqual([["one", POINT]]);
  });

  test("a copy under another key is a recovery point that can be lost", () => {
    const other = copyOf(one, "one", { kmsKeyId: "another" });
    expect(lost([other], ["one"], DR)).toStrictEqual([["one", POINT]]);
  });
});
