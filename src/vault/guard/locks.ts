/**
 * Which copies are to be locked: each verified one, for the first `lock.days` days of its life. Pure.
 *
 * EC2 counts a lock's whole days from when it is set, so a copy is locked for what is left of its days, rounded up: the
 * lock ends less than a day after them. It is never set again after them: a copy whose lock has ended must be able to
 * go. See docs/adr/0009.
 */
import { copyState } from "../inventory/copies";
import { TAG } from "../model/tags";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { KeyedRegion, SnapshotLock } from "../model/settings";
import type { LockAction } from "../model/actions";
import type { Snapshot } from "../model/world";

/** How long a lock may outlive its days: a day by rounding, and the minutes between a plan and its last call. */
export const LOCK_ROUNDING_MS = DAY_MS + HOUR_MS;

/** When the days of a copy are over. */
export function lockedDaysEndMs(copy: Pick<Snapshot, "startTimeMs">, { days }: SnapshotLock) {
  return copy.startTimeMs + days * DAY_MS;
}

/** Returns the copies that have to be locked, whether they are or not, of those in a region that the plan does not delete. */
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
      // The role may lock what carries the vault's tag; what has lost it is reported as tampering.
      copy.tags[TAG.vault] === copy.identity.vaultId &&
      lockedDaysEndMs(copy, lock) > nowMs,
  );
}

/**
 * Plans the locks that are missing, the oldest copy first, as copies are made.
 * @param toLock what {@link lockable} returned
 * @param isLocked whether any lock holds it now, also one that a person set
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
        // A copy that seems to be made in the future must not be locked for longer than was asked for.
        days: Math.min(days, lock.days),
        sinceMs: copy.startTimeMs,
        reason: `verified and not locked: nobody may delete it for its first ${lock.days} days`,
      };
    });
}
