import fc from "fast-check";
import { countsOf, daysWords, isEmpty, parseWithin, withinOf } from "../../../src/vault/retention/keepRules";
import type { KeepRules } from "../../../src/vault/model/settings";
import { arbitraryWithin } from "../../support/arbitraryKeepRules";

test.each([
  ["1y5m7d2h", { years: 1, months: 5, days: 7, hours: 2 }],
  ["30d", { years: 0, months: 0, days: 30, hours: 0 }],
  ["2y12h", { years: 2, months: 0, days: 0, hours: 12 }],
  ["0d", { years: 0, months: 0, days: 0, hours: 0 }],
  ["99999h", { years: 0, months: 0, days: 0, hours: 99_999 }],
])("reads %p as a duration", (text, expected) => {
  expect(parseWithin(text)).toStrictEqual(expected);
});

test.each([
  "",
  " ",
  "7",
  "d",
  "7 d",
  " 7d",
  "7d ",
  "-7d",
  "+7d",
  "1.5d",
  "7D",
  "7d1y",
  "1d1d",
  "7w",
  "5s",
  "100000h",
  "１d",
  "7d\n",
])("does not read %p as a duration", (text) => {
  expect(parseWithin(text)).toBeUndefined();
});

test("writes a duration from its parts as it was", () => {
  fc.assert(
    fc.property(arbitraryWithin, (text) => {
      const { years = 0, months = 0, days = 0, hours = 0 } = parseWithin(text) ?? {};
      const parts = [`${years}y`, `${months}m`, `${days}d`, `${hours}h`];
      expect(parts.filter((part) => !part.startsWith("0")).join("")).toBe(text);
    }),
  );
});

test.each<[string, KeepRules]>([
  ["nothing", {}],
  ["zeros", { last: 0, daily: 0, retentionDays: 0, within: "0d" }],
  ["a within without text", { within: "" }],
  ["a within that can't be read", { within: "a week" }],
  ["counts below -1", { last: -2, yearly: -7 }],
])("recognizes rules of %s as empty", (_what, rules) => {
  expect(isEmpty(rules)).toBe(true);
  expect([countsOf(rules), withinOf(rules)]).toStrictEqual([[], undefined]);
});

test.each<KeepRules>([{ last: 1 }, { hourly: -1 }, { within: "1h" }, { retentionDays: 1 }])(
  "does not count %j as empty",
  (rules) => {
    expect(isEmpty(rules)).toBe(false);
  },
);

test("lists counts in restic's order, with their words", () => {
  expect(countsOf({ yearly: -1, daily: 7, last: 3, weekly: 0 })).toStrictEqual([
    { rule: "last", periods: 3, words: "last 3" },
    { rule: "daily", periods: 7, words: "daily 7" },
    { rule: "yearly", periods: Infinity, words: "yearly all" },
  ]);
});

test("does not show one day as days", () => {
  expect([daysWords(1), daysWords(2)]).toStrictEqual(["within 1 day", "within 2 days"]);
});
