/** Makes the vault's own record of a snapshot, in one place, from what EC2's list says of it. */
import { parseDescription } from "../identity/description";
import { doubtOf } from "../identity/doubts";
import { type Intern, makeIntern, ownText } from "../lib/interned";
import type { Identity } from "../model/identity";
import { TAG } from "../model/tags/tags";
import type { Snapshot, Tags } from "../model/world";
import type { ListedSnapshot } from "./snapshotScan";
import { makeTagReader } from "./tagReader";

/** What is shared by the records of one list: most of their texts and keys of tags are alike. */
export interface Reading {
  vaultId: string;
  region: string;
  intern: Intern;
  tagsOf: ReturnType<typeof makeTagReader>;
}

export function startReading(vaultId: string, region: string): Reading {
  const intern = makeIntern();
  return { vaultId, region, intern, tagsOf: makeTagReader(intern) };
}

function identityOf({ instanceId, slot, source }: Identity, { vaultId, intern }: Reading, tags: Tags): Identity {
  const identity = { vaultId, instanceId: intern(instanceId), slot: intern(slot) };
  if (source === undefined) return identity;
  const { volumeId, snapshotId, startedMs } = source;
  const tagged = tags[TAG.sourceSnapshot];
  const sameId = tagged === snapshotId ? tagged : ownText(snapshotId);
  return { ...identity, source: { volumeId: intern(volumeId), snapshotId: sameId, startedMs } };
}

/** Turns a snapshot that the vault made into its own record; returns undefined for any other. */
export function toSnapshot(listed: ListedSnapshot, reading: Reading): Snapshot | undefined {
  const { vaultId, region, intern } = reading;
  const described = parseDescription(listed.Description);
  if (listed.SnapshotId === undefined || described?.identity.vaultId !== vaultId) return undefined;
  const known = (text: string | undefined) => (text === undefined ? undefined : intern(text));
  const { tags, form } = reading.tagsOf(listed.Tags);
  const identity = identityOf(described.identity, reading, tags);
  const ec2VolumeId = intern(listed.VolumeId ?? "");
  const startTimeMs = listed.StartTime?.getTime() ?? 0;
  const doubt = doubtOf({ ...described, identity }, { ec2VolumeId, startTimeMs }, tags, form);
  return {
    snapshotId: ownText(listed.SnapshotId),
    region,
    identity,
    ...(doubt && { doubt }),
    volumeId: identity.source?.volumeId ?? ec2VolumeId,
    state: intern(listed.State ?? "pending"),
    startTimeMs,
    ...(listed.CompletionTime && { completedMs: listed.CompletionTime.getTime() }),
    sizeGiB: listed.VolumeSize ?? 0,
    encrypted: listed.Encrypted ?? false,
    kmsKeyId: known(listed.KmsKeyId),
    stateMessage: known(listed.StateMessage),
    storageTier: known(listed.StorageTier),
    restoreExpiryTimeMs: listed.RestoreExpiryTime?.getTime(),
    tags,
  };
}
