/**
 * Volumes' own tags on the snapshots of a set. EC2 copies all of a volume's tags or none, and puts the same tags on every
 * snapshot. So where not all fit, those that the volumes share go into the call, and each snapshot gets the rest of its
 * own volume's by a call afterwards. Pure.
 */
import { fillTags, userTags } from "./tags";
import type { AttachedVolume, Tags } from "./world";

/** Returns the tags that every volume has with the same value. */
function sharedTags([first, ...others]: readonly AttachedVolume[]): Tags {
  const isShared = ([key, value]: [string, string]) =>
    others.every(({ tags }) => Object.hasOwn(tags, key) && tags[key] === value);
  return Object.fromEntries(Object.entries(userTags(first?.tags ?? {})).filter(isShared));
}

/**
 * Adds as many of the volumes' shared tags as fit.
 * @param base the vault's tags and the instance's, which come first
 */
export function withSharedTags(base: Tags, volumes: readonly AttachedVolume[], maxTags: number): Tags {
  return fillTags(base, sharedTags(volumes), maxTags);
}

/**
 * Returns a volume's own tags that fit on its snapshot and are not on it yet.
 * @param made what the snapshot was made with
 */
export function remainingTags(made: Tags, volume: AttachedVolume, maxTags: number): Tags {
  const filled = Object.entries(fillTags(made, userTags(volume.tags), maxTags));
  return Object.fromEntries(filled.filter(([key]) => !Object.hasOwn(made, key)));
}
