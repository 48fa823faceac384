/**
 * Selects volumes' own tags for the snapshots of a set. EC2 copies all of a volume's tags or none, and puts the same
 * tags on every snapshot. If not all fit, the call gets the tags that all volumes share. A later call adds the rest of
 * its own volume's tags to each snapshot. Pure.
 */
import { fillTags, userTags } from "./tags";
import type { AttachedVolume, Tags } from "../world";

/** Returns the tags that every volume has with the same value. */
function sharedTags([first, ...others]: readonly AttachedVolume[]): Tags {
  const isShared = ([key, value]: [string, string]) =>
    others.every(({ tags }) => Object.hasOwn(tags, key) && tags[key] === value);
  return Object.fromEntries(Object.entries(userTags(first?.tags ?? {})).filter(isShared));
}

/**
 * Adds as many of the volumes' shared tags as fit.
 * @param base the tags of the vault and the instance, which come first
 */
export function withSharedTags(base: Tags, volumes: readonly AttachedVolume[], maxTags: number): Tags {
  return fillTags(base, sharedTags(volumes), maxTags);
}

/**
 * Returns a volume's own tags that fit on its snapshot and are not on it yet.
 * @param made tags that the snapshot was created with
 */
export function remainingTags(made: Tags, volume: AttachedVolume, maxTags: number): Tags {
  const filled = Object.entries(fillTags(made, userTags(volume.tags), maxTags));
  return Object.fromEntries(filled.filter(([key]) => !Object.hasOwn(made, key)));
}
