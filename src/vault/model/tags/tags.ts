/**
 * Every tag that the vault writes or reads, in one place. The writer and the reader of a tag share its constant, so
 * they always agree.
 */
import type { Tags } from "../world";

export const TAG_PREFIX = "smart-vault:";

export const TAG = {
  vault: "smart-vault:vault",
  instance: "smart-vault:instance",
  instanceName: "smart-vault:instance-name",
  instanceType: "smart-vault:instance-type",
  availabilityZone: "smart-vault:availability-zone",
  slot: "smart-vault:slot",
  run: "smart-vault:run",
  /** `true`: created by one CreateSnapshots call, together with the other volumes of the set. */
  crashConsistent: "smart-vault:crash-consistent",
  /** Number of snapshots of the recovery point. If fewer exist, it is incomplete. */
  setSize: "smart-vault:set-size",
  /** On a snapshot: the specs of all volumes of the set, see volumeSpec.ts. Continued in `smart-vault:volumes-2`, … */
  volumes: "smart-vault:volumes",
  /** On a snapshot and its copies: what a launch needs, see launchTags.ts. Continued in `smart-vault:launch-2`, … */
  launch: "smart-vault:launch",
  network: "smart-vault:network",
  launchHash: "smart-vault:launch-hash",
  /** Value of the instance's backup tag: the name of its policy. */
  policy: "smart-vault:policy",
  /** The instance's own keep rules, see retention/tagOverrides.ts. */
  keep: "smart-vault:keep",
  drKeep: "smart-vault:dr-keep",
  /** On a copy: the snapshot that first held its data, see copyTags.ts, and the spec of the volume. */
  sourceSnapshot: "smart-vault:source-snapshot",
  sourceVolume: "smart-vault:source-volume",
  /** Start of the snapshot that first held the data: a copy of a copy is as old as that. */
  sourceStarted: "smart-vault:source-started",
  device: "smart-vault:device",
  deviceRole: "smart-vault:device-role",
  volumeType: "smart-vault:volume-type",
  volumeSizeGiB: "smart-vault:volume-size-gib",
  volumeIops: "smart-vault:volume-iops",
  volumeThroughputMiBps: "smart-vault:volume-throughput-mibps",
  /** On a copy: what else a volume needs, see volumeFlags.ts. */
  volumeFlags: "smart-vault:volume-flags",
} as const;

export const COPY_EXPIRED_PREFIX = "smart-vault:copy-expired:";

/**
 * Returns the tag for a snapshot whose copy in that region was deleted by its shorter retention, so that it is not
 * copied again.
 */
export function copyExpiredTag(region: string): string {
  return COPY_EXPIRED_PREFIX + region;
}

/** Prefix of an instance's own tags on its snapshots and copies. A volume's own tags keep their names. */
export const INSTANCE_TAG_PREFIX = "smart-vault:instance-tag:";

/** EC2 limits: tags per resource, characters per key, characters per value (AWS, "Tag your Amazon EC2 resources"). */
export const MAX_TAGS = 50;
export const MAX_TAG_KEY = 128;
export const MAX_TAG_VALUE = 256;

/**
 * Returns how many tags a snapshot is created with. This leaves room for one {@link copyExpiredTag} per DR region,
 * written later.
 */
export function maxSnapshotTags({ dr }: { dr: readonly unknown[] }): number {
  return MAX_TAGS - dr.length;
}

/** Value of `<tagKey>` on a volume that is not backed up. */
export const EXCLUDE_VALUE = "exclude";

/** Sets a tag of any name, because a person may name one `__proto__`. */
function put(tags: Record<string, string>, key: string, value: string): void {
  if (key !== "__proto__") tags[key] = value;
  else Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Returns the tags whose keys a condition holds for. A loop, because a night makes thousands of copies. */
export function filterTags(tags: Tags, isWanted: (key: string) => boolean): Record<string, string> {
  const wanted: Record<string, string> = {};
  for (const key of Object.keys(tags)) if (isWanted(key)) put(wanted, key, tags[key] ?? "");
  return wanted;
}

/**
 * Turns EC2's list form into a record in the order of its keys; drops a tag without a key. EC2 has an order of its own
 * for each resource. V8 keeps records with the same keys in the same order as a list of values, and one that is filled
 * key by key as a table of five times the size; a large vault has hundreds of thousands.
 */
export function tagsFromList(list: readonly { Key?: string; Value?: string }[] = []): Tags {
  const pairs: [key: string, value: string][] = [];
  for (const { Key, Value = "" } of list) if (Key !== undefined) pairs.push([Key, Value]);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Turns a record into EC2's list form, in a stable order, so that the same input makes the same request. */
export function tagsToList(tags: Tags): { Key: string; Value: string }[] {
  return Object.keys(tags)
    .sort()
    .map((Key) => ({ Key, Value: tags[Key] ?? "" }));
}

/** Returns a person's tags: neither AWS's own (nobody else can write `aws:`) nor the vault's. */
export function userTags(tags: Tags): Tags {
  return filterTags(tags, (key) => !key.startsWith("aws:") && !key.startsWith(TAG_PREFIX));
}

/**
 * Adds as many of `extra` as EC2's limits allow, in alphabetical order, without replacing existing tags.
 * @param room highest number of tags in the result
 */
export function fillTags(base: Tags, extra: Tags, room: number): Tags {
  const filled = { ...base };
  let count = Object.keys(filled).length;
  for (const key of Object.keys(extra).sort()) {
    const value = extra[key] ?? "";
    if (count >= room) break;
    if (key.length > MAX_TAG_KEY || value.length > MAX_TAG_VALUE || Object.hasOwn(base, key)) continue;
    put(filled, key, value);
    count += 1;
  }
  return filled;
}

/** Returns the vault's own tags: neither a person's nor those of the instance. */
export function vaultTags(tags: Tags): Tags {
  return filterTags(tags, (key) => key.startsWith(TAG_PREFIX) && !key.startsWith(INSTANCE_TAG_PREFIX));
}

/** Returns the same tags under a prefix. */
export function prefixTags(tags: Tags, prefix: string): Tags {
  const prefixed: Record<string, string> = {};
  for (const key of Object.keys(tags)) put(prefixed, prefix + key, tags[key] ?? "");
  return prefixed;
}

/** Returns the instance's own tags that a snapshot or copy carries, under their own names. */
export function instanceTagsIn(tags: Tags): Record<string, string> {
  const carried = Object.entries(tagsWithPrefix(tags, INSTANCE_TAG_PREFIX));
  return Object.fromEntries(carried.map(([key, value]) => [key.slice(INSTANCE_TAG_PREFIX.length), value]));
}

function continuedKey(base: string, index: number): string {
  return index === 0 ? base : `${base}-${index + 1}`;
}

/** Returns true for a base, and for what is continued after it by `-`. */
export function isContinuedKey(key: string, base: string): boolean {
  return key.startsWith(base) && (key.length === base.length || key[base.length] === "-");
}

/** Returns tags for values that are too long for one: `base`, `base-2`, `base-3`, … */
export function continuedTags(base: string, values: readonly string[]): [key: string, value: string][] {
  return values.map((value, index) => [continuedKey(base, index), value]);
}

/** Reads the values that {@link continuedTags} wrote, up to the first key that is missing. */
export function continuedValues(tags: Tags, base: string): string[] {
  const values: string[] = [];
  for (let value = tags[base]; value !== undefined; value = tags[continuedKey(base, values.length)]) values.push(value);
  return values;
}

/** Returns the tags that have a prefix. */
export function tagsWithPrefix(tags: Tags, prefix: string): Tags {
  return filterTags(tags, (key) => key.startsWith(prefix));
}
