/**
 * What keeps a snapshot that the plan would delete: a lock, somebody whom it is shared with, the archive tier, an AMI. None
 * of it is the vault's to undo. What a person set and may have forgotten is told, once a day, as a notice. Pure.
 */
import { LOCK_ROUNDING_MS, lockedDaysEndMs } from "./locks";
import { isArchived } from "../inventory/copies";
import { DAY_MS, isoSeconds } from "../lib/time";
import type { DeleteAction, Outcome } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";
import { type Problem, type ProblemKind, problem } from "../model/problem";

/** A lock that ends so soon is waited for without a word. */
const SOON_MS = DAY_MS;

/** Told on its own of each snapshot, since each is released on its own. */
function notice(kind: ProblemKind, { snapshotId, region, reason }: DeleteAction, held: string, hint: string): Problem {
  const message = `${snapshotId} in ${region} is due for deletion (${reason}) but was not deleted: ${held}`;
  return problem(kind, snapshotId, message, hint);
}

/** The options by which the AWS CLI names a snapshot. */
function idOf({ region, snapshotId }: DeleteAction): string {
  return `--region ${region} --snapshot-id ${snapshotId}`;
}

/** Why a snapshot of the archive tier or the Recycle Bin stays: who moved it there wants it. */
export function tierHold(snapshot: Snapshot): string | undefined {
  const { state, restoreExpiryTimeMs } = snapshot;
  if (restoreExpiryTimeMs !== undefined) {
    return `it is restored from the archive tier until ${isoSeconds(restoreExpiryTimeMs)}`;
  }
  if (isArchived(snapshot)) return "it is in the archive tier";
  if (state === "recoverable" || state === "recovering") {
    return `it is ${state}: in the Recycle Bin, or on its way back from there`;
  }
  return undefined;
}

/** A lock that holds now, as far as it matters here. */
interface Lock {
  state: string;
  expiresMs?: number;
}

export function lockHold({ state, expiresMs }: Lock): string {
  const until = expiresMs === undefined ? "for some days to come" : `until ${isoSeconds(expiresMs)}`;
  return `it is locked (${state}) ${until}`;
}

/** Whether the vault's own lock of a copy may last until then. */
function isOwnLockAt({ region, snapshot }: DeleteAction, { primaryRegion, lock }: CoreSettings, atMs: number): boolean {
  if (lock === undefined) return false;
  return region !== primaryRegion && atMs <= lockedDaysEndMs(snapshot, lock) + LOCK_ROUNDING_MS;
}

/**
 * The notice of a lock, unless it ends by itself within a day, or is one that the vault's own configuration explains: a
 * copy of two that were made by mistake is locked like the other.
 */
export function lockNotice(
  action: DeleteAction,
  lock: Lock,
  settings: CoreSettings,
  nowMs: number,
): Problem | undefined {
  const { expiresMs = Infinity, state } = lock;
  if (expiresMs <= nowMs + SOON_MS || isOwnLockAt(action, settings, expiresMs)) return undefined;
  const hint =
    state === "compliance"
      ? "Nobody can end a compliance lock. The vault deletes the snapshot after the lock expires."
      : `To delete it now, unlock it: aws ec2 unlock-snapshot ${idOf(action)}. Otherwise the vault deletes it after the lock expires.`;
  return notice("locked", action, lockHold(lock), hint);
}

export function sharedHold(sharedWith: readonly string[]): string {
  return `it is shared with ${sharedWith.join(", ")}`;
}

export function sharedNotice(action: DeleteAction, sharedWith: readonly string[]): Problem {
  return notice(
    "shared",
    action,
    sharedHold(sharedWith),
    `To have it deleted, stop sharing it: aws ec2 reset-snapshot-attribute ${idOf(action)} --attribute createVolumePermission. Otherwise the vault keeps it.`,
  );
}

/**
 * What AWS refused to delete because something holds it: AWS alone knows, so the vault asks by trying. Not told of a copy
 * that the vault itself has locked a moment ago, which a read may show late.
 */
export function inUseNotices(outcomes: readonly Outcome[], settings: CoreSettings, nowMs: number): Problem[] {
  return outcomes.flatMap(({ action, heldBy, detail }) => {
    if (action.kind !== "delete" || heldBy === undefined) return [];
    const isImage = heldBy.length > 0;
    if (!isImage && isOwnLockAt(action, settings, nowMs)) return [];
    const held = isImage ? `it is in use by ${heldBy.join(", ")}` : `EC2 says: ${detail}`;
    const hint = isImage
      ? `To have it deleted, deregister the image that uses it: aws ec2 deregister-image --region ${action.region} --image-id ${heldBy[0]}. The vault deletes the snapshot after that. Otherwise the vault keeps it.`
      : "Release what EC2 names, or leave it: the vault tries again at each sweep.";
    return [notice("in-use", action, held, hint)];
  });
}
