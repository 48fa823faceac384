/** Tests after how many days a manifest expires: never before its recovery point. */
import { parseConfig } from "../../../src/config/config";
import { manifestDays } from "../../../src/config/manifestDays";
import { withValues } from "../../support/rawConfig";

const daysWith = (values: Record<string, string>) => manifestDays(parseConfig(withValues(values)));
const EXPIRING = { orphans: "expire", orphanDays: "10", editGraceDays: "5" };
/** Days that an orphan waits, that an edit is announced for, and that something may hold a recovery point. */
const MORE = 10 + 5 + 30;

test.each([
  ["the days of the primary region", { retentionDays: "14" }, 14],
  ["the days of the DR region, if they are more", { retentionDays: "14", drRetentionDays: "60" }, 60],
  // The last point of a month goes when the twelfth month after it begins.
  ["twelve months", { keep: '{"monthly":12}' }, 334],
  ["the longest of all policies", { policies: '{"a":{"retentionDays":3},"b":{"retentionDays":90}}' }, 90],
])("a manifest is kept for as long as a recovery point can be: %s", (_, values, atLeast) => {
  const days = daysWith({ ...EXPIRING, ...values }) ?? 0;
  expect(days).toBeGreaterThanOrEqual(atLeast + MORE);
  expect(days).toBeLessThanOrEqual(atLeast + MORE + 32);
});

test.each([
  ["the newest point of what is no longer backed up is kept", { orphans: "keep-last" }],
  ["all points of what is no longer backed up are kept", { orphans: "keep" }],
  ["a rule keeps without end", { ...EXPIRING, keep: '{"yearly":-1}' }],
  ["a rule keeps for longer than can be played", { ...EXPIRING, drKeep: '{"yearly":10}' }],
  ["tags can keep for longer than the policies", { ...EXPIRING, overrideMax: '{"daily":400}' }],
])("a manifest is kept without end if %s", (_, values) => {
  expect(daysWith(values)).toBe(undefined);
});
