/** Which recovery points there are, as the clock carries it: the same when it is read again, and never too long. */
import fc from "fast-check";
import { pointsOf } from "../../src/vault/carriedPoints";
import { countPoints } from "../../src/vault/pointCounts";
import { ALL, type Counts, fewGone, packCounts, summed, unpackCounts } from "../../src/vault/pointMemory"; // prettier-ignore
import { DAY_MS, isoSeconds } from "../../src/vault/time";
import { TAG } from "../../src/vault/tags";
import { DR, NOW, SLOT, copyOf, snapshot, standInOf } from "../support/world";

function countsOf(instances: number, slots: number, number = 1): Counts {
  const mine = new Map(
    Array.from({ length: slots }, (_, day) => [isoSeconds(NOW - day * DAY_MS), number]),
  );
  return new Map(
    Array.from({ length: instances }, (_, n) => [`i-${String(n).padStart(17, "0")}`, mine]),
  );
}

function again(counts: Counts): Counts {
  const [packed] = packCounts(new Map([["us-east-1", counts]]));
  return packed === undefined ? new Map() : unpackCounts(packed);
}

test("counts come back as they were, whatever each instance has", () => {
  const slot = fc.integer({ min: 0, max: 40 }).map((day) => isoSeconds(NOW - day * DAY_MS));
  const mine = fc.array(fc.tuple(slot, fc.integer({ min: 1, max: 40 })), { minLength: 1 });
  const id = fc.integer({ min: 0, max: 9 }).map((n) => `i-${n}`);
  const counts = fc.array(fc.tuple(id, mine)).map((all) => new Map(all.map(([one, slots]) => [one, new Map(slots)]))); // prettier-ignore
  fc.assert(
    fc.property(counts, (all) => {
      expect(again(all)).toStrictEqual(all);
    }),
  );
});

test("650 instances with a month of nights in two regions are carried one by one", () => {
  const packed = packCounts(new Map([["us-east-1", countsOf(650, 30)], [DR.region, countsOf(650, 30)]])); // prettier-ignore
  expect(JSON.stringify(packed).length).toBeLessThan(30_001);
  expect(packed.map((one) => unpackCounts(one).size)).toStrictEqual([650, 650]);
});

test("of more the sums are carried, also where they were before", () => {
  const many = countsOf(5_000, 30, 2);
  const packed = packCounts(new Map([["us-east-1", many], [DR.region, summed(many)]])); // prettier-ignore
  expect(JSON.stringify(packed).length).toBeLessThan(2_000);
  for (const one of packed) expect(unpackCounts(one)).toStrictEqual(summed(many));
  expect(summed(many).get(ALL)?.get(SLOT)).toBe(10_000);
});

test("a region with nothing is not carried", () => {
  expect(packCounts(new Map([["us-east-1", new Map()]]))).toStrictEqual([]);
});

test("of very much that is gone the most is carried", () => {
  const gone = Array.from({ length: 100 }, (_, count) => ({ region: "r", of: `i-${count}`, since: SLOT, count, slots: {} })); // prettier-ignore
  expect(fewGone(gone).map(({ count }) => count)).toStrictEqual(
    Array.from({ length: 60 }, (_, n) => 99 - n),
  );
  expect(fewGone(gone.slice(0, 2))).toStrictEqual(gone.slice(0, 2));
});

test.each([
  undefined,
  "x",
  { counted: [], gone: [{}] },
  { counted: [{ region: "r", slots: [], has: { a: 1 } }], gone: [] },
  { counted: [{ region: 1 }], gone: [] },
  { counted: [], gone: [{ region: "r", of: "i", since: "s", count: 1, slots: { a: "b" } }] },
])("what a person wrote there is forgotten: %j", (carried) => {
  expect(pointsOf(carried)).toStrictEqual({ counted: [], gone: [] });
});

describe("what counts", () => {
  const made = snapshot("a");
  const countOf = (...own: Parameters<typeof countPoints>[0]) =>
    countPoints(own).get("i-1")?.get(SLOT);

  test("each volume once: a duplicate, and an original beside its stand-in, are the same", () => {
    expect(countOf(made)).toBe(1);
    expect(countOf(made, snapshot("twin"), standInOf(made, "stand-in"))).toBe(1);
    expect(countOf(made, snapshot("b", { volumeId: "vol-2" }), snapshot("c", { volumeId: "vol-3" }))).toBe(3); // prettier-ignore
    expect(countOf(standInOf(made, "stand-in"))).toBe(1);
  });

  test("what is pending or failed does not, and what lost its tags does", () => {
    expect(countOf(snapshot("a", { state: "pending" }), snapshot("b", { state: "error" }))).toBe(undefined); // prettier-ignore
    expect(countOf({ ...made, tags: {}, doubt: { of: "tags", what: "" } })).toBe(1);
    expect(countPoints([made], { without: new Set(["a"]) }).size).toBe(0);
    expect(countPoints([copyOf(made, "c")], { beforeMs: NOW }).size).toBe(0);
    expect(made.tags[TAG.slot]).toBe(SLOT);
  });
});
