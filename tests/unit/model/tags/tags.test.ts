import fc from "fast-check";
import {
  MAX_TAG_KEY,
  MAX_TAG_VALUE,
  TAG,
  TAG_PREFIX,
  fillTags,
  filterTags,
  prefixTags,
  tagsFromList,
  tagsToList,
  tagsWithPrefix,
  userTags,
} from "../../../../src/vault/model/tags/tags";

/** Draws keys as people write them, including those of JavaScript's own objects. */
const key = fc.oneof(
  fc.string({ maxLength: 140 }),
  fc.constantFrom("Name", "constructor", "toString", "aws:owner", TAG.slot),
);
const tags = fc.dictionary(key, fc.string({ maxLength: 300 }), { noNullPrototype: true });

describe("a record of tags", () => {
  test("reads back the same from EC2's list form", () => {
    fc.assert(
      fc.property(tags, (record) => {
        expect(tagsFromList(tagsToList(record))).toEqual(record);
      }),
    );
  });

  test("has a tag of the name that JavaScript keeps for itself", () => {
    const read = tagsFromList([{ Key: "__proto__", Value: "a person's" }]);
    expect(Object.entries(read)).toStrictEqual([["__proto__", "a person's"]]);
  });

  test("is listed in one order, whatever order it was made in", () => {
    expect(tagsToList({ b: "2", a: "1" })).toStrictEqual(tagsToList({ a: "1", b: "2" }));
  });

  test("has an empty value if EC2 gives none, and leaves out a tag without a key", () => {
    expect(tagsFromList([{ Key: "a" }, { Value: "lost" }])).toStrictEqual({ a: "" });
    expect(tagsFromList(undefined)).toStrictEqual({});
  });
});

test("separates a person's tags from AWS's and the vault's", () => {
  const mixed = { Name: "web", "aws:autoscaling:groupName": "g", [TAG.vault]: "v", awsome: "yes" };
  expect(userTags(mixed)).toStrictEqual({ Name: "web", awsome: "yes" });
});

describe("filling up tags", () => {
  test("keeps the base, adds only what EC2 accepts, and never exceeds the room", () => {
    fc.assert(
      fc.property(tags, tags, fc.integer({ min: 0, max: 12 }), (base, extra, room) => {
        const filled = fillTags(base, extra, room);
        const added = Object.keys(filled).filter((k) => !Object.hasOwn(base, k));
        for (const k of Object.keys(base)) expect(filled[k]).toBe(base[k]);
        for (const k of added) {
          expect(filled[k]).toBe(extra[k]);
          expect(k.length).toBeLessThanOrEqual(MAX_TAG_KEY);
          expect(filled[k]!.length).toBeLessThanOrEqual(MAX_TAG_VALUE);
        }
        expect(Object.keys(filled).length).toBeLessThanOrEqual(Math.max(room, Object.keys(base).length));
      }),
    );
  });

  test("adds everything that fits while there is room, in alphabetical order", () => {
    const extra = { c: "3", a: "1", b: "x".repeat(257), ["k".repeat(129)]: "long", d: "4" };
    expect(fillTags({ z: "0" }, extra, 3)).toStrictEqual({ z: "0", a: "1", c: "3" });
    expect(fillTags({ z: "0" }, extra, 50)).toStrictEqual({ z: "0", a: "1", c: "3", d: "4" });
  });

  test("does not replace existing tags", () => {
    expect(fillTags({ a: "mine" }, { a: "theirs" }, 50)).toStrictEqual({ a: "mine" });
  });

  test("takes a tag that is named like a property of every object", () => {
    expect(fillTags({}, { constructor: "acme" }, 50)).toEqual({ constructor: "acme" });
  });
});

test("selects tags of any name by their keys", () => {
  const record = tagsFromList([
    { Key: "__proto__", Value: "acme" },
    { Key: "constructor", Value: "x" },
    { Key: "other", Value: "y" },
  ]);
  const wanted = filterTags(record, (key) => key !== "other");
  expect(Object.entries(wanted)).toStrictEqual([
    ["__proto__", "acme"],
    ["constructor", "x"],
  ]);
});

test("finds tags under a prefix by that prefix", () => {
  fc.assert(
    fc.property(tags, (record) => {
      const prefixed = prefixTags(record, "p:");
      expect(tagsWithPrefix({ ...prefixed, other: "x" }, "p:")).toEqual(prefixed);
      expect(Object.keys(prefixed)).toHaveLength(Object.keys(record).length);
    }),
  );
});

test("starts every tag of the vault with its prefix and names it once", () => {
  const names = Object.values(TAG);
  expect(names.filter((name) => !name.startsWith(TAG_PREFIX))).toStrictEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
