/**
 * Checks that what a person holds is left alone and reported, and that copies are locked if configured. It checks when
 * a deletion or a lock takes effect, and once a day when it is quiet.
 */
import type { LockSnapshotCommandInput } from "@aws-sdk/client-ec2";
import { LOCK_ROUNDING_MS } from "../../../src/vault/guard/locks";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import { type Account, type Region, type SimSnapshot, inDr, isLocked, isShared, isVerified } from "../account/account";
import type { Invocation } from "../account/invocation";
import type { Tellings } from "./tellings";
import { isMade } from "../account/ownership";

/** Checks before a deletion takes effect that no hold the vault could know of should have stopped it. */
export function checkHeld(account: Account, invocation: Invocation, region: Region, snapshotId: string): void {
  const snapshot = region.snapshots.get(snapshotId);
  if (snapshot === undefined || snapshot.deleted) return;
  const { startMs } = invocation;
  const { lock, shared } = snapshot;
  if (lock !== undefined && isLocked(account, snapshot) && lock.seenMs <= startMs) {
    account.story.violate("a lock is respected", `tries to delete ${snapshotId}`);
  }
  if (shared !== undefined && isShared(snapshot) && shared.seenMs <= startMs) {
    account.story.violate("a shared snapshot is kept", `deletes ${snapshotId}`);
  }
}

/**
 * Checks before a lock takes effect: it is on a verified copy of the vault, as configured, and never beyond its days.
 */
export function checkLock(
  account: Account,
  invocation: Invocation,
  region: Region,
  { SnapshotId = "", LockMode, LockDuration = 0 }: LockSnapshotCommandInput,
): void {
  const { settings, story, time, faults } = account;
  const copy = region.snapshots.get(SnapshotId);
  const { lock } = settings;
  story.count("locks");
  if (lock === undefined || lock.mode !== LockMode || LockDuration > lock.days) {
    story.violate("locks as configured", `${SnapshotId}: ${String(LockMode)} ${LockDuration}`);
  }
  if (copy === undefined || copy.deleted) return;
  const lostUnseen = (copy.lostMs ?? 0) >= invocation.startMs - faults.nature.consistencyMs;
  if (!inDr(account, copy) || !(isMade(account, copy) || lostUnseen)) {
    story.violate("locks only its own copies", SnapshotId);
  }
  if (!isVerified(account, copy)) story.violate("locks only verified copies", SnapshotId);
  const endMs = time.nowMs() + LockDuration * DAY_MS;
  if (lock !== undefined && endMs - copy.startMs > lock.days * DAY_MS + LOCK_ROUNDING_MS) {
    story.violate("a lock ends with its days", `${SnapshotId}, by ${endMs - copy.startMs} ms`);
  }
}

/** Two sweeps, the longest duration of a copy, and some time between the sweeps. */
const LOCK_GRACE_MS = 5 * HOUR_MS;

/**
 * Checks that every verified copy within its days is locked.
 * @param copies the vault's own of one volume
 */
export function checkLocked(account: Account, copies: readonly SimSnapshot[]): void {
  const { time, settings, story } = account;
  const { lock } = settings;
  if (lock === undefined) return;
  for (const copy of copies) {
    const ageMs = time.nowMs() - copy.startMs;
    if (ageMs < LOCK_GRACE_MS || ageMs >= lock.days * DAY_MS) continue;
    if (!isVerified(account, copy) || isLocked(account, copy)) continue;
    // Skips a redundant copy that only a person holds, and one whose lock, by a person, has just ended.
    if (copy.heldByAmi || isShared(copy)) continue;
    if ((copy.lock?.untilMs ?? 0) > time.nowMs() - LOCK_GRACE_MS) continue;
    story.violate("every copy is locked", `${copy.snapshotId} of ${copy.dataOf}`);
  }
}

/** A day, and a sweep that reports it. */
const TOLD_WITHIN_MS = 26 * HOUR_MS;

/** Returns what should have been reported of a snapshot past its retention: its hold, if that must be reported. */
function holdNotified(account: Account, snapshot: SimSnapshot): string | undefined {
  const nowMs = account.time.nowMs();
  const { heldSinceMs = Infinity, shared, lock } = snapshot;
  // A lock comes first: AWS is not asked about an AMI then, and the vault may have no reason to report it.
  if (lock === undefined || lock.untilMs <= nowMs - TOLD_WITHIN_MS) {
    if (isShared(snapshot)) {
      return (shared?.seenMs ?? Infinity) < nowMs - TOLD_WITHIN_MS ? "a share" : undefined;
    }
    return snapshot.heldByAmi && heldSinceMs < nowMs - TOLD_WITHIN_MS ? "an AMI" : undefined;
  }
  if (lock.untilMs <= nowMs || lock.seenMs > nowMs - TOLD_WITHIN_MS) return undefined;
  // The vault waits for its own locks, and for one that ends within a day.
  const own = inDr(account, snapshot) && account.settings.lock !== undefined;
  const days = account.settings.lock?.days ?? 0;
  const explainedMs = own ? snapshot.startMs + days * DAY_MS + LOCK_ROUNDING_MS : 0;
  return lock.untilMs > Math.max(nowMs + DAY_MS, explainedMs) ? "a lock" : undefined;
}

/** Checks that a snapshot past its retention for more than a day is reported once a day. */
export function checkHoldNotified(account: Account, tellings: Tellings, snapshot: SimSnapshot): void {
  const held = holdNotified(account, snapshot);
  if (held === undefined) return;
  account.story.count("checked: a hold is told");
  if (tellings.lastSaid([snapshot.snapshotId]) >= account.time.nowMs() - TOLD_WITHIN_MS) return;
  account.story.violate("a hold is reported once a day", `${snapshot.snapshotId}, held by ${held}`);
}
