/** Plays a small fleet under a policy of 30 days, and edits of its stack. */
import type { CoreSettings, KeepPolicy, KeepRules } from "../../src/vault/model/settings";
import { type Nights, startNights } from "./nights";
import { DR, SETTINGS, instance, keeping, volume } from "./world";

export const HERE = SETTINGS.primaryRegion;
export const POLICY: CoreSettings = { ...SETTINGS, maxDeletePercent: 50, policies: keeping(30) };
export const FLEET = [instance("i-1", [volume("vol-1", { isRoot: true }), volume("vol-2")])];

/** Returns a policy with the same rules in both regions. */
export function both(rules: KeepRules): KeepPolicy {
  return { keep: rules, drKeep: rules };
}

/** Starts with an empty account, and lets nights pass in which nothing is mailed. */
export function afterNights(count: number, policy: CoreSettings = POLICY, fleet = FLEET): Nights {
  const nights = startNights(policy, fleet);
  nights.pass(count);
  expect(nights.mailed).toStrictEqual([]);
  return nights;
}

/** Deploys the stack with something changed. */
export function edit(nights: Nights, change: Partial<CoreSettings>): void {
  nights.policy = { ...nights.policy, ...change };
}

/** Counts the recovery points of an instance, by region. */
export function counts(nights: Nights, id = "i-1", regions = [HERE, DR.region]): number[] {
  return regions.map((region) => nights.slots(id, region).length);
}
