/**
 * What a person holds is left alone, and told; copies are locked where that is configured. Checked when a deletion or a
 * lock takes effect, and once a day when it is quiet.
 */
import type { LockSnapshotCommandInput } from "@aws-sdk/client-ec2";
import { LOCK_ROUNDING_MS } from "../../src/vault/guard/locks";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { type Account, type Region, type SimSnapshot, inDr, isLocked, isShared, isVerified } from "./account";
import type { Invocation } from "./invocation";
import type { Tellings } from "./tellings";
import { isMade } from "./ownership";

/** Before a deletion takes effect: what the vault could know of must have stopped it. */
export function checkHeld(account: Account, invocation: Invocation, region: Region, snapshotId: string): void {
  const snapshot = region.snapshots.get(snapshotId);
  if (snapshot === undefined || snapshot.deleted) return;
  const { startMs } = invocation;
  const { lock, shared } = snapshot;
  if (lock !== undefined && isLocked(account, snapshot) && lock.seenMs <= startMs) {
    account.story.violate("a lock is respected", `tries to delete ${snapshotId}`);
  }
  if (shared !== undefined && isShared(snapshot) && shared.seenMs <= startMs) {
    account.story.violate("what is shared stays", `deletes ${snapshotId}`);
  }
}

/** Before a lock takes effect: on a verified copy of its own, as configured, and never past what retention can wait for. */
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
  if (!isVerified(account, copy)) story.violate("locks only what is verified", SnapshotId);
  const endMs = time.nowMs() + LockDuration * DAY_MS;
  if (lock !== undefined && endMs - copy.startMs > lock.days * DAY_MS + LOCK_ROUNDING_MS) {
    story.violate("a lock ends with its days", `${SnapshotId}, by ${endMs - copy.startMs} ms`);
  }
}

/** Two sweeps, the longest that a copy takes, and that the two came one after the other. */
const LOCK_GRACE_MS = 5 * HOUR_MS;

/**
 * Every verified copy within its days is locked.
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
    // A duplicate that only a person keeps from going; one whose lock, by a person, has just ended.
    if (copy.heldByAmi || isShared(copy)) continue;
    if ((copy.lock?.untilMs ?? 0) > time.nowMs() - LOCK_GRACE_MS) continue;
    story.violate("every copy is locked", `${copy.snapshotId} of ${copy.dataOf}`);
  }
}

/** A day, and a sweep that tells it. */
const TOLD_WITHIN_MS = 26 * HOUR_MS;

/** What a person should have heard of a snapshot that is past its time: by what it is held, if that is to be told. */
function toldHold(account: Account, snapshot: SimSnapshot): string | undefined {
  const nowMs = account.time.nowMs();
  const { heldSinceMs = Infinity, shared, lock } = snapshot;
  // A lock comes first: AWS is not asked about an AMI then, and the vault may have no reason to tell it.
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

/** A snapshot that has been past its time for more than a day and is still there must be told once a day. */
export function checkToldHold(account: Account, tellings: Tellings, snapshot: SimSnapshot): void {
  const held = toldHold(account, snapshot);
  if (held === undefined) return;
  account.story.count("checked: a hold is told");
  if (tellings.lastSaid([snapshot.snapshotId]) >= account.time.nowMs() - TOLD_WITHIN_MS) return;
  account.story.violate("a hold is told once a day", `${snapshot.snapshotId}, held by ${held}`);
}
