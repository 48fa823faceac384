/**
 * The tags of what is copied. A copy in a DR region carries enough to restore with the primary region gone; an encrypted
 * copy in the primary region all that its original has, since it takes its place. Pure.
 */
import { INSTANCE_TAG_PREFIX, MAX_TAGS, TAG, fillTags, tagsWithPrefix, userTags, vaultTags } from "../../model/tags";
import type { Identity, Source } from "../../model/identity";
import type { Snapshot, Tags } from "../../model/world";
import { volumeSpecFromTags } from "../../model/volumeSpec";

const CARRIED_TAGS = [
  TAG.instanceName,
  TAG.instanceType,
  TAG.availabilityZone,
  TAG.run,
  TAG.crashConsistent,
  TAG.setSize,
  TAG.policy,
  TAG.keep,
  TAG.drKeep,
] as const;

/**
 * What ties a copy to the snapshot that held its data first: copies of an original and of its stand-in say the same, so
 * that none is missed when one has taken the other's place.
 */
function sourceTags(source: Source): Tags {
  return {
    [TAG.sourceSnapshot]: source.snapshotId,
    [TAG.sourceVolume]: source.volumeId,
    [TAG.sourceStarted]: new Date(source.startedMs).toISOString(),
  };
}

/** Returns what a copy of a snapshot is: the same recovery point, with where its data was first. */
export function copyIdentity({ snapshotId, volumeId, startTimeMs, identity }: Snapshot): Identity {
  return {
    ...identity,
    source: identity.source ?? { snapshotId, volumeId, startedMs: startTimeMs },
  };
}

/** The tags that repeat the identity, for people, filters and IAM: as it is, not as the source's tags have it now. */
function identityTags({ vaultId, instanceId, slot, source }: Identity): Tags {
  return {
    [TAG.vault]: vaultId,
    [TAG.instance]: instanceId,
    [TAG.slot]: slot,
    ...(source && sourceTags(source)),
  };
}

/** The vault's own; then the instance's own tags, then the volume's, up to so many. */
function withUserTags(own: Tags, { tags }: Snapshot, maxTags: number): Tags {
  const instanceTags = tagsWithPrefix(tags, INSTANCE_TAG_PREFIX);
  return fillTags(fillTags(own, instanceTags, maxTags), userTags(tags), maxTags);
}

/**
 * Of a copy in a DR region: enough to restore with the primary region gone.
 * @param configured the stack's `tags`, as they are now
 */
export function drCopyTags(snapshot: Snapshot, configured: Tags = {}): Tags {
  const spec = volumeSpecFromTags(snapshot.tags, snapshot.volumeId);
  const known: Record<string, string | number | undefined> = {
    [TAG.volumeSizeGiB]: spec?.sizeGiB ?? snapshot.sizeGiB,
    [TAG.device]: spec?.deviceName,
    [TAG.deviceRole]: spec === undefined ? undefined : spec.isRoot ? "root" : "data",
    [TAG.volumeType]: spec?.volumeType,
    [TAG.volumeIops]: spec?.iops,
    [TAG.volumeThroughputMiBps]: spec?.throughputMiBps,
  };
  for (const key of CARRIED_TAGS) known[key] = snapshot.tags[key];
  Object.assign(known, identityTags(copyIdentity(snapshot)));
  const own = Object.fromEntries(
    Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
  return withUserTags({ ...configured, ...own }, snapshot, MAX_TAGS);
}

/**
 * Of an encrypted copy in the primary region: whatever its original has, the marks of expired copies among it.
 * @param maxTags room is left for the marks that are written later
 * @param configured the stack's `tags`, as they are now
 */
export function replacementTags(original: Snapshot, maxTags: number, configured: Tags = {}): Tags {
  const identity = identityTags(copyIdentity(original));
  const needed = { ...configured, ...vaultTags(original.tags), ...identity };
  return withUserTags(needed, original, maxTags);
}
