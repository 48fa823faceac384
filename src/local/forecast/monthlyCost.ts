/**
 * Estimates what a configuration costs per month after a year, by the sizes of volumes, because nobody can rehearse
 * which
 * blocks change. The cost is that of snapshots of the volumes that are backed up now, their copies, and the resources
 * that
 * the stack itself declares. Pure.
 */
import { playedRuns, recoveryWindow } from "../../config/checks/recoveryWindow";
import { DAY_MS } from "../../vault/lib/time";
import type { KeepRules } from "../../vault/model/settings";
import { PRICE } from "./prices";

const YEAR_DAYS = 365;
const MONTH_DAYS = YEAR_DAYS / 12;

interface CostedVolume {
  volumeId: string;
  gib: number;
  keep: KeepRules;
  drKeep: KeepRules;
  keepAtLeast: number;
}

/** Input of the estimate. */
export interface CostedStack {
  volumes: readonly CostedVolume[];
  drRegions: readonly string[];
  schedule: string;
  recycleBinDays: number;
  /** Declared resources, by number. */
  keys: number;
  alarms: number;
  dashboards: number;
}

/** USD per month. */
export interface MonthlyCost {
  storageUsd: number;
  transferUsd: number;
  /** Keys, alarms and dashboards. */
  machineryUsd: number;
  totalUsd: number;
}

/** Cost of an edit; a negative one is saved. */
export interface CostChange {
  before: MonthlyCost;
  after: MonthlyCost;
  monthlyUsd: number;
  /** First copies of volumes to regions that have none of them. */
  onceUsd: number;
  /** Share of a volume's blocks that is assumed to change per day. */
  dailyChange: number;
}

function cents(usd: number): number {
  return Math.round(100 * usd) / 100;
}

/** Finds how many times its size a volume's snapshots take under rules. */
type StoredSizes = (rules: KeepRules, keepAtLeast: number) => number;

/** @param change share of a volume's blocks that changes per day */
function storedSizes({ schedule, recycleBinDays }: CostedStack, change: number): StoredSizes {
  const runs = playedRuns(schedule, 1);
  const gapDays = gapDaysOf(runs);
  const known = new Map<string, number>();
  const sizesOf: StoredSizes = (rules, keepAtLeast) => {
    const window = recoveryWindow(runs, rules, keepAtLeast);
    if (window === undefined) return 1;
    const days = Math.min(YEAR_DAYS, window.minOldestAgeMs / DAY_MS);
    // Each point but the oldest adds what changed since the one before it, and no more than the volume.
    const mostSizes = window.fewestPoints + recycleBinDays / gapDays;
    return Math.max(1, Math.min(mostSizes, 1 + change * (days + recycleBinDays)));
  };
  return (rules, keepAtLeast) => {
    const key = JSON.stringify([rules, keepAtLeast]);
    const size = known.get(key) ?? sizesOf(rules, keepAtLeast);
    known.set(key, size);
    return size;
  };
}

/** Returns the mean days between runs. */
function gapDaysOf(runs: readonly number[]): number {
  const [first = 0, last = 0] = [runs[0], runs.at(-1)];
  return runs.length < 2 ? YEAR_DAYS : (last - first) / (runs.length - 1) / DAY_MS;
}

/** @param change share of a volume's blocks that changes per day, as in 0.05 */
export function monthlyCost(stack: CostedStack, change: number): MonthlyCost {
  const { volumes, drRegions, keys, alarms, dashboards } = stack;
  const sizesOf = storedSizes(stack, change);
  const gapDays = gapDaysOf(playedRuns(stack.schedule, 1));
  const changedSizes = (Math.min(1, change * gapDays) * MONTH_DAYS) / gapDays;
  let storedGib = 0;
  let copiedGib = 0;
  for (const { gib, keep, drKeep, keepAtLeast } of volumes) {
    storedGib += gib * sizesOf(keep, keepAtLeast);
    storedGib += gib * sizesOf(drKeep, keepAtLeast) * drRegions.length;
    copiedGib += gib * changedSizes * drRegions.length;
  }
  const storageUsd = storedGib * PRICE.snapshotGbMonth;
  const transferUsd = copiedGib * PRICE.transferGb;
  const machineryUsd = keys * PRICE.kmsKey + alarms * PRICE.alarm + dashboards * PRICE.dashboard;
  return {
    storageUsd: cents(storageUsd),
    transferUsd: cents(transferUsd),
    machineryUsd: cents(machineryUsd),
    totalUsd: cents(storageUsd + transferUsd + machineryUsd),
  };
}

/** Sizes of first copies: of each volume to each region that it was not copied to. */
function firstCopiesGib(before: CostedStack, after: CostedStack): number {
  const known = new Set(before.volumes.map(({ volumeId }) => volumeId));
  return after.volumes.reduce((sum, { volumeId, gib }) => {
    const fresh = after.drRegions.filter((region) => !known.has(volumeId) || !before.drRegions.includes(region));
    return sum + gib * fresh.length;
  }, 0);
}

/** Compares two configurations of a stack. */
export function costChange(before: CostedStack, after: CostedStack, dailyChange: number): CostChange {
  const [was, is] = [monthlyCost(before, dailyChange), monthlyCost(after, dailyChange)];
  return {
    before: was,
    after: is,
    monthlyUsd: cents(is.totalUsd - was.totalUsd),
    onceUsd: cents(firstCopiesGib(before, after) * PRICE.transferGb),
    dailyChange,
  };
}
