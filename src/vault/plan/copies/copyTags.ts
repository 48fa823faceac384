/**
 * Composes the tags of copies. A copy in a DR region carries enough to restore without the primary region. An encrypted
 * copy in the primary region carries all that its original has, because it replaces it. Pure.
 */
import {
  INSTANCE_TAG_PREFIX,
  MAX_TAGS,
  TAG,
  fillTags,
  tagsWithPrefix,
  userTags,
  vaultTags,
} from "../../model/tags/tags";
import type { Identity, Source } from "../../model/identity";
import type { Snapshot, Tags } from "../../model/world";
import { launchTagsIn } from "../../model/tags/launchTags";
import { volumeFlagsToText } from "../../model/tags/volumeFlags";
import { volumeSpecFromTags } from "../../model/tags/volumeSpec";

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
 * Returns the tags that tie a copy to the snapshot that held its data first. Copies of an original and of its encrypted
 * replacement have the same ones, so that no copy is missed after the replacement.
 */
function sourceTags(source: Source): Tags {
  return {
    [TAG.sourceSnapshot]: source.snapshotId,
    [TAG.sourceVolume]: source.volumeId,
    [TAG.sourceStarted]: new Date(source.startedMs).toISOString(),
  };
}

/** Returns the identity of a copy: the same recovery point, with the snapshot that held its data first. */
export function copyIdentity({ snapshotId, volumeId, startTimeMs, identity }: Snapshot): Identity {
  return {
    ...identity,
    source: identity.source ?? { snapshotId, volumeId, startedMs: startTimeMs },
  };
}

/**
 * Returns the tags that repeat the identity for people, filters and IAM. They come from the identity, because the
 * source's tags may have been changed.
 */
function identityTags({ vaultId, instanceId, slot, source }: Identity): Tags {
  return {
    [TAG.vault]: vaultId,
    [TAG.instance]: instanceId,
    [TAG.slot]: slot,
    ...(source && sourceTags(source)),
  };
}

/** Adds the instance's own tags and then the volume's, up to a number of tags. */
function withUserTags(own: Tags, { tags }: Snapshot, maxTags: number): Tags {
  const instanceTags = tagsWithPrefix(tags, INSTANCE_TAG_PREFIX);
  return fillTags(fillTags(own, instanceTags, maxTags), userTags(tags), maxTags);
}

/**
 * Returns the tags of a copy in a DR region, which are enough to restore without the primary region.
 * @param configured the stack's current `tags`
 */
export function drCopyTags(snapshot: Snapshot, configured: Tags = {}): Tags {
  const spec = volumeSpecFromTags(snapshot.tags, snapshot.volumeId);
  const own: Record<string, string> = {};
  const set = (key: string, value: string | number | undefined) => {
    if (value !== undefined) own[key] = String(value);
  };
  set(TAG.volumeSizeGiB, spec?.sizeGiB ?? snapshot.sizeGiB);
  if (spec !== undefined) {
    set(TAG.device, spec.deviceName);
    set(TAG.deviceRole, spec.isRoot ? "root" : "data");
    set(TAG.volumeType, spec.volumeType);
    set(TAG.volumeIops, spec.iops);
    set(TAG.volumeThroughputMiBps, spec.throughputMiBps);
    set(TAG.volumeFlags, volumeFlagsToText(spec));
  }
  for (const key of CARRIED_TAGS) set(key, snapshot.tags[key]);
  Object.assign(own, identityTags(copyIdentity(snapshot)));
  return withUserTags(fillTags({ ...configured, ...own }, launchTagsIn(snapshot.tags), MAX_TAGS), snapshot, MAX_TAGS);
}

/**
 * Returns the tags of an encrypted replacement: all that its original has, with its copy-expired tags.
 * @param maxTags leaves room for copy-expired tags that are written later
 * @param configured the stack's current `tags`
 */
export function replacementTags(original: Snapshot, maxTags: number, configured: Tags = {}): Tags {
  const identity = identityTags(copyIdentity(original));
  const needed = { ...configured, ...vaultTags(original.tags), ...identity };
  return withUserTags(needed, original, maxTags);
}
