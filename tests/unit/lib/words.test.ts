/** Facts as words in tag values: whatever they hold comes back, and no value is longer than EC2 takes. */
import fc from "fast-check";
import { type Word, packWords, parseWords } from "../../../src/vault/lib/words";

const LIMIT = 256;
const key = fc.constantFrom("arch", "root", "group", "sg");
const value = fc.string({ unit: "binary", maxLength: 40 });
const words = fc.array(fc.tuple(key, value), { maxLength: 40 });

test("reads back every word that it packed, in order", () => {
  fc.assert(
    fc.property(words, (all: Word[]) => {
      const texts = packWords(all, LIMIT);
      const short = all.filter(([name, one]) => packWords([[name, one]], LIMIT).length === 1);
      expect(parseWords(texts)).toStrictEqual(short);
    }),
  );
});

test("writes only characters that every AWS service takes in a tag, within the length", () => {
  fc.assert(
    fc.property(words, (all: Word[]) => {
      for (const text of packWords(all, LIMIT)) {
        expect(text).toMatch(/^[A-Za-z0-9 +\-=._:/@]*$/);
        expect(text.length).toBeLessThanOrEqual(LIMIT);
      }
    }),
  );
});

test("fills a text to its last character before it begins the next", () => {
  const word = (length: number): Word => ["k", "v".repeat(length - 2)];
  expect(packWords([word(128), word(127)], LIMIT).map(({ length }) => length)).toStrictEqual([256]);
  expect(packWords([word(128), word(128)], LIMIT).map(({ length }) => length)).toStrictEqual([128, 128]);
  expect(packWords([word(256)], LIMIT).map(({ length }) => length)).toStrictEqual([256]);
});

test("leaves out a word that is longer than the limit, and keeps those around it", () => {
  const all: Word[] = [
    ["a", "1"],
    ["long", "x".repeat(LIMIT)],
    ["b", "2"],
  ];
  expect(packWords(all, LIMIT)).toStrictEqual(["a=1 b=2"]);
});

test.each([
  ["no word at all", "gibberish"],
  ["no key", "=value"],
  ["an escape of no character", "a=+FF"],
  ["half an escape", "a=+2"],
  ["a character that is never written as it is", 'a="b"'],
  ["nothing", ""],
])("reads nothing out of %s", (_what, text) => {
  expect(parseWords([text])).toStrictEqual([]);
});

test("says a word in plain letters where it can", () => {
  expect(
    packWords(
      [
        ["root", "/dev/sda1"],
        ["key", "my key, für=1"],
      ],
      LIMIT,
    ),
  ).toStrictEqual(["root=/dev/sda1 key=my+20key+2C+20f+C3+BCr+3D1"]);
});
