/**
 * Decides what holds a snapshot that the plan would delete: a lock, sharing, the archive tier, or an AMI. The vault
 * undoes none of these. A hold that a person may have forgotten is reported once a day, as a notice. Pure.
 */
import { LOCK_ROUNDING_MS, lockedDaysEndMs } from "./locks";
import { isArchived } from "../inventory/copies";
import { DAY_MS, isoSeconds } from "../lib/time";
import type { DeleteAction, Outcome } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";
import { type Problem, type ProblemKind, problem } from "../model/problem";
import { withCommand } from "../lib/text";

/** Time before a lock's end in which the vault waits without a notice. */
const SOON_MS = DAY_MS;

/** Returns the notice of one snapshot. Each has its own, because each is released on its own. */
function notice(kind: ProblemKind, { snapshotId, region, reason }: DeleteAction, held: string, hint: string): Problem {
  const message = `${snapshotId} in ${region} is due for deletion (${reason}) but was not deleted: ${held}`;
  return problem(kind, snapshotId, message, hint);
}

/** Returns the AWS CLI options that name a snapshot. */
function idOf({ region, snapshotId }: DeleteAction): string {
  return `--region ${region} --snapshot-id ${snapshotId}`;
}

/** Returns why a snapshot in the archive tier or the Recycle Bin is kept. The person who moved it there wants it. */
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

/** A lock that is in effect, with the fields that matter here. */
interface Lock {
  state: string;
  expiresMs?: number;
}

export function lockHold({ state, expiresMs }: Lock): string {
  const until = expiresMs === undefined ? "for some days to come" : `until ${isoSeconds(expiresMs)}`;
  return `it is locked (${state}) ${until}`;
}

/** Decides whether the vault's own lock of a copy can last until a time. */
function isOwnLockAt({ region, snapshot }: DeleteAction, { primaryRegion, lock }: CoreSettings, atMs: number): boolean {
  if (lock === undefined) return false;
  return region !== primaryRegion && atMs <= lockedDaysEndMs(snapshot, lock) + LOCK_ROUNDING_MS;
}

/**
 * Returns the notice of a lock, unless the lock ends by itself within a day or the vault's own configuration explains
 * it. For example, both of two copies that were made by mistake are locked.
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
      : withCommand(
          "To delete it now, unlock it",
          `aws ec2 unlock-snapshot ${idOf(action)}`,
          "Otherwise the vault deletes it after the lock expires.",
        );
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
    withCommand(
      "To have it deleted, stop sharing it",
      `aws ec2 reset-snapshot-attribute ${idOf(action)} --attribute createVolumePermission`,
      "Otherwise the vault keeps it.",
    ),
  );
}

/**
 * Returns the notices of snapshots that AWS refused to delete because something holds them. Only AWS knows about that,
 * so the vault finds out by trying. A copy that the vault itself has just locked is left out, because a read may show
 * its lock late.
 */
export function inUseNotices(outcomes: readonly Outcome[], settings: CoreSettings, nowMs: number): Problem[] {
  return outcomes.flatMap(({ action, heldBy, detail }) => {
    if (action.kind !== "delete" || heldBy === undefined) return [];
    const isImage = heldBy.length > 0;
    if (!isImage && isOwnLockAt(action, settings, nowMs)) return [];
    const held = isImage ? `it is in use by ${heldBy.join(", ")}` : `EC2 says: ${detail}`;
    const hint = isImage
      ? withCommand(
          "To have it deleted, deregister the image that uses it",
          `aws ec2 deregister-image --region ${action.region} --image-id ${heldBy[0]}`,
          "The vault deletes the snapshot after that. Otherwise the vault keeps it.",
        )
      : "Release what EC2 names, or leave it: the vault tries again at each sweep.";
    return [notice("in-use", action, held, hint)];
  });
}
