/** Tests retention of an instance's recovery points: whole, whatever happened to its volumes. */
import fc from "fast-check";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import type { Former } from "../../../src/vault/retention/former";
import { evaluate } from "../../../src/vault/retention/evaluate";
import type { PruneRules } from "../../../src/vault/retention/historyVerdict";
import { whyKept } from "../../../src/vault/retention/retentionVerdict";
import { setKeyOf, volumesOfSeveral } from "../../../src/vault/retention/recoverySets";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import type { Snapshot } from "../../../src/vault/model/world";
import { NOW, copyOf, snapshot } from "../../support/world";

/** Returns snapshots of `volumes`, some days ago, in a set that was to have as many or more. */
function night(days: number, volumes: string[], size = volumes.length, instanceId = "i-1"): Snapshot[] {
  const slot = isoSeconds(NOW - days * DAY_MS);
  return volumes.map((volumeId, index) =>
    snapshot(`${instanceId}/${volumeId}/${days}`, {
      volumeId,
      startTimeMs: NOW - days * DAY_MS + index * 1_000,
      tags: { [TAG.slot]: slot, [TAG.instance]: instanceId, [TAG.setSize]: String(size) },
    }),
  );
}

function goneBy(
  all: readonly Snapshot[],
  keep: KeepRules,
  {
    drKeep = keep,
    keepAtLeast = 1,
    other = keep,
  }: { drKeep?: KeepRules; keepAtLeast?: number; other?: KeepRules } = {},
): string[] {
  const rules: PruneRules = {
    rulesOf: (id) => ({ keep: id === "i-2" ? other : keep, drKeep, keepAtLeast }),
    shared: volumesOfSeveral(all),
    calendar: makeCalendar("UTC"),
    nowMs: NOW,
  };
  const verdict = evaluate({ snapshots: all, side: "keep", region: "us-east-1" }, rules);
  const { gone } = verdict;
  const isKept = (one: Snapshot) => whyKept(verdict, one) !== undefined;
  expect(all.filter((one) => isKept(one) === gone.has(one.snapshotId))).toStrictEqual([]);
  return [...gone.keys()].sort();
}

const THREE_DAYS = { retentionDays: 3 };

test("keeps the history of an instance whose root volume was replaced", () => {
  const before = [9, 40, 400].flatMap((days) => night(days, ["vol-old"]));
  const since = [0, 1].flatMap((days) => night(days, ["vol-new"]));
  expect(goneBy([...before, ...since], { yearly: 7, daily: 2 })).toStrictEqual(["i-1/vol-old/40"]);
});

test("keeps the last point of a replaced volume, whatever came after it", () => {
  const all = [...night(9, ["vol-old"]), ...night(10, ["vol-old"]), ...night(0, ["vol-new"])];
  expect(goneBy(all, THREE_DAYS)).toStrictEqual(["i-1/vol-old/10"]);
});

test("loses nothing of a data volume that was away for one run", () => {
  const months = [0, 30, 60, 90].flatMap((days) => night(days, days === 30 ? ["root"] : ["root", "data"]));
  expect(goneBy(months, { last: 4 })).toStrictEqual([]);
});

test("deletes a recovery point whole", () => {
  const all = [0, 4, 5].flatMap((days) => night(days, ["root", "data"]));
  expect(goneBy(all, THREE_DAYS)).toStrictEqual(["data/4", "data/5", "root/4", "root/5"].map((id) => `i-1/${id}`));
});

test("does not let nights when a volume failed take the place of complete nights", () => {
  const failing = [0, 1].flatMap((days) => night(days, ["root"], 2));
  const good = [2, 3, 4].flatMap((days) => night(days, ["root", "data"]));
  expect(goneBy([...failing, ...good], { last: 2 })).toStrictEqual(["i-1/data/4", "i-1/root/4"]);
});

test("keeps a shared volume for every instance that has a recovery point of that slot", () => {
  const mine = [0, 5].flatMap((days) => night(days, ["root-1", "shared"]));
  const theirs = [
    ...night(1, ["root-2", "shared"], 2, "i-2"),
    ...night(5, ["root-2"], 1, "i-2"),
    ...night(6, ["root-2"], 1, "i-2"),
  ];
  const all = [...mine, ...theirs];
  // With it the root, without which its data is worthless.
  expect(goneBy(all, { last: 1 }, { other: { last: 9 } })).toStrictEqual([]);
  expect(goneBy(all, { last: 1 }, { other: { last: 1 } })).toStrictEqual([
    "i-1/root-1/5",
    "i-1/shared/5",
    "i-2/root-2/5",
    "i-2/root-2/6",
  ]);
});

test("applies drKeep to DR copies in what is now the primary region, but not to encrypted replacements", () => {
  const originals = [0, 1, 2, 3].flatMap((days) => night(days, ["root"]));
  const toDr = { tags: { [TAG.volumeSizeGiB]: "8" } };
  const copies = originals.map((one) => copyOf(one, `copy of ${one.snapshotId}`, toDr));
  const replacements = originals.map((one) => copyOf(one, `stand-in of ${one.snapshotId}`));
  const drKeep = { last: 3 };
  expect(goneBy(copies, { last: 1 }, { drKeep })).toStrictEqual(["copy of i-1/root/3"]);
  expect(goneBy(replacements, { last: 1 }, { drKeep })).toHaveLength(3);
});

test("keeps or deletes recovery points whole, and keeps the newest of each volume, for any history", () => {
  const volumes = fc.subarray(["a", "b", "c"], { minLength: 1 });
  const nights = fc.array(fc.tuple(fc.nat(30), volumes), { minLength: 1, maxLength: 20 });
  const rules = fc.record({ last: fc.nat(3), daily: fc.nat(3), retentionDays: fc.nat(9) });
  fc.assert(
    fc.property(nights, rules, fc.integer({ min: 1, max: 2 }), (made, keep, keepAtLeast) => {
      const all = [...new Map(made)].flatMap(([days, ids]) => night(days, ids, 3));
      const gone = new Set(goneBy(all, keep, { keepAtLeast }));
      const sets = new Map<string, boolean>();
      for (const one of all) {
        const isGone = gone.has(one.snapshotId);
        expect(sets.get(setKeyOf(one)) ?? isGone).toBe(isGone);
        sets.set(setKeyOf(one), isGone);
      }
      for (const id of ["a", "b", "c"]) {
        const mine = all.filter(({ volumeId }) => volumeId === id);
        const newest = mine.sort((a, b) => b.startTimeMs - a.startTimeMs).slice(0, keepAtLeast);
        expect(newest.filter(({ snapshotId }) => gone.has(snapshotId))).toStrictEqual([]);
      }
    }),
  );
});

/** Returns what is decided for each snapshot, sorted: ids, reasons and the changes that they wait for or that released them. */
function outcomesOf(all: readonly Snapshot[], rules: PruneRules): unknown[] {
  const verdict = evaluate({ snapshots: all, side: "keep", region: "us-east-1" }, rules);
  const sorted = [...all].sort((a, b) => (a.snapshotId < b.snapshotId ? -1 : 1));
  return sorted.map((one) => {
    const held = verdict.held.get(one.snapshotId);
    const waits = held && [held.why, [...held.keys].sort(), [...held.fresh].sort()];
    const approved = [...new Set(verdict.approved.get(one.snapshotId))].sort();
    return [one.snapshotId, whyKept(verdict, one), verdict.gone.get(one.snapshotId), waits, approved];
  });
}

test("decides the same, for the same reasons, in whatever order EC2 lists the snapshots", () => {
  const volumes = fc.subarray(["a", "b", "c"], { minLength: 1 });
  const nights = fc.array(fc.tuple(fc.nat(9), fc.constantFrom("i-1", "i-2", "i-3"), volumes), {
    minLength: 1,
    maxLength: 9,
  });
  const keep = fc.record({ last: fc.nat(2), daily: fc.nat(2), retentionDays: fc.nat(5) });
  const formerOf = (unit: string, isOver: boolean): Former => ({
    rules: { keep: { last: 4 }, drKeep: { last: 4 }, keepAtLeast: 1 },
    calendar: makeCalendar("UTC"),
    keys: [`settings/2026-01-01T00:00:00Z ${unit}`],
    fresh: [],
    over: (sets) => sets,
    isThinned: false,
    endMs: Infinity,
    ...(isOver && { overFrom: isoSeconds(NOW) }),
  });
  const worlds = fc
    .tuple(nights, keep, keep, fc.integer({ min: 0, max: 2 }), fc.constantFrom("", "held", "over"))
    .chain((given) => {
      const made = new Map(given[0].map((night) => [`${night[0]} ${night[1]}`, night]));
      const all = [...made.values()].flatMap(([days, id, volumeIds]) => night(days, volumeIds, 3, id));
      return fc.tuple(fc.constant(given), fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
    });
  fc.assert(
    fc.property(worlds, ([[, mine, others, keepAtLeast, waits], all, shuffled]) => {
      const rules = (of: readonly Snapshot[]): PruneRules => ({
        rulesOf: (id) => ({ keep: id === "i-2" ? others : mine, drKeep: mine, keepAtLeast }),
        shared: volumesOfSeveral(of),
        calendar: makeCalendar("UTC"),
        nowMs: NOW,
        ...(waits !== "" && {
          formersOf: (unit: string) => (/^(i-1|[ab])$/.test(unit) ? [formerOf(unit, waits === "over")] : []),
        }),
      });
      expect(outcomesOf(shuffled, rules(shuffled))).toStrictEqual(outcomesOf(all, rules(all)));
    }),
    { numRuns: 1_000 },
  );
});
