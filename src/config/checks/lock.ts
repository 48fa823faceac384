/** Checks `lock` against the rest of the configuration. Pure. */
import { type ConfigError, configError } from "../configError";
import { livesMs, runsOf } from "./copyLifetime";
import { type OverrideBounds, leastRules } from "../../vault/retention/tagOverrides";
import { DAY_MS } from "../../vault/lib/time";
import type { KeepPolicy, KeepRules, SnapshotLock } from "../../vault/model/settings";

/** Values from which a copy's lifetime is computed. */
export interface LockContext extends OverrideBounds {
  policies: Readonly<Record<string, KeepPolicy>>;
  keepAtLeast: number;
  schedule: string;
  /** `iUnderstandComplianceLock` */
  understood: boolean;
}

/** Days of a schedule to look at: they include every day of a month or a week that it fires on. */
const YEAR_DAYS = 366;

/** @returns the shortest life of a copy in days if that is less than `days`; `undefined` if none is */
function diesAfterDays(
  runs: () => readonly number[],
  rules: KeepRules,
  days: number,
  keepAtLeast: number,
): number | undefined {
  const { retentionDays = 0 } = rules;
  if (retentionDays >= days) return undefined;
  const lives = livesMs(runs(), rules, keepAtLeast);
  const least = lives.reduce((shortest, life) => Math.min(shortest, life), Infinity) / DAY_MS;
  return least < days ? least : undefined;
}

/**
 * Returns an error for a compliance lock that nobody confirmed, and for each policy that the lock would outlast.
 * @param lock `undefined`: copies are not locked
 */
export function lockErrors(lock: SnapshotLock | undefined, context: LockContext): ConfigError[] {
  if (lock === undefined) return [];
  const errors: ConfigError[] = [];
  if (lock.mode === "compliance" && !context.understood) {
    errors.push(
      configError(
        "iUnderstandComplianceLock",
        "true where lock.mode is compliance",
        "false",
        "until such a lock ends nobody can take it off or delete the copy, AWS Support included, and its storage is paid for",
      ),
    );
  }
  const { policies, keepAtLeast, schedule } = context;
  let known: number[] | undefined;
  // A year's copies, each until its lock expires.
  const runs = () => (known ??= runsOf(schedule, YEAR_DAYS + lock.days));
  const lifeOf = (rules: KeepRules) => diesAfterDays(runs, rules, lock.days, keepAtLeast);
  for (const [name, { drKeep }] of Object.entries(policies)) {
    const of = Object.keys(policies).length > 1 ? `, by the policy ${name}` : "";
    const own = lifeOf(drKeep);
    const lifeDays = own ?? lifeOf(leastRules(drKeep, context));
    if (lifeDays === undefined) continue;
    const by = own === undefined ? `${of}, where tags shorten it to overrideMin` : of;
    const most = `at most the ${Number(lifeDays.toFixed(1))} days that a copy is kept in the DR region${by}`;
    errors.push(configError("lock.days", most, String(lock.days), "retention can't delete what is locked"));
  }
  return errors;
}
