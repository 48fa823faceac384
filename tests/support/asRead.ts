/** Gives records the form in which they are read, because code may be fast on one form and slow on another. */
import { tagsFromList } from "../../src/vault/model/tags";
import type { Snapshot } from "../../src/vault/model/world";

/**
 * Returns a snapshot with texts of its own and with fields and tags in the order in which snapshotRecord.ts writes them. Tests
 * join their texts from parts and share them, which EC2's answers never do.
 */
export function asRead(snapshot: Snapshot): Snapshot {
  const { identity, doubt, volumeId, completedMs, kmsKeyId, ...own } = JSON.parse(JSON.stringify(snapshot)) as Snapshot;
  const tags = Object.entries(own.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    snapshotId: own.snapshotId,
    region: snapshot.region,
    identity,
    ...(doubt && { doubt }),
    volumeId,
    state: own.state,
    startTimeMs: own.startTimeMs,
    ...(completedMs !== undefined && { completedMs }),
    sizeGiB: own.sizeGiB,
    encrypted: own.encrypted,
    kmsKeyId,
    stateMessage: own.stateMessage,
    storageTier: own.storageTier,
    restoreExpiryTimeMs: own.restoreExpiryTimeMs,
    tags: tagsFromList(tags),
  };
}
