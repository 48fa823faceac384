/**
 * Notices recovery points that somebody else deleted: what the last look found, what is not there now, and what the vault did
 * not delete. One list may lag, so it is reported when a second look, half an hour later or more, does not find it either. Pure.
 */
import { type FateOf, fatesOf } from "./dueAnyway";
import { countPoints } from "./pointCounts";
import { ALL, type Counts, type GonePoints, MAX_GONE_SLOTS, type PointMemory, fewGone, packCounts, summed, unpackCounts } from "./pointMemory"; // prettier-ignore
import { type ReadRegion, readRegions } from "./readRegions";
import { MINUTE_MS, isoSeconds, parseIso } from "./time";
import type { Outcome, VaultPolicy, World } from "./types";

/** Longer than any list lags, shorter than the hour between two sweeps. */
const CONFIRMED_MS = 30 * MINUTE_MS;

/** What a look came to. */
export interface PointsLook {
  /** By region that was read, what is there. */
  counts: ReadonlyMap<string, Counts>;
  /** Gone at this look, or not yet for long enough. */
  waiting: readonly GonePoints[];
  /** Gone at two looks: to be reported. */
  confirmed: readonly GonePoints[];
}

function inForm(counts: Counts, of: string): Counts {
  return of === ALL ? summed(counts) : counts;
}

/** Returns what a region had and has no more, but for what is known to be gone, or due. */
function newlyGone(
  before: Counts,
  now: Counts,
  region: ReadRegion,
  known: readonly GonePoints[],
  given: FateOf,
  nowMs: number,
): GonePoints[] {
  const inNow = before.has(ALL) ? summed(now) : now;
  return [...before].flatMap(([of, slots]): GonePoints[] => {
    const mine = inNow.get(of);
    const missing = [...slots].filter(([slot, number]) => (mine?.get(slot) ?? 0) < number);
    if (missing.length === 0) return [];
    const old = known.filter((one) => one.region === region.region && one.of === of);
    const fresh = missing.filter(([slot]) => old.every((one) => one.slots[slot] === undefined));
    const fates = fatesOf(of, fresh.map(([slot]) => slot), region, given); // prettier-ignore
    const lost = fresh.filter(([slot]) => fates.get(slot) !== "due").sort();
    if (lost.length === 0) return [];
    const first = Object.fromEntries(lost.slice(-MAX_GONE_SLOTS));
    return [{ region: region.region, of, since: isoSeconds(nowMs), count: lost.length, slots: first }]; // prettier-ignore
  });
}

/** Returns what is still gone of what a look missed, and whether the rules are known well enough to report it. */
function stillGone(
  gone: GonePoints,
  region: ReadRegion,
  given: FateOf,
): { gone: GonePoints; isSure: boolean } | undefined {
  // A copy that the vault has made since then takes the place of one that is gone.
  const then = countPoints(region.own, { beforeMs: parseIso(gone.since) ?? 0 });
  const mine = inForm(then, gone.of).get(gone.of);
  const all = Object.entries(gone.slots);
  const left = all.filter(([slot, number]) => (mine?.get(slot) ?? 0) < number);
  const fates = fatesOf(gone.of, left.map(([slot]) => slot), region, given); // prettier-ignore
  const lost = left.filter(([slot]) => fates.get(slot) !== "due");
  if (lost.length === 0) return undefined;
  const isSure = lost.every(([slot]) => fates.get(slot) !== "unknown");
  const count = gone.count - (all.length - lost.length);
  return { gone: { ...gone, count, slots: Object.fromEntries(lost) }, isSure };
}

/** Compares what is there with what the last look left. */
export function lookAtPoints(memory: PointMemory, given: FateOf, nowMs: number): PointsLook {
  const { read } = given;
  const counts = new Map(read.map(({ region, own }) => [region, countPoints(own)]));
  const waiting: GonePoints[] = [];
  const confirmed: GonePoints[] = [];
  for (const gone of memory.gone) {
    const region = read.find((one) => one.region === gone.region);
    const still = region && stillGone(gone, region, given);
    const isLong = nowMs - (parseIso(gone.since) ?? 0) >= CONFIRMED_MS;
    if (region === undefined) waiting.push(gone);
    else if (still !== undefined) (still.isSure && isLong ? confirmed : waiting).push(still.gone);
  }
  for (const before of memory.counted) {
    const region = read.find((one) => one.region === before.region);
    const now = counts.get(before.region);
    if (region === undefined || now === undefined) continue;
    const had = unpackCounts(before);
    waiting.push(...newlyGone(had, now, region, memory.gone, given, nowMs));
  }
  return { counts, waiting, confirmed };
}

/** Snapshots that this invocation asked EC2 to delete, whatever it answered. */
function askedToDelete(outcomes: readonly Outcome[]): Set<string> {
  const ids = new Set<string>();
  for (const { action, status, notBegun } of outcomes) {
    if (action.kind === "delete" && status !== "planned" && !notBegun) ids.add(action.snapshotId);
  }
  return ids;
}

/**
 * Returns what the clock shall carry: what is there but for what the vault has just deleted.
 * @param isTold whether a person was told of what is confirmed
 */
export function nextPoints(
  memory: PointMemory | undefined,
  { counts, waiting, confirmed }: PointsLook,
  { world, outcomes, isTold }: { world: World; outcomes: readonly Outcome[]; isTold: boolean },
  policy: VaultPolicy,
): PointMemory {
  const regions = [policy.primaryRegion, ...policy.dr.map(({ region }) => region)];
  const without = askedToDelete(outcomes);
  const left = new Map<string, Counts>();
  for (const before of memory?.counted ?? []) left.set(before.region, unpackCounts(before));
  for (const { region, own } of readRegions(world, policy)) {
    const isLess = outcomes.some(({ action }) => action.kind === "delete" && action.region === region); // prettier-ignore
    const now = isLess ? undefined : counts.get(region);
    left.set(region, now ?? countPoints(own, { without }));
  }
  const gone = [...waiting, ...(isTold ? [] : confirmed)];
  return {
    counted: packCounts(new Map([...left].filter(([region]) => regions.includes(region)))),
    gone: fewGone(gone.filter(({ region }) => regions.includes(region))),
  };
}
