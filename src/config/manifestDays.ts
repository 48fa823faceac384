/**
 * Computes after how many days a manifest expires. It must not expire before its recovery point, so where the
 * configuration can keep a point without end, its manifest is kept without end. Pure.
 */
import type { KeepRules } from "../vault/model/settings";
import { DAY_MS } from "../vault/lib/time";
import { playedRuns, recoveryWindow } from "./checks/recoveryWindow";
import type { VaultConfig } from "./config";

/** Days beyond the longest retention, for points that a lock, an AMI or the deletion limit keeps for longer. */
const MARGIN_DAYS = 30;

type Context = Pick<
  VaultConfig,
  "policies" | "schedule" | "keepAtLeast" | "overrideMax" | "orphans" | "orphanDays" | "editGraceDays"
>;

/** Returns the days for which a manifest is kept; `undefined`: without end. */
export function manifestDays(config: Context): number | undefined {
  const { policies, schedule, keepAtLeast, overrideMax, orphans, orphanDays, editGraceDays } = config;
  // The newest recovery points of an instance that is no longer backed up, or all of them, are kept until a person
  // deletes them. Tags can raise rules beyond what the policies say.
  if (orphans !== "expire" || Object.keys(overrideMax).length > 0) return undefined;
  const rules = Object.values(policies).flatMap(({ keep, drKeep }): KeepRules[] => [keep, drKeep]);
  const runs = playedRuns(schedule, rules.length);
  const ages = rules.map((one) => recoveryWindow(runs, one, keepAtLeast)?.maxOldestAgeMs ?? Infinity);
  const longestMs = Math.max(0, ...ages);
  if (longestMs === Infinity) return undefined;
  return Math.ceil(longestMs / DAY_MS) + orphanDays + editGraceDays + MARGIN_DAYS;
}
