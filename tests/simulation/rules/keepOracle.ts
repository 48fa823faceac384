/**
 * Decides which points the keep rules release, in UTC. It is written only for the simulation and the other way round
 * than `retention`, so that a mistake there can't hide here.
 */
import { parseWithin } from "../../../src/vault/retention/keepRules";
import type { RetentionPoint } from "../../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";

type Rule = "last" | "hourly" | "daily" | "weekly" | "monthly" | "yearly";

function timeOf({ slotMs, startTimeMs }: RetentionPoint): number {
  return slotMs ?? startTimeMs;
}

function periodOf(rule: Rule, point: RetentionPoint): string {
  if (rule === "last") return point.snapshotId;
  if (rule === "hourly") return String(Math.floor(timeOf(point) / HOUR_MS));
  if (rule === "daily") return String(Math.floor(timeOf(point) / DAY_MS));
  if (rule === "weekly") return String(Math.floor((timeOf(point) / DAY_MS + 3) / 7));
  return new Date(timeOf(point)).toISOString().slice(0, { monthly: 7, yearly: 4 }[rule]);
}

/**
 * Returns the newest of each of the newest periods; all if there are fewer periods than asked for, and then the oldest
 * point too.
 */
function keptByCount(newestFirst: readonly RetentionPoint[], rule: Rule, count: number): string[] {
  const periods = new Map<string, string>();
  for (const point of newestFirst) {
    const period = periodOf(rule, point);
    if (!periods.has(period)) periods.set(period, point.snapshotId);
  }
  const ids = [...periods.values()];
  if (count !== -1 && ids.length >= count) return ids.slice(0, count);
  return [...ids, newestFirst.at(-1)?.snapshotId ?? ""];
}

function withinLimitMs(newestFirst: readonly RetentionPoint[], within: string, nowMs: number) {
  const newest = newestFirst.find((point) => timeOf(point) <= nowMs);
  const { years, months, days, hours } = parseWithin(within) ?? { years: 0, months: 0, days: 0, hours: 0 };
  if (newest === undefined) return -Infinity;
  const limit = new Date(timeOf(newest));
  limit.setUTCFullYear(limit.getUTCFullYear() - years, limit.getUTCMonth() - months, limit.getUTCDate() - days);
  return limit.getTime() - hours * HOUR_MS;
}

const RULES: readonly Rule[] = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];

/** @returns ids */
export function letGo(
  points: readonly RetentionPoint[],
  rules: KeepRules,
  nowMs: number,
  keepAtLeast: number,
): Set<string> {
  const sorted = [...points].sort((a, b) => timeOf(b) - timeOf(a));
  const kept = new Set(sorted.slice(0, keepAtLeast).map(({ snapshotId }) => snapshotId));
  for (const rule of RULES) {
    const count = rules[rule];
    if (count === undefined) continue;
    for (const id of keptByCount(sorted, rule, count)) kept.add(id);
  }
  const limitMs = rules.within === undefined ? Infinity : withinLimitMs(sorted, rules.within, nowMs);
  const oldestMs = nowMs - (rules.retentionDays ?? -Infinity) * DAY_MS;
  for (const point of sorted) {
    if (timeOf(point) > limitMs || point.startTimeMs >= oldestMs) kept.add(point.snapshotId);
  }
  return new Set(sorted.map(({ snapshotId }) => snapshotId).filter((id) => !kept.has(id)));
}
