/** What a volume needs beyond its device, type and speed, on its copies. */
import fc from "fast-check";
import { MAX_TAG_VALUE, TAG } from "../../../../src/vault/model/tags/tags";
import {
  type VolumeFlags,
  keyEndOf,
  volumeFlagsFromTags,
  volumeFlagsToText,
} from "../../../../src/vault/model/tags/volumeFlags";

const flags: fc.Arbitrary<VolumeFlags> = fc.record(
  {
    deleteOnTermination: fc.boolean(),
    multiAttach: fc.constant(true as const),
    kmsKeyEnd: fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test("come back from one tag, and need none if nothing is known", () => {
  fc.assert(
    fc.property(flags, (some) => {
      const text = volumeFlagsToText(some);
      expect(text === undefined).toBe(Object.keys(some).length === 0);
      expect(text?.length ?? 0).toBeLessThanOrEqual(MAX_TAG_VALUE);
      expect(volumeFlagsFromTags(text === undefined ? {} : { [TAG.volumeFlags]: text })).toStrictEqual(some);
    }),
  );
});

test("are words that a person can read", () => {
  const all = { deleteOnTermination: true, multiAttach: true as const, kmsKeyEnd: "555555555555" };
  expect(volumeFlagsToText(all)).toBe("gone=1 multi=1 key=555555555555");
});

test("of a person's text are only what the vault would have written", () => {
  const text = "gone=yes multi=0 key=a+20b see the wiki";
  expect(volumeFlagsFromTags({ [TAG.volumeFlags]: text })).toStrictEqual({});
});

test.each([
  ["arn:aws:kms:us-east-1:111122223333:key/11111111-2222-4333-8444-555555555555", "555555555555"],
  ["arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef", "456789abcdef"],
  ["short", "short"],
  ["", undefined],
  [undefined, undefined],
])("a key %s is recognized by %s", (keyId, end) => {
  expect(keyEndOf(keyId)).toBe(end);
});
