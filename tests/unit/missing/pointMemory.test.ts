/** Tests how the timer carries which recovery points exist: the same when it is read again, and never too long. */
import fc from "fast-check";
import { pointsOf } from "../../../src/vault/clock/carriedPoints";
import { ALL, type Counts } from "../../../src/vault/model/memory/pointMemory";
import { countPoints, merged, summed } from "../../../src/vault/missing/pointCounts";
import { packCounts, unpackCounts } from "../../../src/vault/missing/pointMemory";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { DR, NOW, SLOT, snapshot, replacementOf } from "../../support/world";

function countsOf(instances: number, slots: number, number = 1): Counts {
  const mine = new Map(Array.from({ length: slots }, (_, day) => [isoSeconds(NOW - day * DAY_MS), number]));
  return new Map(Array.from({ length: instances }, (_, n) => [`i-${String(n).padStart(17, "0")}`, mine]));
}

function again(counts: Counts): Counts {
  const [packed] = packCounts(new Map([["us-east-1", counts]]));
  return packed === undefined ? new Map() : unpackCounts(packed);
}

test("reads counts back as they were, whatever each instance has", () => {
  const slot = fc.integer({ min: 0, max: 40 }).map((day) => isoSeconds(NOW - day * DAY_MS));
  const mine = fc.array(fc.tuple(slot, fc.integer({ min: 1, max: 40 })), { minLength: 1 });
  const id = fc.integer({ min: 0, max: 9 }).map((n) => `i-${n}`);
  const counts = fc.array(fc.tuple(id, mine)).map((all) => new Map(all.map(([one, slots]) => [one, new Map(slots)])));
  fc.assert(
    fc.property(counts, (all) => {
      expect(again(all)).toStrictEqual(all);
    }),
  );
});

const LIMIT = 20_000;

test("carries 400 instances with a month of nights in two regions one by one", () => {
  const packed = packCounts(
    new Map([
      ["us-east-1", countsOf(400, 30)],
      [DR.region, countsOf(400, 30)],
    ]),
  );
  expect(JSON.stringify(packed).length).toBeLessThanOrEqual(LIMIT);
  expect(packed.map((one) => unpackCounts(one).size)).toStrictEqual([400, 400]);
});

test("carries totals of very different instances if there is no room for each", () => {
  const differing = Array.from(
    { length: 400 },
    (_, n) =>
      [
        `i-${n}`,
        new Map(Array.from({ length: 60 }, (_x, day) => [isoSeconds(NOW - day * DAY_MS), 1 + ((n >> (day % 9)) & 1)])),
      ] as const,
  );
  const packed = packCounts(new Map([["us-east-1", new Map(differing)]]));
  expect(JSON.stringify(packed).length).toBeLessThanOrEqual(LIMIT);
  expect([...unpackCounts(packed[0]!).keys()]).toStrictEqual([ALL]);
});

test("carries the newest points of three years of hourly nights in three regions", () => {
  const slots = Array.from({ length: 26_280 }, (_, hour) => [isoSeconds(NOW - hour * HOUR_MS), 99] as const);
  const many: Counts = new Map([
    ["i-1", new Map(slots)],
    ["i-2", new Map(slots)],
  ]);
  const packed = packCounts(new Map(["a", "b", "c"].map((region) => [region, many])));
  expect(JSON.stringify(packed).length).toBeLessThanOrEqual(LIMIT + 100);
  for (const one of packed) {
    const [[of, has] = []] = unpackCounts(one);
    expect(of).toBe(ALL);
    expect(has?.get(SLOT)).toBe(198);
    expect(has?.size).toBeGreaterThan(300);
  }
});

test("gives the same result in any order in which EC2 lists", () => {
  const all = countsOf(3, 3);
  const other = new Map([...all, ["i-9", new Map([[SLOT, 4]])] as const].reverse());
  const text = (counts: Counts) => JSON.stringify(packCounts(new Map([["r", counts]])));
  expect(text(other)).toBe(text(new Map([...other].reverse())));
});

test("carries totals of more instances, even if there were totals before", () => {
  const many = countsOf(5_000, 30, 2);
  const packed = packCounts(
    new Map([
      ["us-east-1", many],
      [DR.region, summed(many)],
    ]),
  );
  expect(JSON.stringify(packed).length).toBeLessThan(2_000);
  for (const one of packed) expect(unpackCounts(one)).toStrictEqual(summed(many));
  expect(summed(many).get(ALL)?.get(SLOT)).toBe(10_000);
});

test("does not carry a region with nothing", () => {
  expect(packCounts(new Map([["us-east-1", new Map()]]))).toStrictEqual([]);
});

const AT = { at: SLOT };
const GONE = { region: "r", of: "i", seen: SLOT, since: SLOT, count: 1, slots: { [SLOT]: 1 } };

test.each([
  undefined,
  "x",
  { counted: [], gone: [] },
  { ...AT, counted: [], gone: [{}] },
  { ...AT, deletedAt: "y", counted: [], gone: [] },
  { ...AT, counted: [{ region: "r", slots: [], has: { a: 1 } }], gone: [] },
  { ...AT, counted: [{ region: "r", slots: ["?"], has: {} }], gone: [] },
  { ...AT, counted: [{ region: "r", slots: ["zzzzzzzzzz"], has: {} }], gone: [] },
  { ...AT, counted: [{ region: 1 }], gone: [] },
  { ...AT, counted: [], gone: [{ ...GONE, seen: "s" }] },
  { ...AT, counted: [], gone: [{ ...GONE, slots: { a: "b" } }] },
])("ignores what a person wrote there: %j", (carried) => {
  expect(pointsOf(carried)).toBe(undefined);
});

test("reads what the vault wrote there", () => {
  const carried = { ...AT, deletedAt: SLOT, counted: packCounts(new Map([["r", countsOf(2, 2)]])), gone: [GONE] };
  expect(JSON.stringify(pointsOf(carried))).toBe(JSON.stringify(carried));
});

test("merges two counts slot by slot", () => {
  const a: Counts = new Map([
    [
      "i",
      new Map([
        ["s", 2],
        ["t", 1],
      ]),
    ],
    ["j", new Map([["s", 1]])],
  ]);
  const b: Counts = new Map([["i", new Map([["s", 1]])]]);
  expect(merged(a, b, Math.min)).toStrictEqual(b);
  expect(merged(a, b, Math.max)).toStrictEqual(a);
});

describe("a count of recovery points", () => {
  const made = snapshot("a");
  const countOf = (...own: Parameters<typeof countPoints>[0]) => countPoints(own).get("i-1")?.get(SLOT);

  test("counts each volume once, with a redundant snapshot or an original beside its replacement", () => {
    expect(countOf(made)).toBe(1);
    expect(countOf(made, snapshot("twin"), replacementOf(made, "stand-in"))).toBe(1);
    expect(countOf(made, snapshot("b", { volumeId: "vol-2" }), snapshot("c", { volumeId: "vol-3" }))).toBe(3);
    expect(countOf(replacementOf(made, "stand-in"))).toBe(1);
  });
});
