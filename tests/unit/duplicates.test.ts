import fc from "fast-check";
import {
  bestFirst,
  dataStartMs,
  isOwn,
  isOwnCopy,
  sameVolumeAndSlot,
} from "../../src/vault/duplicates";
import { TAG } from "../../src/vault/tags";
import type { Snapshot } from "../../src/vault/types";
import { NOW, SETTINGS, copyOf, snapshot, standInOf } from "../support/world";

const { vaultId } = SETTINGS;

function without(from: Snapshot, tag: string): Snapshot {
  const tags = Object.fromEntries(Object.entries(from.tags).filter(([key]) => key !== tag));
  return { ...from, tags };
}

describe("what the vault made", () => {
  const made = snapshot("snap-1");

  test("is told by its four tags", () => {
    expect(isOwn(made, vaultId)).toBe(true);
  });

  test.each([TAG.vault, TAG.instance, TAG.slot, TAG.run])("is not what lacks %s", (tag) => {
    expect(isOwn(without(made, tag), vaultId)).toBe(false);
  });

  test("is not what another vault made", () => {
    expect(isOwn(made, "smart-vault-tes")).toBe(false);
  });

  test("is not a copy that has lost the tag with its volume: EC2 says the same one of all copies", () => {
    const standIn = standInOf(made, "stand-in");
    expect(isOwn(standIn, vaultId)).toBe(true);
    const lost = without({ ...standIn, volumeId: "vol-ffffffff" }, TAG.sourceVolume);
    expect(isOwn(lost, vaultId)).toBe(false);
    expect(isOwn(without(lost, TAG.sourceSnapshot), vaultId)).toBe(false);
    expect(isOwn({ ...lost, volumeId: "vol-1" }, vaultId)).toBe(false);
  });

  test("is, of copies, one that says its snapshot and volume", () => {
    const copy = copyOf(made, "snap-c");
    expect(isOwnCopy(copy, vaultId)).toBe(true);
    expect(isOwnCopy(without(copy, TAG.sourceSnapshot), vaultId)).toBe(false);
    expect(isOwnCopy(without(copy, TAG.sourceVolume), vaultId)).toBe(false);
    expect(isOwnCopy(without(copy, TAG.run), vaultId)).toBe(false);
  });
});

test("the data of a copy is as old as the snapshot that held it first, whatever the tag says else", () => {
  const made = snapshot("snap-1", { startTimeMs: NOW - 5_000 });
  const standIn = standInOf(made, "stand-in", { startTimeMs: NOW });
  expect([made, standIn, copyOf(standIn, "copy")].map(dataStartMs)).toStrictEqual([
    NOW - 5_000,
    NOW - 5_000,
    NOW - 5_000,
  ]);
  const spoilt = { ...standIn, tags: { ...standIn.tags, [TAG.sourceStarted]: "last night" } };
  expect(dataStartMs(spoilt)).toBe(NOW);
});

test("snapshots are grouped by volume and slot, each in one group", () => {
  const a = snapshot("a");
  const b = snapshot("b");
  const otherVolume = snapshot("c", { volumeId: "vol-2" });
  const otherSlot = snapshot("d", { startTimeMs: NOW - 1_000 });
  expect(sameVolumeAndSlot([a, otherVolume, b, otherSlot])).toStrictEqual([
    [a, b],
    [otherVolume],
    [otherSlot],
  ]);
});

test("the best is chosen by rank, then age, then id", () => {
  const good = snapshot("good");
  const older = snapshot("older", { startTimeMs: NOW - 2 });
  const young = snapshot("young", { startTimeMs: NOW - 1 });
  const twin = snapshot("twin", { startTimeMs: NOW - 1 });
  const rank = (s: Snapshot) => (s.snapshotId === "good" ? 0 : 1);
  expect(bestFirst([young, twin, older, good], rank)).toStrictEqual([good, older, twin, young]);
});

test("every order of a group gives the same best", () => {
  const group = ["a", "b", "c", "d"].map((id, n) => snapshot(id, { startTimeMs: NOW - (n % 2) }));
  const best = bestFirst(group, () => 0);
  fc.assert(
    fc.property(fc.shuffledSubarray(group, { minLength: 4 }), (shuffled) => {
      expect(bestFirst(shuffled, () => 0)).toStrictEqual(best);
    }),
  );
});
