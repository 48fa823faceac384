/**
 * Lists the times at which a mail about an edit looks ahead: those at which today's rules release what exists now. Between
 * two of these, the previous rules may release it too. Pure.
 */
import type { Calendar } from "../retention/calendar";
import { type CountedRule, LONGEST_PERIOD_MS, countsOf, withinOf } from "../retention/keepRules";
import type { ReadAt } from "../retention/verdict";
import { firesUntil } from "./dueLater";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { Snapshot } from "../model/world";
import type { CoreSettings, KeepRules } from "../model/settings";

/** How far ahead a mail looks, and how often: what edits of retention release is due within that. */
const FARTHEST_MS = LONGEST_PERIOD_MS.yearly;
const MOST_LAST = 8;
const MOST_HORIZONS = 64;
/** Limit on runs that are predicted. A schedule of every minute fires as often within two days. */
const MOST_FIRES = 3_000;

/** Runs within the time that a mail looks ahead. */
export interface NextRuns {
  firesMs: readonly number[];
  /** Time until which these are all. */
  untilMs: number;
  nowMs: number;
  calendar: Calendar;
}

/**
 * Returns the next runs within a year, up to a limit.
 * @param dueMs time of a run whose recovery points are about to be made; empty: none
 */
export function nextRuns(settings: CoreSettings, { nowMs, calendar }: ReadAt, dueMs: readonly number[]): NextRuns {
  const endMs = nowMs + FARTHEST_MS;
  const firesMs = firesUntil(settings, nowMs, { nowMs, endMs }, MOST_FIRES);
  const untilMs = firesMs.length > MOST_FIRES ? (firesMs.at(-1) ?? nowMs) : endMs;
  return { firesMs: [...dueMs, ...firesMs], untilMs, nowMs, calendar };
}

/** Returns the first runs of the next periods of a rule: each makes it release the oldest of its periods. */
function firstRunsMs(rule: CountedRule, most: number, { firesMs, nowMs, calendar }: NextRuns): number[] {
  if (rule === "last") return firesMs.slice(0, most);
  const first: number[] = [];
  let period = calendar.periodsOf(nowMs)[rule];
  for (const atMs of firesMs) {
    if (first.length >= most) break;
    const next = calendar.periodsOf(atMs)[rule];
    if (next !== period) first.push(atMs);
    period = next;
  }
  return first;
}

/** Times at which a rule releases points, in milliseconds since 1970, the latest first. */
type Times = readonly number[];

/** Returns when rules have released points. A period without a run does not count. */
function timesOf(rules: KeepRules, points: readonly Snapshot[], runs: NextRuns): { lastMs: Times; othersMs: Times }[] {
  const { firesMs, nowMs } = runs;
  const counted = countsOf(rules).map(({ rule, periods }) => {
    const lastMs = Math.max(nowMs + periods * LONGEST_PERIOD_MS[rule], firesMs[periods - 1] ?? Infinity);
    const othersMs = firstRunsMs(rule, Number.isFinite(periods) ? periods + 1 : 0, runs).reverse();
    return { lastMs: [lastMs], othersMs };
  });
  const { years = 0, months = 0, days = 0, hours = 0 } = withinOf(rules) ?? {};
  const withinMs =
    years * LONGEST_PERIOD_MS.yearly + months * LONGEST_PERIOD_MS.monthly + days * DAY_MS + hours * HOUR_MS;
  const byAge = [withinMs, (rules.retentionDays ?? 0) * DAY_MS].filter((ms) => ms > 0);
  const madeMs = madeOf(points);
  return [...counted, ...byAge.map((ms) => ({ lastMs: [nowMs + ms], othersMs: madeMs.map((at) => at + ms) }))];
}

/** Returns when points were made, to the hour, the latest first. */
function madeOf(points: readonly Snapshot[]): number[] {
  const hours = new Set(points.map(({ startTimeMs }) => Math.ceil(startTimeMs / HOUR_MS)));
  return [...hours].sort((x, y) => y - x).map((hour) => hour * HOUR_MS);
}

/** Times at which the rules of instances release what they have, in milliseconds since 1970, in order. */
export interface Horizons {
  /** Those after which nothing is left of what exists now, one for each rule. */
  lastMs: number[];
  /** The others, the latest ones of each rule. */
  otherMs: number[];
}

/**
 * Returns the times at which rules release points, also within the grace: a person may approve the plan before its end.
 * @param rules the different rules of the instances
 */
export function horizonsOf(rules: readonly KeepRules[], points: readonly Snapshot[], runs: NextRuns): Horizons {
  const all = rules.flatMap((one) => timesOf(one, points, runs));
  const each = Math.ceil(MOST_HORIZONS / Math.max(1, all.length));
  const ahead = (some: Times) => some.map((ms) => ms + HOUR_MS).filter((ms) => ms > runs.nowMs && ms <= runs.untilMs);
  const inOrder = (some: number[]) => [...new Set(some)].sort((x, y) => x - y);
  return {
    lastMs: inOrder(all.flatMap(({ lastMs }) => ahead(lastMs))).slice(0, MOST_LAST),
    otherMs: inOrder(all.flatMap(({ othersMs }) => ahead(othersMs).slice(0, each))),
  };
}
