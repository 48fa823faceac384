/**
 * Notices recovery points that somebody else deleted. The clock carries those that the rules clearly wanted at the last look,
 * and before the vault deletes anything it takes that off (clockWriter.ts), so that nothing need be concluded from what an
 * invocation that was killed may have done. Strict about what is expected, lenient about what is found: whatever is left of a
 * recovery point is not missing. One list may lag, so two looks have to miss it. Pure.
 */
import {
  ALL,
  type Counts,
  type GonePoints,
  type PointMemory,
  type PointsLook,
  type Wanted,
} from "../model/pointMemory";
import { countPoints, inFormOf, ownFinder, summed } from "./pointCounts";
import { MAX_GONE, MAX_GONE_SLOTS, unpackCounts } from "./pointMemory";
import type { PrunePlan } from "../retention/prunePlan";
import { isoSeconds } from "../lib/time";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { CERTAIN_MS, type LookedRegion, msOf, wantedIn } from "./wantedPoints";

/** What is looked through for recovery points that the rules do not want any more, or that nobody has. */
interface Sought {
  /** The vault's own of an instance, or of all. */
  ownOf: (of: string) => readonly Snapshot[];
  /** What the vault is about to delete. */
  leaving: ReadonlySet<string>;
}

/**
 * Returns what of recovery points is not there any more, by slot: in whatever state, wanted or not. Of what the vault is about
 * to delete in part nobody can say.
 * @param beforeMs what was started later took the place of what is asked about
 */
function missingOf(
  of: string,
  had: readonly (readonly [slot: string, number: number])[],
  { ownOf, leaving }: Sought,
  beforeMs: number,
): Record<string, number> {
  const slots = new Set(had.map(([slot]) => slot));
  const own = ownOf(of).filter(({ identity }) => slots.has(identity.slot));
  const counts = countPoints(own.filter(({ startTimeMs }) => startTimeMs < beforeMs));
  const has = (of === ALL ? summed(counts) : counts).get(of);
  for (const { snapshotId, identity } of own) if (leaving.has(snapshotId)) slots.delete(identity.slot);
  const isMissing = ([slot, number]: readonly [string, number]) => slots.has(slot) && (has?.get(slot) ?? 0) < number;
  return Object.fromEntries(had.filter(isMissing));
}

/** Returns what a region had and has no more. */
function newlyGone(
  had: Counts,
  { counts, startedSince }: Wanted,
  sought: Sought,
  { region, memory, nowMs }: { region: string; memory: PointMemory; nowMs: number },
): GonePoints[] {
  const now = inFormOf(counts, had);
  return [...had].flatMap(([of, slots]): GonePoints[] => {
    const mine = now.get(of);
    const fresh = startedSince.get(of);
    const less = [...slots].filter(([slot, number]) => (mine?.get(slot) ?? 0) < number || fresh?.has(slot));
    const lost = less.length === 0 ? {} : missingOf(of, less, sought, msOf(memory.at));
    const newest = Object.entries(lost).sort().slice(-MAX_GONE_SLOTS);
    if (newest.length === 0) return [];
    const count = Object.keys(lost).length;
    return [{ region, of, seen: memory.at, since: isoSeconds(nowMs), count, slots: Object.fromEntries(newest) }];
  });
}

/** Returns what is still gone of what an earlier look missed. */
function stillGone(gone: GonePoints, sought: Sought): GonePoints | undefined {
  const named = Object.entries(gone.slots);
  const slots = missingOf(gone.of, named, sought, msOf(gone.seen));
  const left = Object.keys(slots).length;
  return left === 0 ? undefined : { ...gone, count: gone.count - named.length + left, slots };
}

/** Compares what is there with what the clock expects. */
function lookAtPoints(
  memory: PointMemory,
  regions: readonly LookedRegion[],
  nowMs: number,
): Omit<PointsLook, "regions"> {
  const leaving = new Set(regions.flatMap(({ pruned }) => pruned.actions.map((one) => one.snapshotId)));
  const soughtIn = new Map(regions.map(({ region, seen }) => [region, { ownOf: ownFinder(seen), leaving }]));
  const waiting: GonePoints[] = [];
  const confirmed: GonePoints[] = [];
  for (const gone of memory.gone) {
    const sought = soughtIn.get(gone.region);
    const still = sought === undefined ? gone : stillGone(gone, sought);
    const isSure = sought !== undefined && nowMs - msOf(gone.since) >= CERTAIN_MS;
    if (still !== undefined) (isSure ? confirmed : waiting).push(still);
  }
  const wanted = new Map(regions.map((one) => [one.region, wantedIn(one, memory, nowMs)] as const));
  for (const counted of memory.counted) {
    const { region } = counted;
    const [mine, sought] = [wanted.get(region), soughtIn.get(region)];
    if (mine === undefined || sought === undefined) continue;
    const gone = (had: Counts) => newlyGone(had, mine, sought, { region, memory, nowMs });
    const had = unpackCounts(counted);
    const each = gone(had);
    // Of so many instances nobody reads a line each.
    waiting.push(...(each.length > MAX_GONE ? gone(summed(had)) : each));
  }
  return { memory, nowMs, wanted, waiting, confirmed };
}

/**
 * Compares what is there with what the clock expects.
 * @param plans of the primary region and of the DR regions that were read, in their order
 */
export function pointsLook(
  { snapshots = [], copies, points }: World,
  { primaryRegion, dr }: CoreSettings,
  plans: readonly PrunePlan[],
  nowMs: number,
): PointsLook | undefined {
  if (points === undefined) return undefined;
  const here = { region: primaryRegion, seen: snapshots };
  const there = dr.flatMap(({ region }) => {
    const seen = copies[region];
    return seen === undefined ? [] : [{ region, seen }];
  });
  const regions = [here, ...there].flatMap((one, n): LookedRegion[] => {
    const pruned = plans[n];
    return pruned === undefined ? [] : [{ ...one, pruned }];
  });
  const names = [primaryRegion, ...dr.map(({ region }) => region)];
  return { ...lookAtPoints(points, regions, nowMs), regions: names };
}
