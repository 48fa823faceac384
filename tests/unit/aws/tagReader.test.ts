/** Tests that reading many lists of tags gives the same records as reading each alone. */
import fc from "fast-check";
import { makeTagReader } from "../../../src/vault/aws/tagReader";
import { digestForm } from "../../../src/vault/identity/description";
import { makeIntern } from "../../../src/vault/lib/interned";
import { TAG, tagsFromList } from "../../../src/vault/model/tags/tags";

const key = fc.constantFrom("Name", "env", TAG.slot, TAG.sourceSnapshot, "__proto__", "constructor", "toString", "");
const tag = fc.record(
  { Key: key, Value: fc.constantFrom("", "a", "b", "a long value of a tag") },
  { requiredKeys: [] },
);
const lists = fc.array(
  fc.oneof(
    // Few keys and any order, so that many lists have the same keys, and some have a key twice.
    fc.array(tag, { maxLength: 4 }),
    fc
      .shuffledSubarray(["Name", "env", TAG.slot], { minLength: 2 })
      .map((keys) => keys.map((Key) => ({ Key, Value: "v" }))),
  ),
  { maxLength: 12 },
);

test("reads each list as it would be read alone, whatever was read before", () => {
  fc.assert(
    fc.property(lists, (all) => {
      const tagsOf = makeTagReader(makeIntern());
      for (const list of all) {
        const { tags, form } = tagsOf(list);
        const alone = tagsFromList(list);
        expect(Object.entries(tags)).toStrictEqual(Object.entries(alone));
        expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
        expect(form).toStrictEqual(digestForm(Object.keys(alone)));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("reads no tags as none", () => {
  expect(makeTagReader(makeIntern())(undefined).tags).toStrictEqual({});
});

test("gives records that do not share what is written to one", () => {
  const tagsOf = makeTagReader(makeIntern());
  const [one, other] = [[{ Key: "a", Value: "1" }], [{ Key: "a", Value: "2" }]].map((list) => tagsOf(list).tags);
  expect([one, other]).toStrictEqual([{ a: "1" }, { a: "2" }]);
});
