/**
 * Decides what an unusable key stops. While any of the vault's keys is not enabled, no recovery point is deleted in any
 * region. What would be left may rest on copies under that key. Nothing is copied under it, or from what it encrypts.
 * Pure.
 */
import { vaultKeysOf } from "../model/vaultKeys";
import type { CopyAction, DeleteAction, Kept } from "../model/actions";
import type { KeyedRegion, CoreSettings } from "../model/settings";
import type { KeyState, Snapshot, World } from "../model/world";
import { type Problem, problem } from "../model/problem";
import { withCommand } from "../lib/text";

/** A key of the vault that is not known to be enabled. */
interface LostKey extends KeyedRegion, KeyState {}

/** Returns the keys that cannot be used; empty for a world without keys, as in tests. */
export function lostKeys({ keys }: World, settings: CoreSettings): LostKey[] {
  if (keys === undefined) return [];
  return vaultKeysOf(settings).flatMap((key): LostKey[] => {
    const state = keys[key.keyArn] ?? { state: "unknown" };
    return state.state === "Enabled" ? [] : [{ ...key, ...state }];
  });
}

/**
 * Keeps every recovery point that would be deleted while a key is lost or the timer is unread. Failed attempts are
 * still deleted.
 */
export function holdDeletions(
  deletes: readonly DeleteAction[],
  lost: readonly LostKey[],
  { changes }: Pick<World, "changes">,
): { actions: DeleteAction[]; kept: Kept[] } {
  const [key] = lost;
  // Only the timer says what was approved, or what an edit has changed.
  const why =
    key !== undefined
      ? `the key ${key.keyArn} is ${key.state}`
      : changes === "unread"
        ? "the follow-up timer could not be read"
        : undefined;
  if (why === undefined) return { actions: [...deletes], kept: [] };
  return {
    actions: deletes.filter(({ because }) => because === "failed"),
    kept: deletes
      .filter(({ because }) => because !== "failed")
      .map(({ region, snapshotId, reason }) => ({
        region,
        snapshotId,
        reason: `${reason}, but ${why}`,
      })),
  };
}

/** Leaves out the copies that would fail because of a lost key: those under it, and those of what it encrypts. */
export function withoutLost(
  copies: readonly CopyAction[],
  sources: readonly Snapshot[],
  lost: readonly LostKey[],
): CopyAction[] {
  if (lost.length === 0) return [...copies];
  const isLost = (keyArn: string | undefined) => lost.some((key) => key.keyArn === keyArn);
  const keyOf = new Map(sources.map(({ snapshotId, kmsKeyId }) => [snapshotId, kmsKeyId]));
  return copies.filter(({ kmsKeyArn, sourceSnapshotId }) => !isLost(kmsKeyArn) && !isLost(keyOf.get(sourceSnapshotId)));
}

/** Decides whether a copy's problem comes from a lost key, which is reported on its own. */
export function isUnderLost(subject: string, lost: readonly LostKey[]): boolean {
  return lost.some(({ region }) => subject.endsWith(` in ${region}`));
}

/** Returns how to make a key usable, by its state. */
function remedy({ state, region, keyArn }: LostKey): string {
  const key = `--region ${region} --key-id ${keyArn}`;
  const enable = `aws kms enable-key ${key}`;
  if (state === "PendingDeletion" || state === "PendingReplicaDeletion") {
    return withCommand("Cancel the deletion and enable the key", `aws kms cancel-key-deletion ${key} && ${enable}`);
  }
  if (state === "Disabled") return withCommand("Enable the key", enable);
  return withCommand("See what the key waits for", `aws kms describe-key ${key}`);
}

/** Reports each key that cannot be used. A key whose state is unknown was already reported as unread. */
export function keyProblems(lost: readonly LostKey[]): Problem[] {
  return lost
    .filter(({ state }) => state !== "unknown")
    .map((key) => {
      const { region, keyArn, state, deletedAt } = key;
      const until = deletedAt === undefined ? "" : `; KMS deletes it at ${deletedAt}, and with it every copy under it`;
      return problem(
        "key-not-enabled",
        keyArn,
        `nobody can restore from copies in ${region}: their key ${keyArn} is ${state}${until}. Until it is enabled, the vault deletes no recovery point in any region and copies nothing under this key.`,
        remedy(key),
      );
    });
}
