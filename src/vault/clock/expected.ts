/** Expects when work under way has ended, by how long the latest such work took. Pure. */

/** Work of one kind in one region. */
export interface UnderWay {
  /** When each item started, in epoch milliseconds. */
  sinceMs: readonly number[];
  /** How long the latest of this kind took, in milliseconds. */
  recentMs: readonly number[];
}

/** Tolerance for sums of shares such as three thirds. */
const ROUNDING = 1e-9;

/**
 * Returns the time by which `count` of the items have ended, if each takes as long as one of the latest that took longer
 * than its age. An item that is older than all of those took is not expected.
 * @returns epoch milliseconds; `undefined` if no item is expected
 */
export function expectedMs({ sinceMs, recentMs }: UnderWay, count: number, nowMs: number): number | undefined {
  let known = 0;
  const ends: { atMs: number; share: number }[] = [];
  for (const startMs of sinceMs) {
    const longer = recentMs.filter((durationMs) => startMs + durationMs > nowMs);
    if (longer.length > 0) known += 1;
    for (const durationMs of longer) ends.push({ atMs: startMs + durationMs, share: 1 / longer.length });
  }
  ends.sort((a, b) => a.atMs - b.atMs);
  let ended = 0;
  for (const { atMs, share } of ends) {
    ended += share;
    if (ended >= Math.min(count, known) - ROUNDING) return atMs;
  }
  return undefined;
}
