import fc from "fast-check";
import {
  type RetentionPoint,
  newestFirst,
  newestOfEachVolume,
  retention,
} from "../../src/vault/retention";
import { DAY_MS } from "../../src/vault/time";
import { NOW } from "../support/world";

const points: fc.Arbitrary<RetentionPoint[]> = fc
  .array(
    fc.record({
      volumeId: fc.constantFrom("vol-1", "vol-2", "vol-3"),
      startTimeMs: fc.integer({ min: -60, max: 5 }).map((days) => NOW + days * DAY_MS),
      slotMs: fc.option(
        fc.integer({ min: -60, max: 5 }).map((days) => NOW + days * DAY_MS),
        { nil: undefined },
      ),
    }),
    { maxLength: 30 },
  )
  .map((list) => list.map((point, index) => ({ snapshotId: `snap-${index}`, ...point })));
const days = fc.integer({ min: 1, max: 50 });

const ids = (list: readonly { snapshotId: string }[]) => list.map((p) => p.snapshotId).sort();

test("every point comes back once, kept or removed, with a reason", () => {
  fc.assert(
    fc.property(points, days, (list, retentionDays) => {
      const { keep, remove } = retention(list, retentionDays, NOW);
      expect(ids([...keep, ...remove])).toStrictEqual(ids(list));
      expect([...keep, ...remove].filter(({ reason }) => reason === "")).toStrictEqual([]);
    }),
  );
});

test("the newest of each volume is never removed, nor one from the future or within the days", () => {
  fc.assert(
    fc.property(points, days, (list, retentionDays) => {
      const removed = new Set(retention(list, retentionDays, NOW).remove.map((p) => p.snapshotId));
      for (const volumeId of new Set(list.map((p) => p.volumeId))) {
        const newest = list.filter((p) => p.volumeId === volumeId).sort(newestFirst)[0];
        expect(removed).not.toContain(newest?.snapshotId);
      }
      const young = list.filter((p) => NOW - p.startTimeMs <= retentionDays * DAY_MS);
      expect(young.filter((p) => removed.has(p.snapshotId))).toStrictEqual([]);
    }),
  );
});

test("what is older than the days goes, unless it is its volume's newest", () => {
  fc.assert(
    fc.property(points, days, (list, retentionDays) => {
      const newest = newestOfEachVolume(list);
      const old = list.filter((p) => NOW - p.startTimeMs > retentionDays * DAY_MS);
      expect(ids(retention(list, retentionDays, NOW).remove)).toStrictEqual(
        ids(old.filter((p) => !newest.has(p.snapshotId))),
      );
    }),
  );
});

test("what was kept is kept again", () => {
  fc.assert(
    fc.property(points, days, (list, retentionDays) => {
      const { keep } = retention(list, retentionDays, NOW);
      const kept = list.filter((p) => keep.some((k) => k.snapshotId === p.snapshotId));
      expect(retention(kept, retentionDays, NOW)).toStrictEqual({ keep, remove: [] });
    }),
  );
});

test("the order of the points does not matter", () => {
  const shuffled = points.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, days, ([list, other], retentionDays) => {
      expect(retention(other, retentionDays, NOW)).toStrictEqual(
        retention(list, retentionDays, NOW),
      );
    }),
  );
});

test("more days never remove more", () => {
  fc.assert(
    fc.property(points, days, days, (list, some, more) => {
      const removedWith = (n: number) => ids(retention(list, n, NOW).remove);
      const fewer = new Set(removedWith(some));
      expect(removedWith(some + more).filter((id) => !fewer.has(id))).toStrictEqual([]);
    }),
  );
});

test("the border is whole: a point as old as the days is kept, a millisecond more is not", () => {
  const at = (snapshotId: string, ageMs: number) => ({
    snapshotId,
    volumeId: "vol-1",
    startTimeMs: NOW - ageMs,
  });
  const list = [at("new", 0), at("border", 7 * DAY_MS), at("over", 7 * DAY_MS + 1)];
  expect(retention(list, 7, NOW)).toStrictEqual({
    keep: [
      { snapshotId: "new", reason: "within 7 days" },
      { snapshotId: "border", reason: "within 7 days" },
    ],
    remove: [{ snapshotId: "over", reason: "7 days old, kept for 7 days" }],
  });
});

test("an old point that is the only one is kept, and the reason names its volume", () => {
  const only = { snapshotId: "last", volumeId: "vol-9", startTimeMs: NOW - 400 * DAY_MS };
  expect(retention([only], 7, NOW).keep).toStrictEqual([
    { snapshotId: "last", reason: "the newest of vol-9" },
  ]);
});

test("a copy that was made late of an older slot is not the newest", () => {
  const older = { snapshotId: "a", volumeId: "v", startTimeMs: NOW - 1, slotMs: NOW - 9 * DAY_MS };
  const newer = { snapshotId: "b", volumeId: "v", startTimeMs: NOW - 2, slotMs: NOW - 8 * DAY_MS };
  expect([...newestOfEachVolume([older, newer])]).toStrictEqual(["b"]);
});
