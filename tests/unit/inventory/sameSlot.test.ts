import fc from "fast-check";
import { type Group, bestFirst, dataStartMs, pointMs, sameVolumeAndSlot } from "../../../src/vault/inventory/sameSlot";
import { isClear, isOwn, isOwnCopy } from "../../../src/vault/identity/ownership";
import { TAG } from "../../../src/vault/model/tags/tags";
import { MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { NOW, SLOT, copyOf, snapshot, replacementOf } from "../../support/world";

describe("a snapshot that the vault made", () => {
  const made = snapshot("snap-1");
  const inDoubt = (of: "tags" | "identity"): Snapshot => ({ ...made, doubt: { of, what: "…" } });

  test("is its own while nothing contradicts the Description", () => {
    expect([isOwn(made), isClear(made)]).toStrictEqual([true, true]);
  });

  test("is still its own with other tags, but is in doubt", () => {
    expect([isOwn(inDoubt("tags")), isClear(inDoubt("tags"))]).toStrictEqual([true, false]);
  });

  test("is not its own if EC2's records contradict the Description", () => {
    expect([isOwn(inDoubt("identity")), isClear(inDoubt("identity"))]).toStrictEqual([false, false]);
  });

  test("is, in a DR region, one that says what it was made from", () => {
    expect([isOwnCopy(made), isOwnCopy(copyOf(made, "snap-c"))]).toStrictEqual([false, true]);
  });
});

describe("one slot's snapshots of a volume", () => {
  const at = (id: string, minutes: number) =>
    snapshot(id, { startTimeMs: NOW + minutes * MINUTE_MS, tags: { [TAG.slot]: SLOT } });
  const ids = (groups: Group[]) => groups.map((group) => [group].flat().map((one) => one.snapshotId));

  test("are the same recovery point if their data was taken within minutes", () => {
    expect(ids(sameVolumeAndSlot([at("a", 0), at("b", 15)]))).toStrictEqual([["a", "b"]]);
  });

  test("are two recovery points if their data was not, whatever slot they share", () => {
    expect(ids(sameVolumeAndSlot([at("b", 16), at("a", 0)]))).toStrictEqual([["a"], ["b"]]);
    const far = [at("c", 40), at("a", 0), at("b", 10)];
    expect(ids(sameVolumeAndSlot(far))).toStrictEqual([["a", "b"], ["c"]]);
  });
});

test("never count for a time after their data was taken", () => {
  const typed = snapshot("a", { startTimeMs: NOW, tags: { [TAG.slot]: "2099-01-01T00:00:00Z" } });
  expect(pointMs(typed)).toBe(NOW);
  const late = snapshot("a", { startTimeMs: NOW + 60_000, tags: { [TAG.slot]: SLOT } });
  expect(pointMs(late)).toBe(NOW);
});

test("have, as copies, data as old as the snapshot that held it first, whatever the tag says", () => {
  const made = snapshot("snap-1", { startTimeMs: NOW - 5_000 });
  const replacement = replacementOf(made, "stand-in", { startTimeMs: NOW });
  expect([made, replacement, copyOf(replacement, "copy")].map(dataStartMs)).toStrictEqual([
    NOW - 5_000,
    NOW - 5_000,
    NOW - 5_000,
  ]);
  const later = isoSeconds(NOW - 1_000);
  const spoilt = { ...replacement, tags: { ...replacement.tags, [TAG.sourceStarted]: later } };
  expect(dataStartMs(spoilt)).toBe(NOW - 5_000);
});

test("are grouped by volume and slot, each in one group", () => {
  const a = snapshot("a");
  const b = snapshot("b");
  const otherVolume = snapshot("c", { volumeId: "vol-2" });
  const otherSlot = snapshot("d", { startTimeMs: NOW - 1_000 });
  expect(sameVolumeAndSlot([a, otherVolume, b, otherSlot])).toStrictEqual([[a, b], otherVolume, otherSlot]);
});

test("are ranked to choose the best, then by age, then by id", () => {
  const good = snapshot("good");
  const older = snapshot("older", { startTimeMs: NOW - 2 });
  const young = snapshot("young", { startTimeMs: NOW - 1 });
  const twin = snapshot("twin", { startTimeMs: NOW - 1 });
  const rank = (s: Snapshot) => (s.snapshotId === "good" ? 0 : 1);
  expect(bestFirst([young, twin, older, good], rank)).toStrictEqual([good, older, twin, young]);
});

test("give the same best one in every order of a group", () => {
  const group = ["a", "b", "c", "d"].map((id, n) => snapshot(id, { startTimeMs: NOW - (n % 2) }));
  const best = bestFirst(group, () => 0);
  fc.assert(
    fc.property(fc.shuffledSubarray(group, { minLength: 4 }), (shuffled) => {
      expect(bestFirst(shuffled, () => 0)).toStrictEqual(best);
    }),
  );
});
