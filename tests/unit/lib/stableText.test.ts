import { stableText } from "../../../src/vault/lib/stableText";

test("the same data has the same text, whatever the order of its keys, and other data another", () => {
  const text = stableText({ a: 1, b: { c: [true, null], d: "e" } });
  expect(stableText({ b: { d: "e", c: [true, null] }, a: 1 })).toBe(text);
  const others = [{ a: 1 }, { a: 1, b: { c: [null, true], d: "e" } }, { a: "1", b: { c: [true, null], d: "e" } }];
  for (const other of others) expect(stableText(other)).not.toBe(text);
  expect(stableText(undefined)).toBe("");
});
