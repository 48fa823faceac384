/** Draws the settings of a life, and makes them shorter or longer for an edit. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { KeepPolicy, KeepRules, VaultSettings } from "../../src/vault/model/settings";
import type { Random } from "../simulation/random";
import { SETTINGS } from "../support/world";
import { named } from "./cadence";

export const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;
export const TAG_VALUES = ["true", "gold"];

export function keyedRegion(region: string) {
  return { region, keyArn: `arn:aws:kms:${region}:${ACCOUNT_ID}:key/life` };
}

const RULES: readonly KeepRules[] = [
  { retentionDays: 5 },
  { retentionDays: 14 },
  { retentionDays: 25 },
  { last: 7 },
  { last: 14, daily: 20 },
  { daily: 7, weekly: 4 },
  { daily: 10, weekly: 6, monthly: 6 },
  { weekly: 8, yearly: 2 },
  { within: "14d" },
  { within: "7d", monthly: 3 },
  { retentionDays: 10, weekly: 5 },
];

export function drawPolicy(random: Random): KeepPolicy {
  return { keep: random.pick(RULES), drKeep: random.pick(RULES) };
}

export function drawPolicies(random: Random): Record<string, KeepPolicy> {
  return Object.fromEntries(TAG_VALUES.map((name) => [name, drawPolicy(random)]));
}

/** Returns rules that keep a share of what others do, or a multiple. */
function scaled(rules: KeepRules, by: number): KeepRules {
  const times = (value: number) => Math.min(40, Math.max(1, Math.round(value * by)));
  const one = ([rule, value]: [string, number | string]): [string, number | string] => [
    rule,
    typeof value === "number" ? times(value) : `${times(Number.parseInt(value))}d`,
  ];
  return Object.fromEntries(Object.entries(rules as Record<string, number | string>).map(one));
}

export function scaledPolicy({ keep, drKeep }: KeepPolicy, by: number): KeepPolicy {
  return { keep: scaled(keep, by), drKeep: scaled(drKeep, by) };
}

export function drawOrphans(random: Random): Pick<VaultSettings, "orphans" | "orphanDays"> {
  return {
    orphans: random.pick(["keep-last", "keep-last", "keep", "expire"]),
    orphanDays: random.pick([1, 3, 10, 30]),
  };
}

export function drawBounds(random: Random): Pick<VaultSettings, "overrideMin" | "overrideMax"> {
  return random.pick([
    { overrideMin: {}, overrideMax: {} },
    { overrideMin: {}, overrideMax: { daily: 20, last: 20 } },
    { overrideMin: { daily: 2, last: 2 }, overrideMax: { daily: 30, last: 10 } },
    { overrideMin: { daily: 2 }, overrideMax: { daily: 9 } },
  ]);
}

export function drawLifeSettings(random: Random): VaultSettings {
  const dr = random.chance(0.3) ? [REGIONS[1], REGIONS[2]] : [REGIONS[1]];
  return {
    ...SETTINGS,
    primaryRegion: REGIONS[0],
    dr: dr.map(keyedRegion),
    policies: drawPolicies(random),
    keepAtLeast: random.pick([1, 1, 1, 2]),
    ...drawBounds(random),
    ...drawOrphans(random),
    editGraceDays: random.pick([7, 7, 3, 14, 1]),
    maxDeletePercent: 50,
    schedule: named(random.pick(["daily", "daily", "daily", "daily", "daily", "four a day", "weekly", "weekly"])).cron,
  };
}
