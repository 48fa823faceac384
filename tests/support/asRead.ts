/** Gives records the form in which they are read, because code may be fast on one form and slow on another. */
import { makeTagReader } from "../../src/vault/aws/tagReader";
import { makeIntern, ownText } from "../../src/vault/lib/interned";
import { TAG, tagsToList } from "../../src/vault/model/tags/tags";
import type { Snapshot } from "../../src/vault/model/world";

/**
 * Makes a function that returns a snapshot with fields, texts and tags as aws/snapshotRecord.ts makes them of one list of
 * EC2's: texts that are alike are the same one. Tests join theirs from parts.
 */
export function makeReader(): (snapshot: Snapshot) => Snapshot {
  const intern = makeIntern();
  const tagsOf = makeTagReader(intern);
  const known = (text: string | undefined) => (text === undefined ? undefined : intern(text));
  return ({ identity, doubt, completedMs, ...own }) => {
    const { tags } = tagsOf(tagsToList(own.tags));
    const { vaultId, source } = identity;
    const tagged = tags[TAG.sourceSnapshot];
    const sourceId = (id: string) => (tagged === id ? tagged : ownText(id));
    const volumeId = intern(own.volumeId);
    return {
      snapshotId: ownText(own.snapshotId),
      region: own.region,
      identity: {
        vaultId,
        instanceId: intern(identity.instanceId),
        slot: intern(identity.slot),
        ...(source && { source: { ...source, volumeId, snapshotId: sourceId(source.snapshotId) } }),
      },
      ...(doubt && { doubt }),
      volumeId,
      state: intern(own.state),
      startTimeMs: own.startTimeMs,
      ...(completedMs !== undefined && { completedMs }),
      sizeGiB: own.sizeGiB,
      encrypted: own.encrypted,
      kmsKeyId: known(own.kmsKeyId),
      stateMessage: known(own.stateMessage),
      storageTier: known(own.storageTier),
      restoreExpiryTimeMs: own.restoreExpiryTimeMs,
      tags,
    };
  };
}
