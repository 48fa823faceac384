/**
 * Every tag that the vault writes or reads, in one place: the writer and the reader of a tag share its constant,
 * so that what is made is what is found. Tags are the vault's only state.
 */
import type { Tags } from "./world";

export const TAG_PREFIX = "smart-vault:";

export const TAG = {
  vault: "smart-vault:vault",
  instance: "smart-vault:instance",
  instanceName: "smart-vault:instance-name",
  instanceType: "smart-vault:instance-type",
  availabilityZone: "smart-vault:availability-zone",
  slot: "smart-vault:slot",
  run: "smart-vault:run",
  /** `true`: taken in one CreateSnapshots call with the other volumes of the set. */
  crashConsistent: "smart-vault:crash-consistent",
  /** How many snapshots the recovery point has: one that shows fewer is incomplete. */
  setSize: "smart-vault:set-size",
  /** On a snapshot: every volume of the set, see volumeSpec.ts. Continued in `smart-vault:volumes-2`, … */
  volumes: "smart-vault:volumes",
  /** The value of the instance's backup tag: which of the stack's policies it is under. */
  policy: "smart-vault:policy",
  /** The instance's own keep rules, see retention/tagOverrides.ts. */
  keep: "smart-vault:keep",
  drKeep: "smart-vault:dr-keep",
  /** On a copy: the snapshot that held its data first, see copyTags.ts, and what the volume looked like. */
  sourceSnapshot: "smart-vault:source-snapshot",
  sourceVolume: "smart-vault:source-volume",
  /** When the snapshot was started that holds the data first: a copy of a copy is no younger than that. */
  sourceStarted: "smart-vault:source-started",
  device: "smart-vault:device",
  deviceRole: "smart-vault:device-role",
  volumeType: "smart-vault:volume-type",
  volumeSizeGiB: "smart-vault:volume-size-gib",
  volumeIops: "smart-vault:volume-iops",
  volumeThroughputMiBps: "smart-vault:volume-throughput-mibps",
} as const;

export const COPY_EXPIRED_PREFIX = "smart-vault:copy-expired:";

/** On a snapshot whose copy in that region went by its shorter retention: it needs no new one. */
export function copyExpiredTag(region: string): string {
  return COPY_EXPIRED_PREFIX + region;
}

/** Prefix of an instance's own tags on its snapshots and copies; a volume's own tags keep their names. */
export const INSTANCE_TAG_PREFIX = "smart-vault:instance-tag:";

/** EC2 limits: tags a resource, characters a key, characters a value (AWS, "Tag your Amazon EC2 resources"). */
export const MAX_TAGS = 50;
export const MAX_TAG_KEY = 128;
export const MAX_TAG_VALUE = 256;

/** What a snapshot is made with: room is left for {@link copyExpiredTag} of each DR region, written later. */
export function maxSnapshotTags({ dr }: { dr: readonly unknown[] }): number {
  return MAX_TAGS - dr.length;
}

/** Value of `<tagKey>` on a volume that is not to be backed up. */
export const EXCLUDE_VALUE = "exclude";

/** EC2's list form to a record. A tag without key is not one. A loop: a large vault has a million tags a pass. */
export function tagsFromList(list: readonly { Key?: string; Value?: string }[] = []): Tags {
  const tags: Record<string, string> = {};
  for (const { Key, Value = "" } of list) {
    if (Key === "__proto__") Object.defineProperty(tags, Key, { value: Value, enumerable: true });
    else if (Key !== undefined) tags[Key] = Value;
  }
  return tags;
}

/** A record to EC2's list form, in a stable order, so that the same input is the same request. */
export function tagsToList(tags: Tags): { Key: string; Value: string }[] {
  return Object.keys(tags)
    .sort()
    .map((Key) => ({ Key, Value: tags[Key] ?? "" }));
}

/** A person's tags: neither AWS's own (`aws:` may not be written) nor the vault's. */
export function userTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => !key.startsWith("aws:") && !key.startsWith(TAG_PREFIX)),
  );
}

/**
 * Adds as many of `extra` as EC2's limits allow, alphabetically, without replacing what is there.
 * @param room how many tags the result may have at the most
 */
export function fillTags(base: Tags, extra: Tags, room: number): Tags {
  const filled = Object.entries(base);
  for (const key of Object.keys(extra).sort()) {
    const value = extra[key] ?? "";
    if (filled.length >= room) break;
    if (key.length > MAX_TAG_KEY || value.length > MAX_TAG_VALUE) continue;
    if (!Object.hasOwn(base, key)) filled.push([key, value]);
  }
  return Object.fromEntries(filled);
}

/** The vault's own tags: neither a person's nor those of the instance. */
export function vaultTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => key.startsWith(TAG_PREFIX) && !key.startsWith(INSTANCE_TAG_PREFIX)),
  );
}

/** The same tags under a prefix. */
export function prefixTags(tags: Tags, prefix: string): Tags {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}

/** The tags that carry a prefix. */
export function tagsWithPrefix(tags: Tags, prefix: string): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(prefix)));
}
