/**
 * retention: which completed recovery points of a volume are kept, and why. Pure, total, deterministic: every point
 * comes back exactly once, kept or removed, with its reasons.
 *
 * The rules have exactly the meaning of restic's `forget` (ApplyPolicy, since restic 0.16); a test holds them against it:
 * - a point stays where any rule wants it, and all stay where no rule is on;
 * - `daily 7` keeps the newest point of each of the seven newest days that have one, by the vault's time zone;
 * - a count that is not used up keeps the oldest point too, so that the history grows as long as it can;
 * - `within` counts from the newest point that is not of the future.
 * `retentionDays` is the vault's own. So is the floor: the newest points stay, whatever the rules say, so that a
 * volume whose backups have stopped, or that is gone, keeps its last good one (AWS DLM keeps it too).
 */
import type { Calendar } from "./calendar";
import { type Count, countsOf, daysWords, isEmpty, withinOf, withinWords } from "./keepRules";
import { DAY_MS, humanDuration } from "../lib/time";
import type { KeepRules } from "../model/settings";

export interface RetentionPoint {
  snapshotId: string;
  volumeId: string;
  startTimeMs: number;
  /** Whose data it holds, where that is not when it was started: a copy can be made again, and later than a newer one's. */
  slotMs?: number;
  /** When its data was taken, where that is not when it was started: of two of one slot the later data is newer. */
  takenMs?: number;
}

export interface RetentionOptions {
  nowMs: number;
  /** The calendar of the time zone that hours, days, weeks, months and years are told by. */
  calendar: Calendar;
  /** How many of the newest points stay whatever the rules say; at least 1 in a vault. */
  keepAtLeast: number;
}

export interface RetentionResult {
  /** Ids, newest first. */
  keep: string[];
  /** Ids, newest first. */
  remove: string[];
  /** By id: all that keeps it, the rules before the floor; or the one reason why it goes. Never empty. */
  reasons: Map<string, string[]>;
}

/** The time of the data that a point holds: what it is ordered by, and which day, week or month it stands for. */
function dataMs({ slotMs, startTimeMs }: RetentionPoint): number {
  return slotMs ?? startTimeMs;
}

/** Newest first; ids break ties, so that the same points in any order give the same answer. */
export function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return (
    dataMs(b) - dataMs(a) ||
    (b.takenMs ?? b.startTimeMs) - (a.takenMs ?? a.startTimeMs) ||
    b.startTimeMs - a.startTimeMs ||
    (a.snapshotId < b.snapshotId ? -1 : 1)
  );
}

/** A counted rule on its way from the newest point to the oldest. */
interface Bucket extends Count {
  /** How many periods it may still keep a point of. */
  left: number;
  /** The period that it kept last. */
  period?: string;
}

/** Adds why the counted rules keep a point of these periods; they remember that they did. */
function count(
  why: string[],
  buckets: readonly Bucket[],
  periods: ReturnType<Calendar["periodsOf"]>,
  isOldest: boolean,
): void {
  for (const bucket of buckets) {
    if (bucket.left <= 0) continue;
    const { rule, words } = bucket;
    // To `last` each point is a period of its own.
    const period = rule === "last" ? undefined : periods[rule];
    const isNew = period === undefined || period !== bucket.period;
    if (!isNew && !isOldest) continue;
    bucket.period = period;
    bucket.left -= 1;
    if (period === undefined) why.push(words);
    else why.push(`${words}: ${isNew ? period : "the oldest"}`);
  }
}

/** The instant that `within` reaches back to. Where all points are of the future nothing is old: restic keeps all. */
function withinLimitMs(
  newestToOldest: readonly RetentionPoint[],
  keep: KeepRules,
  { nowMs, calendar }: RetentionOptions,
): number | undefined {
  const distance = withinOf(keep);
  if (distance === undefined) return undefined;
  const latest = newestToOldest.find((point) => dataMs(point) <= nowMs);
  return latest === undefined ? -Infinity : calendar.before(dataMs(latest), distance);
}

/** Why a point goes, without its age. */
function goneWords(keep: KeepRules): string {
  const { retentionDays, ...others } = keep;
  const days = retentionDays ?? 0;
  const words = `kept for ${days} day${days === 1 ? "" : "s"}`;
  return isEmpty(others) ? `, ${words}` : "; no rule keeps it";
}

/**
 * @param points completed recovery points of one volume in one region, in any order
 * @param keep counts are whole numbers; a rule that is off or can't be read keeps nothing
 */
export function retention(
  points: readonly RetentionPoint[],
  keep: KeepRules,
  options: RetentionOptions,
): RetentionResult {
  const { nowMs, calendar, keepAtLeast } = options;
  const { within = "", retentionDays = 0 } = keep;
  const sorted = [...points].sort(newestFirst);
  const buckets = countsOf(keep).map((one): Bucket => ({ ...one, left: one.periods }));
  const limitMs = withinLimitMs(sorted, keep, options) ?? Infinity;
  const keepsAll = isEmpty(keep);
  const gone = goneWords(keep);
  const floor = keepAtLeast === 1 ? "the newest" : `one of the newest ${keepAtLeast}`;
  const result: RetentionResult = { keep: [], remove: [], reasons: new Map() };
  for (const [index, point] of sorted.entries()) {
    const why = keepsAll ? ["no rule is set"] : [];
    if (buckets.length > 0) count(why, buckets, calendar.periodsOf(dataMs(point)), index === sorted.length - 1);
    if (dataMs(point) > limitMs) why.push(withinWords(within));
    const ageMs = nowMs - point.startTimeMs;
    if (retentionDays > 0 && ageMs <= retentionDays * DAY_MS) why.push(daysWords(retentionDays));
    if (index < keepAtLeast) why.push(`${floor} of ${point.volumeId}`);
    if (why.length > 0) result.keep.push(point.snapshotId);
    else {
      result.remove.push(point.snapshotId);
      why.push(`${humanDuration(ageMs)} old${gone}`);
    }
    result.reasons.set(point.snapshotId, why);
  }
  return result;
}
