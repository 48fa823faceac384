/**
 * retention: which completed recovery points of each volume are kept, and why. Pure, total, deterministic: every
 * point comes back exactly once, in `keep` or in `remove`, with its reason.
 *
 * Age counts from the snapshot's own start time. The newest point of a volume is always kept, however old: a volume
 * whose backups have stopped, or that is gone, keeps its last good one (AWS DLM keeps it too).
 */
import { DAY_MS, humanDuration } from "./time";

export interface RetentionPoint {
  snapshotId: string;
  volumeId: string;
  startTimeMs: number;
  /** Whose data it holds, where that is not when it was started: a copy can be made again, and later than a newer one's. */
  slotMs?: number;
}

interface RetentionDecision {
  snapshotId: string;
  reason: string;
}

export interface RetentionResult {
  keep: RetentionDecision[];
  remove: RetentionDecision[];
}

/** Newest first; ids break ties, so that the same points in any order give the same answer. */
export function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  const dataMs = (point: RetentionPoint) => point.slotMs ?? point.startTimeMs;
  return (
    dataMs(b) - dataMs(a) || b.startTimeMs - a.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1)
  );
}

/** The ids of each volume's newest point. */
export function newestOfEachVolume(points: readonly RetentionPoint[]): Set<string> {
  const newestByVolume = new Map<string, RetentionPoint>();
  for (const point of points) {
    const known = newestByVolume.get(point.volumeId);
    if (known === undefined || newestFirst(point, known) < 0) {
      newestByVolume.set(point.volumeId, point);
    }
  }
  return new Set([...newestByVolume.values()].map(({ snapshotId }) => snapshotId));
}

/**
 * @param points completed recovery points of one region, of any number of volumes, in any order
 * @param retentionDays a point older than this goes, unless it is its volume's newest
 */
export function retention(
  points: readonly RetentionPoint[],
  retentionDays: number,
  nowMs: number,
): RetentionResult {
  const newest = newestOfEachVolume(points);
  const result: RetentionResult = { keep: [], remove: [] };
  for (const point of [...points].sort(newestFirst)) {
    const ageMs = nowMs - point.startTimeMs;
    const { snapshotId } = point;
    if (ageMs <= retentionDays * DAY_MS) {
      const reason = `within ${retentionDays} days`;
      result.keep.push({ snapshotId, reason });
    } else if (newest.has(snapshotId)) {
      result.keep.push({ snapshotId, reason: `the newest of ${point.volumeId}` });
    } else {
      const reason = `${humanDuration(ageMs)} old, kept for ${retentionDays} days`;
      result.remove.push({ snapshotId, reason });
    }
  }
  return result;
}
