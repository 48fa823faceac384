import { backupTagOf, quoted } from "../../../src/vault/inventory/backupTag";
import { SETTINGS, keeping } from "../../support/world";

const POLICY = { ...SETTINGS, policies: { ...keeping(30), gold: keeping(90).true! } };

test.each([
  ["the tag as it should be", { Backup: "true" }, "right", "true"],
  ["the other policy", { Backup: "gold" }, "right", "gold"],
  ["another key beside the right one", { Backup: "true", backup: "no" }, "right", "true"],
  ["no tag at all", { Name: "web" }, "gone", undefined],
  ["a key in another case", { backup: "true" }, "missed", "true"],
  ["a key with a trailing blank", { "Backup ": "true" }, "missed", "true"],
  ["a value in another case", { Backup: "True" }, "missed", "true"],
  ["a value with a trailing blank", { Backup: "gold " }, "missed", "gold"],
  ["a value with a zero-width blank", { Backup: "true\u200b" }, "missed", "true"],
  ["a value with a non-breaking blank", { Backup: "true\u00a0" }, "missed", "true"],
  ["a value of no policy", { Backup: "silver" }, "missed", undefined],
  ["an empty value", { Backup: "" }, "missed", undefined],
  ["a value that every object has", { Backup: "toString" }, "missed", undefined],
])("reads %s", (_what, tags, is, meant) => {
  const tag = backupTagOf(tags, POLICY);
  expect([tag.is, tag.meant]).toStrictEqual([is, meant]);
});

test.each([
  [{ Backup: "True " }, 'it has the tag Backup="True "'],
  [{ backup: "true" }, 'it has the tag backup="true"'],
  [{ "Backup ": "true" }, 'it has the tag "Backup "="true"'],
  [{ Backup: "x", backup: "true" }, 'it has the tag Backup="x" and backup="true"'],
  [{ Name: "web" }, "it has no tag Backup"],
])("shows %p as it is now", (tags, now) => {
  expect(backupTagOf(tags, POLICY).now).toBe(now);
});

test("shows invisible characters in quotes by their code", () => {
  expect(quoted('a\u00a0\tb\u200b "c"')).toBe('"a\\u00a0\\u0009b\\u200b \\"c\\""');
  expect(quoted("日本")).toBe('"日本"');
});
