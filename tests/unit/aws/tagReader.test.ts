/** Tests that many lists of tags, of which most are alike, are read as each list alone would be. */
import fc from "fast-check";
import { makeTagReader } from "../../../src/vault/aws/tagReader";
import { makeIntern } from "../../../src/vault/lib/interned";
import { TAG, tagsFromList } from "../../../src/vault/model/tags";

const KEYS = ["a", "b", "c", "", "__proto__", "toString", TAG.sourceSnapshot];

/** A list as EC2 may show it: few keys, so that lists of one length often differ, and fields may be absent. */
const tagLists = fc.array(
  fc.array(fc.record({ Key: fc.constantFrom(...KEYS), Value: fc.constantFrom("", "x", "y") }, { requiredKeys: [] }), {
    maxLength: 3,
  }),
  { maxLength: 8 },
);

test("reads each list as it would be read alone, whatever came before it", () => {
  fc.assert(
    fc.property(tagLists, (lists) => {
      const read = makeTagReader(makeIntern());
      for (const list of lists) {
        const tags = read(list);
        expect(Object.entries(tags)).toStrictEqual(Object.entries(tagsFromList(list)));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("reads no list as no tags", () => {
  expect(makeTagReader(makeIntern())(undefined)).toStrictEqual({});
});
