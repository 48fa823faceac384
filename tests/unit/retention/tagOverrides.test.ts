import { carriedRules, leastRules, overridesOf } from "../../../src/vault/retention/tagOverrides";
import { MAX_TAG_VALUE, TAG } from "../../../src/vault/model/tags/tags";
import type { KeepPolicy, KeepRules } from "../../../src/vault/model/settings";

const MAX: KeepRules = { daily: 90, yearly: -1, within: "1y" };
const DAYS: KeepPolicy = { keep: { retentionDays: 7 }, drKeep: { retentionDays: 30 } };
const GOLD: KeepPolicy = { keep: { daily: 30, within: "2m" }, drKeep: { daily: 90, yearly: -1 } };
const STACK = { tagKey: "backup", policies: { True: DAYS, gold: GOLD } };

/** Reads an instance's tags with a policy whose rules nobody changes, unless the tags name another. */
function read(tags: Record<string, string>, overrideMin: KeepRules = {}) {
  return overridesOf({ backup: "True", ...tags }, { ...STACK, overrideMin, overrideMax: MAX });
}

test("turns an instance's tags into rules that its snapshots carry, separately per region", () => {
  const tags = {
    Name: "db",
    "backup-keep-daily": "30",
    "backup-keep-within": "1m15d",
    "backup-dr-keep-yearly": "12",
  };
  expect(read(tags)).toStrictEqual({
    carried: { [TAG.keep]: "daily=30 within=1m15d", [TAG.drKeep]: "yearly=12" },
    errors: [],
  });
});

test.each([
  ["backup-keep-daily", "0", "a whole number from 1 to 90"],
  ["backup-keep-daily", "-1", "a whole number from 1 to 90"],
  ["backup-keep-daily", "7.5", "a whole number from 1 to 90"],
  ["backup-keep-daily", "", "a whole number from 1 to 90"],
  ["backup-keep-daily", "thirty", "a whole number from 1 to 90"],
  ["backup-keep-daily", "100000", "a whole number from 1 to 90"],
  ["backup-dr-keep-yearly", "x", "a whole number from 1 on"],
  ["backup-keep-within", "0d", "at most 1y"],
  ["backup-keep-within", "a while", "at most 1y"],
  ["backup-keep-dayly", "3", "backup-keep- and one of last, hourly, daily, weekly, monthly, yearly, within"],
])("reports %s=%s, which no snapshot carries", (key, value, expected) => {
  expect(read({ [key]: value })).toStrictEqual({ carried: {}, errors: [{ key, value, expected }] });
});

test.each([
  ["backup-keep-daily", "91", TAG.keep, "daily=91", { expected: "a whole number from 1 to 90", bound: "90" }],
  ["backup-keep-within", "13m", TAG.keep, "within=13m", { expected: "at most 1y", bound: "1y" }],
  ["backup-keep-monthly", "3", TAG.keep, "monthly=3", { expected: "no such tag: overrideMax has no monthly" }],
])("reports %s=%s, and lets snapshots carry it for when the bounds change", (key, value, tag, text, error) => {
  expect(read({ [key]: value })).toStrictEqual({ carried: { [tag]: text }, errors: [{ key, value, ...error }] });
});

test("fits all rules into one tag, however long their values are", () => {
  const counts = ["last", "hourly", "daily", "weekly", "monthly", "yearly"].map((rule) => [rule, "99999"]);
  const asked = Object.fromEntries([...counts, ["within", "99999y99999m99999d99999h"]]) as Record<string, string>;
  const tags = Object.fromEntries(Object.entries(asked).map(([rule, value]) => [`backup-keep-${rule}`, value]));
  const { carried } = read(tags);
  expect(carried[TAG.keep]?.split(" ")).toHaveLength(7);
  expect(carried[TAG.keep]?.length).toBeLessThanOrEqual(MAX_TAG_VALUE);
});

test("applies no tag without bounds", () => {
  const bounds = { ...STACK, overrideMin: {}, overrideMax: {} };
  const { carried, errors } = overridesOf({ "backup-keep-within": "1d" }, bounds);
  expect(carriedRules(carried[TAG.keep], {}, bounds)).toStrictEqual({});
  expect([carried, errors.map(({ expected }) => expected)]).toStrictEqual([
    { [TAG.keep]: "within=1d" },
    ["no such tag: overrideMax has no within"],
  ]);
});

describe("a rule of its policy", () => {
  const gold = (tags: Record<string, string>, overrideMin: KeepRules = {}) =>
    read({ backup: "gold", ...tags }, overrideMin);

  test.each([
    ["backup-keep-daily", "30", TAG.keep, "daily=30"],
    ["backup-keep-daily", "31", TAG.keep, "daily=31"],
    ["backup-keep-within", "2m", TAG.keep, "within=2m"],
    ["backup-keep-within", "62d", TAG.keep, "within=62d"],
    ["backup-keep-within", "12m", TAG.keep, "within=12m"],
    ["backup-keep-yearly", "1", TAG.keep, "yearly=1"],
  ])("can be lengthened, and a missing one can be added: %s=%s", (key, value, tag, text) => {
    expect(gold({ [key]: value })).toStrictEqual({ carried: { [tag]: text }, errors: [] });
  });

  test.each([
    ["backup-keep-daily", "29", "a whole number from 30 to 90"],
    ["backup-keep-daily", "1", "a whole number from 30 to 90"],
    ["backup-keep-within", "60d", "2m to 1y"],
    ["backup-keep-within", "61d", "2m to 1y"],
    ["backup-dr-keep-daily", "89", "a whole number from 90 to 90"],
    ["backup-dr-keep-yearly", "99999", "no such tag: the policy's own yearly is -1"],
  ])("cannot be shortened: %s=%s", (key, value, expected) => {
    const { carried, errors } = gold({ [key]: value });
    expect(errors).toStrictEqual([{ key, value, expected }]);
    const bounds = { overrideMin: {}, overrideMax: MAX };
    expect(carriedRules(carried[TAG.keep], GOLD.keep, bounds)).toStrictEqual({});
    expect(carriedRules(carried[TAG.drKeep], GOLD.drKeep, bounds)).toStrictEqual({});
  });

  test.each([
    ["backup-keep-daily", "7", "backup-keep-daily", "6", "a whole number from 7 to 90"],
    ["backup-keep-within", "1m", "backup-keep-within", "30d", "1m to 1y"],
    ["backup-keep-within", "2m", "backup-keep-within", "27d", "1m to 1y"],
    ["backup-dr-keep-yearly", "3", "backup-dr-keep-yearly", "2", "a whole number from 3 on"],
  ])("can be shortened as far as overrideMin says: %s=%s, not %s=%s", (key, value, other, less, expected) => {
    const min = { daily: 7, within: "1m", yearly: 3 };
    expect(gold({ [key]: value }, min).errors).toStrictEqual([]);
    expect(gold({ [other]: less }, min).errors).toStrictEqual([{ key: other, value: less, expected }]);
  });

  test("is lengthened from its own value if overrideMin is higher", () => {
    expect(gold({ "backup-keep-daily": "30" }, { daily: 60 }).errors).toStrictEqual([]);
  });

  test("cannot be changed if it is above overrideMax", () => {
    const policies = { gold: { keep: { daily: 100 }, drKeep: {} } };
    const bounds = { tagKey: "backup", policies, overrideMin: {}, overrideMax: MAX };
    const { errors } = overridesOf({ backup: "gold", "backup-keep-daily": "90" }, bounds);
    expect(errors.map(({ expected }) => expected)).toStrictEqual(["no such tag: the policy's own daily is 100"]);
  });
});

test("ignores tags with another key", () => {
  expect(read({ "backups-keep-daily": "x", "my-backup-keep-daily": "x" }).errors).toStrictEqual([]);
});

test.each<[string | undefined, KeepRules]>([
  ["daily=30 within=1m15d", { daily: 30, within: "1m15d" }],
  ["yearly=12", { yearly: 12 }],
  ["daily=91 yearly=2", { daily: 90, yearly: 2 }],
  ["monthly=3", {}],
  ["nonsense daily daily= =5", {}],
  ["", {}],
  [undefined, {}],
])("reads rules carried as %j as %j within the present bounds", (text, rules) => {
  expect(carriedRules(text, {}, { overrideMin: {}, overrideMax: MAX })).toStrictEqual(rules);
});

test("does not let carried rules shorten what the policy has now, except as far as overrideMin says", () => {
  const of = (overrideMin: KeepRules) =>
    carriedRules("daily=8 yearly=2", { daily: 30 }, { overrideMin, overrideMax: MAX });
  expect(of({})).toStrictEqual({ yearly: 2 });
  expect(of({ daily: 8 })).toStrictEqual({ daily: 8, yearly: 2 });
});

test("does not let a bound shorten what the policy keeps for a tag that asks for more", () => {
  const bounds = { overrideMin: { daily: 7, within: "7d" }, overrideMax: { daily: 20, within: "61d" } };
  const of = (text: string) => carriedRules(text, { daily: 30, within: "2m" }, bounds);
  expect(of("daily=60 within=1y")).toStrictEqual({});
  expect(of("daily=25 within=61d12h")).toStrictEqual({});
  expect(of("daily=20 within=61d")).toStrictEqual({ daily: 20, within: "61d" });
});

test("allows a distance of the policy or of overrideMin where either is sometimes longer", () => {
  const of = (within: string, min: string, asked: string) =>
    carriedRules(`within=${asked}`, { within }, { overrideMin: { within: min }, overrideMax: MAX });
  expect(of("2m", "61d", "2m")).toStrictEqual({ within: "2m" });
  expect(of("2m", "61d", "61d")).toStrictEqual({ within: "61d" });
  expect(of("2m", "61d", "60d")).toStrictEqual({});
});

test.each<[string, KeepRules, KeepRules, KeepRules]>([
  ["as they are without overrideMin", {}, MAX, { daily: 30, monthly: 12, retentionDays: 3 }],
  ["shorter where it allows that", { daily: 7 }, MAX, { daily: 7, monthly: 12, retentionDays: 3 }],
  ["as they are if it is more", { daily: 60 }, MAX, { daily: 30, monthly: 12, retentionDays: 3 }],
  ["without a rule that they lack", { weekly: 2 }, { weekly: 9 }, { daily: 30, monthly: 12, retentionDays: 3 }],
  ["as they are if overrideMax has none", { monthly: 1 }, MAX, { daily: 30, monthly: 12, retentionDays: 3 }],
])("computes the least that tags can make of a policy's rules: %s", (_what, overrideMin, overrideMax, least) => {
  const own = { daily: 30, monthly: 12, retentionDays: 3 };
  expect(leastRules(own, { overrideMin, overrideMax })).toStrictEqual(least);
});
