/** Reads keep rules and puts them into words: which are on, and their names. For their meaning see retention.ts. */
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { KeepRules } from "../model/settings";

/** A calendar distance; every part is a whole number and not negative. */
export interface Within {
  years: number;
  months: number;
  days: number;
  hours: number;
}

/** Rules with a count, in restic's order. */
export const COUNTED_RULES = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

export type CountedRule = (typeof COUNTED_RULES)[number];

/** The longest that a period of each rule takes. `last` counts recovery points, whenever they were made. */
export const LONGEST_PERIOD_MS: Readonly<Record<CountedRule, number>> = {
  last: 0,
  hourly: HOUR_MS,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 31 * DAY_MS,
  yearly: 366 * DAY_MS,
};

/** A rule with a count that is on. */
export interface Count {
  rule: CountedRule;
  /** Number of periods that it keeps a point of; `Infinity` if it keeps all. */
  periods: number;
  /** Name and count: `daily 7`, `daily all`. */
  words: string;
}

/**
 * Parses restic's duration, `1y5m7d2h`: years, months, days and hours in this order, each optional, at least one.
 * @returns `undefined` for any other text. A part has five digits at most, so that no date runs out of range
 */
export function parseWithin(text: string): Within | undefined {
  if (text === "") return undefined;
  const parts = /^(?:(\d{1,5})y)?(?:(\d{1,5})m)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?$/.exec(text);
  if (parts === null) return undefined;
  const [years, months, days, hours] = [1, 2, 3, 4].map((part) => Number(parts[part] ?? 0));
  return { years: years ?? 0, months: months ?? 0, days: days ?? 0, hours: hours ?? 0 };
}

/** Returns the `within` rule, or `undefined` if it is off: absent, all zero as in restic, or not a duration. */
export function withinOf({ within = "" }: KeepRules): Within | undefined {
  const parsed = parseWithin(within);
  return parsed !== undefined && Object.values(parsed).some((part) => part > 0) ? parsed : undefined;
}

/** Returns the rules with a count that are on. */
export function countsOf(rules: KeepRules): Count[] {
  return COUNTED_RULES.flatMap((rule) => {
    const count = rules[rule] ?? 0;
    if (count === -1) return [{ rule, periods: Infinity, words: `${rule} all` }];
    return count > 0 ? [{ rule, periods: count, words: `${rule} ${count}` }] : [];
  });
}

/** Rules as they are applied. */
export interface ReadRules {
  counts: readonly Count[];
  /** Absent if it is off. */
  distance?: Within;
  /** 0 if it is off. */
  retentionDays: number;
  /** True if no rule is on. */
  isEmpty: boolean;
}

/** Reads rules. A rule that is off or cannot be read keeps nothing. */
export function readRules(rules: KeepRules): ReadRules {
  const { retentionDays = 0 } = rules;
  const counts = countsOf(rules);
  const distance = withinOf(rules);
  const isEmpty = counts.length === 0 && distance === undefined && retentionDays <= 0;
  return { counts, distance, retentionDays, isEmpty };
}

/** Returns true if no rule is on. */
export function isEmpty(rules: KeepRules): boolean {
  return readRules(rules).isEmpty;
}

export function withinWords(within: string): string {
  return `within ${within} of the newest`;
}

export function daysWords(days: number): string {
  return `within ${days} day${days === 1 ? "" : "s"}`;
}
