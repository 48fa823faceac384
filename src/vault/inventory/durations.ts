/** Works out how long the latest snapshots or copies of a region took. Pure. */
import type { Snapshot } from "../model/world";

/** As many as can be in flight at once, so that the latest ones describe the last batch. */
const RECENT = 20;

/** Returns how long each of the latest that completed took, in milliseconds; empty if none says when it completed. */
export function recentDurationsMs(own: readonly Snapshot[]): number[] {
  const latest: { completedMs: number; durationMs: number }[] = [];
  for (const { state, startTimeMs, completedMs } of own) {
    if (state !== "completed" || completedMs === undefined) continue;
    const oldestMs = latest.length < RECENT ? -Infinity : (latest.at(-1)?.completedMs ?? -Infinity);
    if (completedMs <= oldestMs) continue;
    const place = latest.findIndex((one) => one.completedMs < completedMs);
    const durationMs = Math.max(0, completedMs - startTimeMs);
    latest.splice(place < 0 ? latest.length : place, 0, { completedMs, durationMs });
    if (latest.length > RECENT) latest.pop();
  }
  return latest.map(({ durationMs }) => durationMs);
}
