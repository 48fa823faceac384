/**
 * Decides which completed recovery points of one history are kept, and why. A history is that of an instance, or of a
 * volume that several instances have had. Pure, total, deterministic: every point comes back exactly once, kept or
 * removed, with its reasons.
 *
 * The rules have exactly the meaning of restic's `forget` (ApplyPolicy, since restic 0.16); a test compares the two:
 * - a point is kept if any rule wants it, and all are kept if no rule is on;
 * - `daily 7` keeps the newest point of each of the seven newest days that have one, by the vault's time zone;
 * - a count that is not used up keeps the oldest point too, so that the history grows as long as it can;
 * - `within` counts back from the newest point that is not in the future.
 *
 * `retentionDays` is the vault's own. So is the floor: the newest points are kept whatever the rules say. A history
 * whose backups have stopped therefore keeps its last completed point (AWS DLM keeps it too).
 */
import type { Calendar } from "./calendar";
import { type Count, type Within, daysWords, isEmpty, readRules, withinWords } from "./keepRules";
import { DAY_MS, humanDuration } from "../lib/time";
import type { KeepRules } from "../model/settings";

export interface RetentionPoint {
  snapshotId: string;
  volumeId: string;
  startTimeMs: number;
  /** Time of its data, if that is not its start: a copy can be made again, later than that of a newer point. */
  slotMs?: number;
  /**
   * Time at which its data was taken, if that is not its start. Of two points of one slot, the one with later data is
   * newer.
   */
  takenMs?: number;
}

export interface RetentionOptions {
  nowMs: number;
  /** Calendar of the time zone that defines hours, days, weeks, months and years. */
  calendar: Calendar;
  /** Number of newest points that are kept whatever the rules say; at least 1 in a vault. */
  keepAtLeast: number;
}

/** Decision on each point, by its id, the newest first. */
export interface RetentionResult {
  /** All reasons that keep it, the rules before the floor. Never empty. */
  kept: Map<string, string>;
  /** The reason for its removal. */
  gone: Map<string, string>;
}

/** Returns the time of a point's data. It decides the order, and the day, week or month that the point stands for. */
function dataMs({ slotMs, startTimeMs }: RetentionPoint): number {
  return slotMs ?? startTimeMs;
}

/** Sorts the newest point first. Ids break ties, so the result does not depend on the input's order. */
export function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return (
    dataMs(b) - dataMs(a) ||
    (b.takenMs ?? b.startTimeMs) - (a.takenMs ?? a.startTimeMs) ||
    b.startTimeMs - a.startTimeMs ||
    (a.snapshotId < b.snapshotId ? -1 : 1)
  );
}

/** A rule with a count, on its way from the newest point to the oldest. */
interface Bucket extends Count {
  /** Number of periods that it still keeps a point of. */
  left: number;
  /** Period that it kept last. */
  period?: string;
}

/** Adds the reasons why rules with a count keep a point of these periods, and updates the rules. */
function count(
  why: string[],
  buckets: readonly Bucket[],
  periods: ReturnType<Calendar["periodsOf"]>,
  isOldest: boolean,
): void {
  for (const bucket of buckets) {
    if (bucket.left <= 0) continue;
    const { rule, words } = bucket;
    // For `last`, each point is a period of its own.
    const period = rule === "last" ? undefined : periods[rule];
    const isNew = period === undefined || period !== bucket.period;
    if (!isNew && !isOldest) continue;
    bucket.period = period;
    bucket.left -= 1;
    if (period === undefined) why.push(words);
    else why.push(`${words}: ${isNew ? period : "the oldest"}`);
  }
}

/**
 * Returns the instant that `within` reaches back to. If all points are in the future nothing is old, so restic keeps
 * all.
 */
function withinLimitMs(
  newestToOldest: readonly RetentionPoint[],
  distance: Within | undefined,
  { nowMs, calendar }: RetentionOptions,
): number | undefined {
  if (distance === undefined) return undefined;
  const latest = newestToOldest.find((point) => dataMs(point) <= nowMs);
  return latest === undefined ? -Infinity : calendar.before(dataMs(latest), distance);
}

/** Returns why a point is removed, without its age. */
function goneWords(keep: KeepRules): string {
  const { retentionDays, ...others } = keep;
  const days = retentionDays ?? 0;
  const words = `kept for ${days} day${days === 1 ? "" : "s"}`;
  return isEmpty(others) ? `, ${words}` : "; no rule keeps it";
}

/**
 * Applies keep rules to one history.
 * @param points completed recovery points of one history in one region, in any order
 * @param keep counts are whole numbers; a rule that is off or cannot be read keeps nothing
 */
export function retention(
  points: readonly RetentionPoint[],
  keep: KeepRules,
  options: RetentionOptions,
): RetentionResult {
  const { nowMs, calendar, keepAtLeast } = options;
  const { counts, distance, retentionDays, isEmpty: keepsAll } = readRules(keep);
  const { within = "" } = keep;
  const sorted = [...points].sort(newestFirst);
  const buckets = counts.map((one): Bucket => ({ ...one, left: one.periods }));
  const limitMs = withinLimitMs(sorted, distance, options) ?? Infinity;
  const floor = keepAtLeast === 1 ? "the newest" : `one of the newest ${keepAtLeast}`;
  const result: RetentionResult = { kept: new Map(), gone: new Map() };
  let gone: string | undefined;
  for (const [index, point] of sorted.entries()) {
    const why = keepsAll ? ["no rule is set"] : [];
    if (buckets.length > 0) count(why, buckets, calendar.periodsOf(dataMs(point)), index === sorted.length - 1);
    if (dataMs(point) > limitMs) why.push(withinWords(within));
    const ageMs = nowMs - point.startTimeMs;
    if (retentionDays > 0 && ageMs <= retentionDays * DAY_MS) why.push(daysWords(retentionDays));
    if (index < keepAtLeast) why.push(`${floor} of ${point.volumeId}`);
    if (why.length > 0) result.kept.set(point.snapshotId, why.join(", "));
    else result.gone.set(point.snapshotId, `${humanDuration(ageMs)} old${(gone ??= goneWords(keep))}`);
  }
  return result;
}
