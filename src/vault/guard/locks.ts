/**
 * Decides which copies to lock: each verified one, for the first `lock.days` days of its life. Pure.
 *
 * EC2 counts a lock's whole days from when it is set. A copy is therefore locked for what is left of its days, rounded
 * up, so the lock ends less than a day after them. A copy is not locked after its days, because it must be deletable
 * once its lock has ended. See docs/adr/0009.
 */
import { copyState } from "../inventory/copies";
import { TAG } from "../model/tags/tags";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { KeyedRegion, SnapshotLock } from "../model/settings";
import type { LockAction } from "../model/actions";
import type { Snapshot } from "../model/world";

/** Time by which a lock can outlast its days: a day of rounding, and the minutes between a plan and its last call. */
export const LOCK_ROUNDING_MS = DAY_MS + HOUR_MS;

/** Returns when the days end for which a copy is locked. */
export function lockedDaysEndMs(copy: Pick<Snapshot, "startTimeMs">, { days }: SnapshotLock) {
  return copy.startTimeMs + days * DAY_MS;
}

/**
 * Returns the copies that have to be locked, whether they already are or not.
 * @param staying copies in a region that the plan does not delete
 */
export function lockable(
  staying: readonly Snapshot[],
  { keyArn }: KeyedRegion,
  lock: SnapshotLock | undefined,
  nowMs: number,
): Snapshot[] {
  if (lock === undefined) return [];
  return staying.filter(
    (copy) =>
      copyState(copy, keyArn) === "verified" &&
      // The role is allowed to lock what carries the vault's tag. A copy that lost the tag is reported as tampering.
      copy.tags[TAG.vault] === copy.identity.vaultId &&
      lockedDaysEndMs(copy, lock) > nowMs,
  );
}

/**
 * Plans the locks that are missing, the oldest copy first, in the order in which copies are made.
 * @param toLock the result of {@link lockable}
 * @param isLocked whether any lock holds it now, including one that a person set
 */
export function planLocks(
  toLock: readonly Snapshot[],
  isLocked: (snapshotId: string) => boolean,
  lock: SnapshotLock,
  nowMs: number,
): LockAction[] {
  return toLock
    .filter(({ snapshotId }) => !isLocked(snapshotId))
    .sort((a, b) => a.startTimeMs - b.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1))
    .map((copy) => {
      const days = Math.ceil((lockedDaysEndMs(copy, lock) - nowMs) / DAY_MS);
      return {
        kind: "lock",
        region: copy.region,
        snapshotId: copy.snapshotId,
        snapshot: copy,
        mode: lock.mode,
        // A copy that seems to be made in the future must not be locked for longer than configured.
        days: Math.min(days, lock.days),
        sinceMs: copy.startTimeMs,
        reason: `verified and not locked: nobody may delete it for its first ${lock.days} days`,
      };
    });
}
