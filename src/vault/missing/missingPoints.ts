/**
 * Finds recovery points that somebody else deleted. The timer carries those that the rules clearly wanted at the last
 * look. Before the vault deletes any, it takes them off the timer (clockWriter.ts), so an invocation that is killed
 * raises no false alarm. The check is strict about what is expected and lenient about what is found. A snapshot that is
 * still there is not missing, even if it is pending or no longer wanted. Two looks have to miss it, because one list
 * may lag. Pure.
 */
import {
  ALL,
  type Counts,
  type GonePoints,
  type PointMemory,
  type PointsLook,
  type Wanted,
} from "../model/memory/pointMemory";
import { countPoints, inFormOf, ownFinder, summed } from "./pointCounts";
import { MAX_GONE, MAX_GONE_SLOTS, unpackCounts } from "./pointMemory";
import type { PrunePlan } from "../retention/prunePlan";
import { isoSeconds } from "../lib/time";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { CERTAIN_MS, type LookedRegion, msOf, wantedIn } from "./wantedPoints";

/** Snapshots of a region in which missing recovery points are searched for. */
interface Sought {
  /** Returns the vault's own snapshots of an instance, or of all instances. */
  ownOf: (of: string) => readonly Snapshot[];
  /** Ids of the snapshots that the vault is about to delete. */
  leaving: ReadonlySet<string>;
}

/**
 * Returns the recovery points that are no longer complete, by slot. Snapshots are found in any state but `error`,
 * wanted or not. Slots of which the vault is about to delete something are left out, because nothing can be said about
 * them.
 * @param beforeMs time before which the expected snapshots were started; later ones replaced them
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

/** Returns the recovery points that a region had and now lacks. */
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

/** Returns what is still gone of an earlier miss; `undefined` if nothing is. */
function stillGone(gone: GonePoints, sought: Sought): GonePoints | undefined {
  const named = Object.entries(gone.slots);
  const slots = missingOf(gone.of, named, sought, msOf(gone.seen));
  const left = Object.keys(slots).length;
  return left === 0 ? undefined : { ...gone, count: gone.count - named.length + left, slots };
}

/** Compares the recovery points of each region with what the timer expects. */
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
    // Nobody reads one line per instance for so many, so they become sums.
    waiting.push(...(each.length > MAX_GONE ? gone(summed(had)) : each));
  }
  return { memory, nowMs, wanted, waiting, confirmed };
}

/**
 * Compares what is there with what the timer expects; `undefined` if the timer could not be read.
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
