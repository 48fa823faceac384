/**
 * Lists the times at which a mail about an edit looks ahead: those at which today's rules release what exists now. Between
 * two of these, the previous rules may release it too. Pure.
 */
import { LONGEST_PERIOD_MS, countsOf, withinOf } from "../retention/keepRules";
import { firesUntil } from "./dueLater";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { Snapshot } from "../model/world";
import type { CoreSettings, KeepRules } from "../model/settings";

/** How far ahead a mail looks, and how often: what edits of retention release is due within that. */
const FARTHEST_MS = LONGEST_PERIOD_MS.yearly;
const MOST_LAST = 8;
const MOST_HORIZONS = 64;
/** Part of a period after which the mail looks again. None is shorter than that. */
const STEP = 0.9;
/** Limit on runs that are predicted. A schedule of every minute fires as often within two days. */
const MOST_FIRES = 3_000;
/** Runs within the time that a mail looks ahead. */
export interface NextRuns {
  firesMs: readonly number[];
  /** Time until which these are all. */
  untilMs: number;
}

/** Returns the next runs within a year, up to a limit. */
export function nextRuns(settings: CoreSettings, nowMs: number): NextRuns {
  const endMs = nowMs + FARTHEST_MS;
  const firesMs = firesUntil(settings, nowMs, { nowMs, endMs }, MOST_FIRES);
  return { firesMs, untilMs: firesMs.length > MOST_FIRES ? (firesMs.at(-1) ?? nowMs) : endMs };
}

/** Time spans until a rule has released points, in milliseconds, the latest first: the first one releases the newest. */
type Spans = readonly number[];

/** Returns the time spans after which rules have released what exists now. A period without a run does not count. */
function spansOf(rules: KeepRules, firesMs: readonly number[], agesMs: readonly number[]): Spans[] {
  const counted = countsOf(rules).map(({ rule, periods }): number[] => {
    const most = Number.isFinite(periods) ? periods : 0;
    const allMs = Math.max(periods * LONGEST_PERIOD_MS[rule], firesMs[periods - 1] ?? Infinity);
    if (rule === "last") return [allMs, ...firesMs.slice(0, Math.max(0, most - 1)).reverse()];
    const steps = Array.from({ length: most }, (_, index) => (most - index) * LONGEST_PERIOD_MS[rule] * STEP);
    return [allMs, ...steps];
  });
  const { years = 0, months = 0, days = 0, hours = 0 } = withinOf(rules) ?? {};
  const withinMs =
    years * LONGEST_PERIOD_MS.yearly + months * LONGEST_PERIOD_MS.monthly + days * DAY_MS + hours * HOUR_MS;
  const byAge = [withinMs, (rules.retentionDays ?? 0) * DAY_MS].filter((ms) => ms > 0);
  return [...counted, ...byAge.map((ms) => [ms, ...agesMs.map((ageMs) => ms - ageMs)])];
}

/** Returns the ages of points to the hour, the youngest first. */
function agesOf(points: readonly Snapshot[], nowMs: number): number[] {
  const hours = new Set(points.map(({ startTimeMs }) => Math.floor((nowMs - startTimeMs) / HOUR_MS)));
  return [...hours].sort((x, y) => x - y).map((hour) => hour * HOUR_MS);
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
export function horizonsOf(
  rules: readonly KeepRules[],
  points: readonly Snapshot[],
  { firesMs, untilMs }: NextRuns,
  nowMs: number,
): Horizons {
  const firesInMs = firesMs.map((atMs) => atMs - nowMs);
  const spans = rules.flatMap((one) => spansOf(one, firesInMs, agesOf(points, nowMs)));
  const isAhead = (ms: number) => ms > nowMs && ms <= untilMs;
  const timesOf = (some: Spans) => some.map((ms) => nowMs + ms + HOUR_MS).filter(isAhead);
  const each = Math.ceil(MOST_HORIZONS / Math.max(1, spans.length));
  const inOrder = (all: number[]) => [...new Set(all)].sort((x, y) => x - y);
  return {
    lastMs: inOrder(spans.flatMap((some) => timesOf(some.slice(0, 1)))).slice(0, MOST_LAST),
    otherMs: inOrder(spans.flatMap((some) => timesOf(some.slice(1)).slice(0, each))),
  };
}
