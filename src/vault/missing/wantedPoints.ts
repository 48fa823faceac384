/**
 * Counts the recovery points of a region that the rules clearly want, so that the vault can expect to find them again.
 * Pure.
 */
import { isClear, isOwn } from "../identity/ownership";
import { whyKept } from "../retention/retentionVerdict";
import type { PointMemory, Wanted } from "../model/memory/pointMemory";
import { countKept, countPoints, summed } from "./pointCounts";
import type { PrunePlan } from "../retention/prunePlan";
import { MINUTE_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";

/** A time that is longer than any list lags and any invocation lasts, and shorter than the hour between two sweeps. */
export const CERTAIN_MS = 30 * MINUTE_MS;

/** A region that was read. */
export interface LookedRegion {
  region: string;
  /** All snapshots that were seen there. */
  seen: readonly Snapshot[];
  pruned: PrunePlan;
}

/** Returns a time in milliseconds since 1970; `-Infinity` if the text is not a time. */
export function msOf(instant: string | undefined): number {
  return parseIso(instant ?? "") ?? -Infinity;
}

/** Decides whether the vault's last deletion is so long ago that no list still shows what is gone. */
function isQuiet({ deletedAt }: PointMemory, nowMs: number): boolean {
  return nowMs - msOf(deletedAt) >= CERTAIN_MS;
}

/**
 * Decides whether a snapshot is kept because its tags were changed. It is expected too, because otherwise anyone could
 * hide a deletion by changing tags first.
 */
function isDoubted(one: Snapshot): boolean {
  return one.doubt !== undefined && one.state === "completed" && isOwn(one) && !isClear(one);
}

/** Counts the recovery points that the rules want and that do not wait for deletion. */
export function wantedIn({ seen, pruned }: LookedRegion, memory: PointMemory, nowMs: number): Wanted {
  const { points, verdict } = pruned;
  const doubted = seen.filter(isDoubted);
  const wantedOf = (isAsked: (one: Snapshot) => boolean) => {
    const keptPoints = points.filter((one) => isAsked(one) && whyKept(verdict, one) !== undefined);
    return countPoints([...keptPoints, ...doubted.filter(isAsked)]);
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
