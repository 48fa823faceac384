/** Counts the recovery points of a region that the rules clearly want: those that the vault may expect to find again. Pure. */
import { isClear, isOwn } from "../identity/ownership";
import { whyKept } from "../retention/retentionVerdict";
import type { PointMemory, Wanted } from "../model/pointMemory";
import { countKept, countPoints, summed } from "./pointCounts";
import type { PrunePlan } from "../retention/prunePlan";
import { MINUTE_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";

/** Longer than any list lags and any invocation lasts, shorter than the hour between two sweeps. */
export const CERTAIN_MS = 30 * MINUTE_MS;

/** A region that was read. */
export interface LookedRegion {
  region: string;
  /** All that was seen there. */
  seen: readonly Snapshot[];
  pruned: PrunePlan;
}

/** Returns an instant in milliseconds since 1970; one that is none lies before all others. */
export function msOf(instant: string | undefined): number {
  return parseIso(instant ?? "") ?? -Infinity;
}

/** Decides whether no deletion of the vault's is so recent that a list may still show what is gone. */
function isQuiet({ deletedAt }: PointMemory, nowMs: number): boolean {
  return nowMs - msOf(deletedAt) >= CERTAIN_MS;
}

/** Decides whether a snapshot is kept since somebody changed its tags: else whoever does that first could hide a deletion. */
function isDoubted(one: Snapshot): boolean {
  return one.doubt !== undefined && one.state === "completed" && isOwn(one) && !isClear(one);
}

/** Counts what the rules want, and nothing waits to delete. */
export function wantedIn({ seen, pruned }: LookedRegion, memory: PointMemory, nowMs: number): Wanted {
  const { points, verdict } = pruned;
  const doubted = seen.filter(isDoubted);
  const wantedOf = (isAsked: (one: Snapshot) => boolean) => {
    const judged = points.filter((one) => isAsked(one) && whyKept(verdict, one) !== undefined);
    return countPoints([...judged, ...doubted.filter(isAsked)]);
  };
  const counts = countKept(verdict);
  if (doubted.length > 0) {
    const ids = new Set(doubted.map(({ identity }) => identity.instanceId));
    const some = wantedOf(({ identity }) => ids.has(identity.instanceId));
    for (const [id, mine] of some) counts.set(id, mine);
  }
  const atMs = memory.counted.length === 0 ? Infinity : msOf(memory.at);
  const late = wantedOf(({ startTimeMs }) => startTimeMs >= atMs);
  const startedSince = new Map([...late, ...summed(late)]);
  if (isQuiet(memory, nowMs)) return { counts, sure: counts, startedSince };
  const deletedMs = msOf(memory.deletedAt);
  const sure = wantedOf((one) => (one.completedMs ?? one.startTimeMs) > deletedMs);
  return { counts, sure, startedSince };
}
