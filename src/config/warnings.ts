/**
 * Warnings for settings that are each valid and contradict each other. Each names its keys, and says in plain words how
 * few recovery points a volume has and how old the oldest is. There is no warning for settings that merely keep little,
 * only for those that keep less or more than they seem to. Pure.
 */
import type { VaultConfig } from "./config";
import { type RecoveryWindow, playedRuns, recoveryWindow } from "./checks/recoveryWindow";
import { longestGapMs } from "./schedule";
import { LONGEST_PERIOD_MS, countsOf, isEmpty, withinOf } from "../vault/retention/keepRules";
import { DAY_MS, humanDuration } from "../vault/lib/time";
import type { KeepPolicy, KeepRules } from "../vault/model/settings";
import { pluralize } from "../vault/lib/text";

/** Settings that are compared with each other. */
export type WarningContext = Pick<
  VaultConfig,
  | "policies"
  | "policyForAll"
  | "keepAtLeast"
  | "maxDeletePercent"
  | "schedule"
  | "timezone"
  | "orphans"
  | "orphanDays"
  | "alertEmails"
>;

/** One policy's rules of one side, and the keys that set them. */
interface RegionRules {
  rules: KeepRules;
  side: "keep" | "drKeep";
  /** `policies.gold.`, or nothing if there is one policy for all. */
  prefix: string;
}

/** The schedule, and the recovery windows that it gives. */
interface PlayedSchedule {
  schedule: string;
  /** Mean time between runs. */
  gapMs: number;
  keepAtLeast: number;
  maxDeletePercent: number;
  windowOf: (rules: KeepRules, keepAtLeast?: number) => RecoveryWindow | undefined;
}

/**
 * Anyone who sets `last` may think of days. A week of points is enough for a day's mistake; a warning would be noise.
 */
const WEEK_MS = 7 * DAY_MS;

const PERIOD_NAME = { hourly: "hour", daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const;

/** Returns `policies.gold.keep.daily`. */
function keyOf({ rules, side, prefix }: RegionRules, rule: keyof KeepRules): string {
  const isAlone = Object.keys(rules).length === 1;
  if (rule !== "retentionDays" || !isAlone) return `${prefix}${side}.${rule}`;
  return `${prefix}${side === "keep" ? "retentionDays" : "drRetentionDays"}`;
}

/** Returns the rules that are set, by key: `keep.daily=7, keep.weekly=4`. */
function named(ruled: RegionRules): string {
  const { rules } = ruled;
  const { within, retentionDays = 0 } = rules;
  const values: [keyof KeepRules, string | number][] = countsOf(rules).map(({ rule }) => [rule, rules[rule] ?? 0]);
  if (withinOf(rules) !== undefined) values.push(["within", within ?? ""]);
  if (retentionDays > 0) values.push(["retentionDays", retentionDays]);
  return values.map(([rule, value]) => `${keyOf(ruled, rule)}=${value}`).join(", ");
}

function oldest({ minOldestAgeMs, maxOldestAgeMs }: RecoveryWindow): string {
  return maxOldestAgeMs === Infinity
    ? `at least ${humanDuration(minOldestAgeMs)} old`
    : `at most ${humanDuration(maxOldestAgeMs)} old`;
}

/** Returns the two figures: `as few as 14 recovery points of a volume, the oldest at most 14 hours old`. */
function figures(window: RecoveryWindow, { side }: RegionRules): string {
  const where = side === "drKeep" ? " in the DR region" : "";
  const points = pluralize(window.fewestPoints, "recovery point");
  return `as few as ${points} of a volume${where}, the oldest ${oldest(window)}`;
}

/** Warns if the rules leave a single recovery point, from when a new one is made or from later. */
function singleWarning(ruled: RegionRules, window: RecoveryWindow, played: PlayedSchedule): string | undefined {
  const { schedule, keepAtLeast, windowOf } = played;
  const byRules = windowOf(ruled.rules, 1);
  if (byRules === undefined || byRules.maxOldestAgeMs === Infinity) return undefined;
  const keys = `${named(ruled)} with schedule ${schedule}`;
  if (byRules.minOldestAgeMs > 0) {
    if (window.fewestPoints > 1) return undefined;
    return `${keys} keeps ${figures(window, ruled)}: at times the newest is the only one. To have two at all times, keep them for twice the time between runs.`;
  }
  if (keepAtLeast === 1) {
    return `${keys} keeps ${figures(window, ruled)}: a new recovery point can be the only one. Keep them for longer than the time between runs.`;
  }
  return `${keys} keeps no recovery point but the newest: keepAtLeast=${keepAtLeast} alone keeps ${figures(window, ruled)}.`;
}

/** Warns about `last`, which counts recovery points: with more than one run per day those are not days. */
function lastWarning(ruled: RegionRules, window: RecoveryWindow, played: PlayedSchedule): string | undefined {
  const { schedule, gapMs, windowOf } = played;
  const { last = 0, ...others } = ruled.rules;
  if (last <= 0 || gapMs >= DAY_MS) return undefined;
  const { minOldestAgeMs, maxOldestAgeMs } = window;
  if (maxOldestAgeMs === Infinity || minOldestAgeMs >= WEEK_MS - gapMs) return undefined;
  // If another rule reaches as far, the author has thought of it.
  const reach = isEmpty(others) ? 0 : (windowOf(others)?.maxOldestAgeMs ?? Infinity);
  if (reach >= maxOldestAgeMs) return undefined;
  const key = keyOf(ruled, "last");
  const daily = keyOf(ruled, "daily");
  return `${key}=${last} with schedule ${schedule} keeps ${figures(window, ruled)}: ${key} counts recovery points, not days. ${daily} counts days.`;
}

/** Warns that with one run per day a rule that counts hours keeps as many days. */
function finerWarnings(ruled: RegionRules, window: RecoveryWindow, played: PlayedSchedule): string[] {
  const { schedule, gapMs, windowOf } = played;
  return countsOf(ruled.rules).flatMap(({ rule, periods }) => {
    if (rule === "last" || periods === 1 || periods === Infinity) return [];
    if (gapMs < 2 * LONGEST_PERIOD_MS[rule]) return [];
    const { [rule]: _, ...others } = ruled.rules;
    const without = isEmpty(others) ? undefined : windowOf(others);
    const alone = windowOf({ [rule]: periods });
    // A rule that another one covers is harmless.
    if (alone === undefined || JSON.stringify(without) === JSON.stringify(window)) return [];
    const key = keyOf(ruled, rule);
    const unit = PERIOD_NAME[rule];
    const all = isEmpty(others) ? "" : ` All rules together keep ${figures(window, ruled)}.`;
    return [
      `${key}=${periods} with schedule ${schedule} keeps ${figures(alone, ruled)}, not ${pluralize(periods, unit)}: ${key} counts only ${unit}s that have a recovery point.${all}`,
    ];
  });
}

/** Warns if few recovery points are kept, so that the steady expiry of one is more than the deletion limit permits. */
function limitWarning(ruled: RegionRules, window: RecoveryWindow, played: PlayedSchedule): string | undefined {
  const { schedule, maxDeletePercent } = played;
  const before = window.fewestPoints + 1;
  if (window.maxOldestAgeMs === Infinity || 100 / before <= maxDeletePercent) return undefined;
  const needed = Math.ceil(100 / before);
  return `maxDeletePercent=${maxDeletePercent} with ${named(ruled)} and schedule ${schedule} keeps ${figures(window, ruled)}: if one of ${before} expires, that is more than ${maxDeletePercent} %, and the deletion limit stops it until you approve each plan. Set maxDeletePercent to at least ${needed}.`;
}

/**
 * Warns about copies that are kept by days beside rules that reach much further: `keep` was added, and
 * `drRetentionDays` left as it was.
 */
function drWarning(primary: RegionRules, dr: RegionRules, played: PlayedSchedule): string | undefined {
  const { rules } = primary;
  const isByDays = countsOf(dr.rules).length === 0 && withinOf(dr.rules) === undefined;
  const isByRules = countsOf(rules).length > 0 || withinOf(rules) !== undefined;
  if (!isByDays || !isByRules) return undefined;
  const [here, there] = [played.windowOf(rules), played.windowOf(dr.rules)];
  if (here === undefined || there === undefined) return undefined;
  if (2 * there.maxOldestAgeMs > here.minOldestAgeMs) return undefined;
  return `${named(dr)} with ${named(primary)} and schedule ${played.schedule} keeps ${figures(there, dr)}; in the primary region it is ${oldest(here)}. Without the primary region everything older is lost. Set ${dr.prefix}drKeep to keep copies as long.`;
}

function policyWarnings({ keep, drKeep }: KeepPolicy, prefix: string, played: PlayedSchedule): string[] {
  const primary: RegionRules = { rules: keep, side: "keep", prefix };
  const dr: RegionRules = { rules: drKeep, side: "drKeep", prefix };
  // If the DR region has no rules of its own, the warning names the primary's.
  const sides = JSON.stringify(keep) === JSON.stringify(drKeep) ? [primary] : [primary, dr];
  const warnings = sides.flatMap((ruled) => {
    const window = played.windowOf(ruled.rules);
    if (window === undefined) return [];
    return [
      singleWarning(ruled, window, played) ?? lastWarning(ruled, window, played),
      ...finerWarnings(ruled, window, played),
      limitWarning(ruled, window, played),
    ];
  });
  return [...warnings, drWarning(primary, dr, played)].filter((text) => text !== undefined);
}

function retentionWarnings(context: WarningContext): string[] {
  const { policies, policyForAll, keepAtLeast, maxDeletePercent, schedule } = context;
  const rules = Object.values(policies).flatMap(({ keep, drKeep }) => [keep, drKeep]);
  const runs = playedRuns(schedule, new Set(rules.map((one) => JSON.stringify(one))).size);
  const known = new Map<string, RecoveryWindow | undefined>();
  const windowOf = (one: KeepRules, floor = keepAtLeast) => {
    const key = JSON.stringify([one, floor]);
    if (!known.has(key)) known.set(key, recoveryWindow(runs, one, floor));
    return known.get(key);
  };
  const gapMs = ((runs.at(-1) ?? 0) - (runs[0] ?? 0)) / Math.max(1, runs.length - 1);
  const played = { schedule, gapMs, keepAtLeast, maxDeletePercent, windowOf };
  return Object.entries(policies).flatMap(([name, policy]) =>
    policyWarnings(policy, policyForAll ? "" : `policies.${name}.`, played),
  );
}

/** Warns if the first run that misses an instance comes after orphanDays: only the grace is then left to notice it. */
function orphanWarnings(context: WarningContext): string[] {
  const { orphans, orphanDays, keepAtLeast, schedule, timezone } = context;
  const gapMs = longestGapMs(schedule, timezone);
  if (orphans === "keep" || gapMs === Infinity || orphanDays * DAY_MS > gapMs) return [];
  const [left, deleted] =
    orphans === "expire"
      ? ["no recovery point", "all of them"]
      : [`as few as ${pluralize(keepAtLeast, "recovery point")}, the newest`, "the others"];
  const gap = humanDuration(gapMs);
  return [
    `orphanDays=${orphanDays} and orphans=${orphans} with schedule ${schedule}: a volume that is no longer backed up keeps ${left}. The next run, up to ${gap} later, is the first that reports it; a run editGraceDays after that mail deletes ${deleted}. Set orphanDays to more than ${gap}.`,
  ];
}

/** @returns one or more sentences for each warning, starting with the keys */
export function configWarnings(context: WarningContext): string[] {
  const warnings = [...retentionWarnings(context), ...orphanWarnings(context)];
  if (context.alertEmails.length === 0) {
    warnings.push(
      "alertEmails=[]: no e-mail address is notified of failed backups and alarms. Add one: " +
        "npx pulumi config set --path 'alertEmails[0]' you@example.com",
    );
  }
  return warnings;
}
