import { carriedRules, overridesOf } from "../../src/vault/overrides";
import { TAG } from "../../src/vault/tags";
import type { KeepRules } from "../../src/vault/types";

const MAX: KeepRules = { daily: 90, yearly: -1, within: "1y" };

function read(tags: Record<string, string>) {
  return overridesOf(tags, "backup", MAX);
}

test("an instance's tags become rules that its snapshots carry, a region's own each", () => {
  const tags = {
    Name: "db",
    backup: "gold",
    "backup-keep-daily": "30",
    "backup-keep-within": "1m15d",
    "backup-dr-keep-yearly": "12",
  };
  expect(read(tags)).toStrictEqual({
    carried: { [TAG.keep]: "daily=30 within=1m15d", [TAG.drKeep]: "yearly=12" },
    faults: [],
  });
});

test.each([
  ["backup-keep-daily", "91", "a whole number from 1 to 90"],
  ["backup-keep-daily", "0", "a whole number from 1 to 90"],
  ["backup-keep-daily", "-1", "a whole number from 1 to 90"],
  ["backup-keep-daily", "7.5", "a whole number from 1 to 90"],
  ["backup-keep-daily", "", "a whole number from 1 to 90"],
  ["backup-keep-daily", "thirty", "a whole number from 1 to 90"],
  ["backup-dr-keep-yearly", "x", "a whole number from 1 on"],
  ["backup-keep-within", "13m", "at most 1y"],
  ["backup-keep-within", "0d", "at most 1y"],
  ["backup-keep-within", "a while", "at most 1y"],
  ["backup-keep-monthly", "3", "no such tag: overrideMax has no monthly"],
  ["backup-keep-dayly", "3", "backup-keep- and one of last, hourly, daily, weekly, monthly, yearly, within"],
])("%s=%s is told and not taken", (key, value, expected) => {
  expect(read({ [key]: value })).toStrictEqual({ carried: {}, faults: [{ key, value, expected }] });
}); // prettier-ignore

test("with no bounds set no tag is taken", () => {
  const { carried, faults } = overridesOf({ "backup-keep-within": "1d" }, "backup", {});
  expect([carried, faults.map(({ expected }) => expected)]).toStrictEqual([
    {},
    ["no such tag: overrideMax has no within"],
  ]);
});

test("tags of another key are not the vault's to read", () => {
  expect(read({ "backups-keep-daily": "x", "my-backup-keep-daily": "x" }).faults).toStrictEqual([]);
});

test.each<[string | undefined, KeepRules]>([
  ["daily=30 within=1m15d", { daily: 30, within: "1m15d" }],
  ["yearly=12", { yearly: 12 }],
  ["daily=91 yearly=2", { yearly: 2 }],
  ["monthly=3", {}],
  ["nonsense daily daily= =5", {}],
  ["", {}],
  [undefined, {}],
])("carried as %j they are %j by the bounds of now", (text, rules) => {
  expect(carriedRules(text, MAX)).toStrictEqual(rules);
});
