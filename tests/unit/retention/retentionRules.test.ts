/**
 * Tests what holds for retention with all histories and rules. For the reasons of each point see
 * retentionOracle.test.ts.
 */
import fc from "fast-check";
import { isEmpty } from "../../../src/vault/retention/keepRules";
import type { RetentionPoint } from "../../../src/vault/retention/retention";
import { HOUR_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import {
  COUNTED,
  RUNS,
  dataMs,
  decide,
  floors,
  points,
  rules,
  sorted,
  without,
  zones,
} from "../../support/arbitraryPoints";
import { NOW } from "../../support/world";

test("returns every point once, newest first, with its reasons", () => {
  fc.assert(
    fc.property(points, rules, floors, zones, (list, keep, floor, zone) => {
      const result = decide(list, keep, floor, zone);
      const newestToOldest = sorted(list).map(({ snapshotId }) => snapshotId);
      for (const ids of [result.keep, result.remove]) {
        expect(ids).toStrictEqual(newestToOldest.filter((id) => ids.includes(id)));
      }
      expect(new Set([...result.keep, ...result.remove])).toStrictEqual(new Set(newestToOldest));
      expect(result.keep.length + result.remove.length).toBe(list.length);
      for (const reasons of result.reasons.values()) {
        expect(reasons).not.toContain("");
        expect(new Set(reasons).size).toBe(reasons.length);
      }
    }),
    RUNS,
  );
});

test("keeps as many of the newest points as the floor says", () => {
  fc.assert(
    fc.property(points, rules, floors, zones, (list, keep, floor, zone) => {
      const newest = sorted(list).slice(0, floor);
      const { remove } = decide(list, keep, floor, zone);
      expect(newest.filter(({ snapshotId }) => remove.includes(snapshotId))).toStrictEqual([]);
    }),
    RUNS,
  );
});

test("decides the same in any order of the points", () => {
  const shuffled = points.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, rules, floors, ([list, other], keep, floor) => {
      expect(decide(other, keep, floor)).toStrictEqual(decide(list, keep, floor));
    }),
    RUNS,
  );
});

test("keeps again what it kept, for the same reasons, though one may now be the oldest too", () => {
  fc.assert(
    fc.property(points, rules, floors, zones, (list, keep, floor, zone) => {
      const first = decide(list, keep, floor, zone);
      const left = list.filter(({ snapshotId }) => first.keep.includes(snapshotId));
      const again = decide(left, keep, floor, zone);
      expect([again.keep, again.remove]).toStrictEqual([first.keep, []]);
      for (const id of first.keep) {
        const reasons = first.reasons.get(id) ?? [];
        const more = without(again.reasons.get(id) ?? [], reasons);
        expect(without(reasons, again.reasons.get(id) ?? [])).toStrictEqual([]);
        expect(more.filter((reason) => !reason.endsWith(": the oldest"))).toStrictEqual([]);
      }
    }),
    RUNS,
  );
});

test("keeps by several rules just what each would keep alone", () => {
  fc.assert(
    fc.property(points, rules, floors, zones, (list, keep, floor, zone) => {
      const alone = (Object.keys(keep) as (keyof KeepRules)[]).map((rule) =>
        decide(list, { [rule]: keep[rule] }, floor, zone),
      );
      const any = new Set(alone.flatMap((result) => result.keep));
      expect(decide(list, keep, floor, zone).keep.slice().sort()).toStrictEqual([...any].sort());
    }),
    RUNS,
  );
});

test("keeps by a count no more points than it says", () => {
  fc.assert(
    fc.property(
      points,
      fc.constantFrom(...COUNTED),
      fc.integer({ min: 1, max: 9 }),
      zones,
      (list, rule, count, zone) => {
        expect(decide(list, { [rule]: count }, 0, zone).keep.length).toBeLessThanOrEqual(count);
      },
    ),
    RUNS,
  );
});

describe("with a rule set, more never keeps less:", () => {
  const keepsAll = (list: RetentionPoint[], less: KeepRules, more: KeepRules, floor = 0) => {
    expect(without(decide(list, less, floor).keep, decide(list, more, floor).keep)).toStrictEqual([]);
  };

  test("a larger count, or all", () => {
    fc.assert(
      fc.property(
        points,
        rules,
        fc.constantFrom(...COUNTED),
        fc.integer({ min: 0, max: 9 }),
        (list, keep, rule, more) => {
          const count = keep[rule] ?? 0;
          keepsAll(list, keep, { ...keep, [rule]: count === -1 ? -1 : count + more });
          keepsAll(list, keep, { ...keep, [rule]: -1 });
        },
      ),
      RUNS,
    );
  });

  test("more days, a higher floor, another rule", () => {
    fc.assert(
      fc.property(points, rules, rules, floors, (list, keep, others, floor) => {
        keepsAll(list, keep, { ...keep, retentionDays: (keep.retentionDays ?? 0) + 3 });
        keepsAll(list, keep, { ...others, ...keep }, floor);
        const higher = decide(list, keep, floor + 1).keep;
        expect(without(decide(list, keep, floor).keep, higher)).toStrictEqual([]);
      }),
      RUNS,
    );
  });

  test("a longer distance, part by part", () => {
    const part = fc.nat({ max: 14 });
    const parts = fc.tuple(part, part, part, part);
    const write = (values: readonly number[]) => values.map((n, i) => `${n}${"ymdh"[i] ?? ""}`).join("");
    fc.assert(
      fc.property(points, parts, parts, zones, (list, some, more, zone) => {
        fc.pre(some.some((n) => n > 0));
        const longer = some.map((n, index) => n + (more[index] ?? 0));
        const kept = (values: readonly number[]) => decide(list, { within: write(values) }, 0, zone).keep;
        expect(without(kept(some), kept(longer))).toStrictEqual([]);
      }),
      RUNS,
    );
  });

  // The first rule of all takes away: restic's empty policy keeps everything.
  test("except for the first rule", () => {
    fc.assert(
      fc.property(points, rules, (list, keep) => {
        expect(isEmpty({})).toBe(true);
        expect(decide(list, {}).remove).toStrictEqual([]);
        keepsAll(list, keep, {});
      }),
      RUNS,
    );
  });
});

describe("a point newer than all others", () => {
  const grown = fc.tuple(points, fc.integer({ min: 1, max: 800 })).map(([list, hours]) => {
    const newestMs = Math.max(NOW, ...list.map(dataMs));
    const newer = { snapshotId: "newer", volumeId: "vol-1", startTimeMs: newestMs + hours * HOUR_MS };
    return { list, more: [...list, newer] };
  });

  test("makes a count release one point at most: the newest, whose period it takes, or the oldest it kept", () => {
    fc.assert(
      fc.property(
        grown,
        fc.constantFrom(...COUNTED),
        fc.integer({ min: 1, max: 9 }),
        zones,
        ({ list, more }, rule, count, zone) => {
          const before = decide(list, { [rule]: count }, 0, zone).keep;
          const after = decide(more, { [rule]: count }, 0, zone).keep;
          expect(after[0]).toBe("newer");
          const lost = without(before, after);
          expect(lost.length).toBeLessThanOrEqual(1);
          if (lost.length > 0) expect([before[0], before.at(-1)]).toContain(lost[0]);
          // Nothing that was released comes back.
          expect(without(after, before)).toStrictEqual(["newer"]);
        },
      ),
      RUNS,
    );
  });

  test("makes days release nothing", () => {
    fc.assert(
      fc.property(grown, fc.integer({ min: 1, max: 50 }), ({ list, more }, retentionDays) => {
        const after = decide(more, { retentionDays }).keep;
        expect(without(decide(list, { retentionDays }).keep, after)).toStrictEqual([]);
      }),
      RUNS,
    );
  });
});
