/** Tests keep rules and policies: what they result in, and what is refused. */
import { parseConfig } from "../../src/config/config";
import type { KeepPolicy } from "../../src/vault/model/settings";
import { faults, withValues } from "../support/rawConfig";

const daily = { daily: 7 };
const yearly = { yearly: 3 };

test.each<[string, Record<string, string>, KeepPolicy]>([
  [
    "days, the same in both regions",
    { retentionDays: "21" },
    { keep: { retentionDays: 21 }, drKeep: { retentionDays: 21 } },
  ],
  [
    "days of the DR region's own",
    { drRetentionDays: "3650" },
    { keep: { retentionDays: 7 }, drKeep: { retentionDays: 3_650 } },
  ],
  ["rules instead of days, the same in both regions", { keep: '{"daily":7}' }, { keep: daily, drKeep: daily }],
  ["rules and days", { keep: '{"daily":7}', drRetentionDays: "90" }, { keep: daily, drKeep: { retentionDays: 90 } }],
  ["days and rules", { drKeep: '{"yearly":3}' }, { keep: { retentionDays: 7 }, drKeep: yearly }],
  [
    "rules of each region's own",
    { keep: '{"daily":7}', drKeep: '{"yearly":3}', drRetentionDays: "9" },
    { keep: daily, drKeep: yearly },
  ],
])("makes one policy from %s", (_what, values, policy) => {
  expect(parseConfig(withValues(values)).policies).toStrictEqual({ True: policy });
});

test("uses policies by tag value instead of tagValue and the one policy", () => {
  const gold = { keep: { last: -1, within: "1y6m" }, drRetentionDays: 400 };
  const policies = JSON.stringify({ True: { retentionDays: 3 }, gold });
  expect(parseConfig(withValues({ policies, keep: '{"daily":7}' })).policies).toStrictEqual({
    True: { keep: { retentionDays: 3 }, drKeep: { retentionDays: 3 } },
    gold: { keep: gold.keep, drKeep: { retentionDays: 400 } },
  });
});

test.each([
  ["{}", true],
  ['{"True":{"retentionDays":3}}', false],
  ['{"True":{"retentionDays":3},"gold":{"retentionDays":30}}', false],
])("decides with policies %s whether one policy applies to all points: %s", (policies, forAll) => {
  expect(parseConfig(withValues({ policies })).policyForAll).toBe(forAll);
});

describe("overrideMin", () => {
  const bounds = (overrideMin: object, overrideMax: object) =>
    faults(withValues({ overrideMin: JSON.stringify(overrideMin), overrideMax: JSON.stringify(overrideMax) }));

  test.each([
    [{ daily: 7 }, { daily: 90 }],
    [
      { daily: 90, within: "12m" },
      { daily: 90, within: "1y" },
    ],
    [{ last: 3 }, { last: -1 }],
    [{}, {}],
  ])("is accepted if it is no more than overrideMax: %j of %j", (min, max) => {
    expect(bounds(min, max)).toStrictEqual([]);
  });

  test.each([
    [{ daily: 91 }, { daily: 90 }, "daily: expected at most overrideMax.daily, which is 90, got 91"],
    [{ daily: -1 }, { daily: 90 }, "daily: expected at most overrideMax.daily, which is 90, got -1"],
    [{ within: "13m" }, { within: "1y" }, 'within: expected at most overrideMax.within, which is "1y", got "13m"'],
    [{ daily: 0 }, { daily: 90 }, "daily: expected what keeps something, got 0"],
    [{ within: "0d" }, { within: "1y" }, 'within: expected what keeps something, got "0d"'],
    [{ weekly: 3 }, { daily: 90 }, "weekly: expected none where overrideMax lets no tag change it, got 3"],
    [
      { retentionDays: 3 },
      { retentionDays: 9 },
      "retentionDays: expected none where overrideMax lets no tag change it, got 3",
    ],
  ])("is refused if it is more than overrideMax or keeps nothing: %j of %j", (min, max, fault) => {
    expect(bounds(min, max)).toStrictEqual([`overrideMin.${fault}`]);
  });
});

const AN_OBJECT = 'an object of rules such as {"daily": 7, "monthly": 12}';
const POLICIES = 'an object of policies by tag value, such as {"gold": {"keep": {"daily": 30}}}';
const NAMES = `${POLICIES}: names of 1 to 256 characters, without *, ?, \\ and \${, which EC2's filters or IAM's policies read as patterns`;

test.each([
  ["keep", "7", AN_OBJECT],
  ["keep", "[]", AN_OBJECT],
  ["drKeep", "daily", AN_OBJECT],
  ["keep", '{"daily":0}', `${AN_OBJECT}: these keep nothing`],
  ["keep", '{"within":"0d"}', `${AN_OBJECT}: these keep nothing`],
  ["keep", '{"dayly":7}', `${AN_OBJECT}: it has no rule dayly (did you mean daily?)`],
  ["keep", '{"daily":7.5}', `${AN_OBJECT}: it.daily must be a whole number up to 10000, or -1 for all, is 7.5`],
  ["keep", '{"daily":-2}', `${AN_OBJECT}: it.daily must be a whole number up to 10000, or -1 for all, is -2`],
  ["drKeep", '{"within":"14 days"}', `${AN_OBJECT}: it.within must be a time such as 14d or 1y6m, is "14 days"`],
  ["drKeep", '{"retentionDays":0}', `${AN_OBJECT}: it.retentionDays must be a whole number from 1 to 3650, is 0`],
  [
    "overrideMax",
    '{"daily":"90"}',
    `${AN_OBJECT}: it.daily must be a whole number up to 10000, or -1 for all, is "90"`,
  ],
  ["overrideMin", '{"dayly":9}', `${AN_OBJECT}: it has no rule dayly (did you mean daily?)`],
  ["policies", "gold", POLICIES],
  ["policies", '{"gold":{}}', `${POLICIES}: gold keeps nothing`],
  ["policies", '{"gold":7}', `${POLICIES}: gold must be an object with keep or retentionDays`],
  ["policies", '{"gold":{"keep":{}}}', `${POLICIES}: gold.keep keeps nothing`],
  ["policies", '{"gold":{"keep":[]}}', `${POLICIES}: gold.keep must be an object of rules, such as {"daily": 7}`],
  ["policies", '{"gold":{"retention":3}}', `${POLICIES}: gold has no retention (did you mean retentionDays?)`],
  [
    "policies",
    '{"gold":{"retentionDays":0}}',
    `${POLICIES}: gold.retentionDays must be a whole number from 1 to 3650, is 0`,
  ],
  ["policies", '{"gold":{"retentionDays":7,"drKeep":{"last":0}}}', `${POLICIES}: gold.drKeep keeps nothing`],
  ["policies", '{"":{"retentionDays":7}}', NAMES],
  ["policies", '{"gold":{"retentionDays":7},"*":{"retentionDays":3}}', NAMES],
  ["policies", '{"g?ld":{"retentionDays":7}}', NAMES],
  ["policies", '{"go\\\\ld":{"retentionDays":7}}', NAMES],
  ["policies", '{"${gold}":{"retentionDays":7}}', NAMES],
  ["orphans", "drop", "one of keep-last, keep, expire"],
  ["maxDeletePercent", "0", "a whole number from 1 to 100"],
  ["approvedDeletePlan", "yes", "plan hashes of 16 hexadecimal digits, as the mail names them"],
])("refuses for %s the value %s", (key, text, expected) => {
  expect(faults(withValues({ [key]: text }))).toStrictEqual([
    `${key}: expected ${expected}, got ${JSON.stringify(text)}`,
  ]);
});
