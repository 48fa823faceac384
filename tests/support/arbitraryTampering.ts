/**
 * Draws what somebody with ec2:CreateTags and ec2:DeleteTags does to a drawn vault: any of the vault's tags, on any
 * snapshot.
 */
import fc from "fast-check";
import { describe as describeIt, parseDescription } from "../../src/vault/identity/description";
import { doubtOf } from "../../src/vault/identity/doubts";
import { INSTANCE_TAG_PREFIX, TAG, copyExpiredTag } from "../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../src/vault/lib/time";
import type { Snapshot, Tags, World } from "../../src/vault/model/world";
import { DR, DR2, NOW, SETTINGS } from "./world";

export interface Edit {
  /** Index of the snapshot, modulo their number. */
  at: number;
  key: string;
  /** New value; if absent, the tag is removed. */
  value?: string;
}

/** Draws harmful edits: another slot, another source, another vault, another rule, or any word. */
const value = fc.oneof(
  fc.constantFrom(-1, 0, 1, 2, 4, 12, 400).map((days) => isoSeconds(NOW - days * DAY_MS)),
  fc.nat({ max: 11 }).map((index) => `snap-${index}`),
  fc.constantFrom("vol-1", "vol-2", "i-1", SETTINGS.vaultId, "another-vault", "true", "last=1", ""),
);

const OWN_KEYS = [...Object.values(TAG), `${INSTANCE_TAG_PREFIX}${SETTINGS.tagKey}`, "smart-vault:new"];
const MARKS = [DR, DR2].map(({ region }) => copyExpiredTag(region));

function editsOf(keys: readonly string[]): fc.Arbitrary<Edit[]> {
  const edit = fc.record(
    { at: fc.nat({ max: 60 }), key: fc.constantFrom(...keys), value },
    { requiredKeys: ["at", "key"] },
  );
  return fc.array(edit, { minLength: 1, maxLength: 6 });
}

/** Draws edits of every tag of the vault except copy-expired tags. */
export const arbitraryEdits = editsOf(OWN_KEYS);
/** Draws edits of copy-expired tags too. */
export const arbitraryEditsAndExpiredTags = editsOf([...OWN_KEYS, ...MARKS, ...MARKS, ...MARKS]);

function edited(one: Snapshot, edits: readonly Edit[]): Snapshot {
  let tags: Tags = one.tags;
  for (const { key, value } of edits) {
    const { [key]: _was, ...others } = tags;
    tags = value === undefined ? others : { ...others, [key]: value };
  }
  // What EC2 contradicts remains contradicted; the drawn starts of verified copies contradict nothing
  // (arbitrarySlot.ts).
  if (one.doubt?.of === "identity") return { ...one, tags };
  const described = parseDescription(describeIt(one.identity, one.tags))!;
  const agreeing = { ec2VolumeId: one.volumeId, startTimeMs: one.startTimeMs };
  const doubt = doubtOf(described, agreeing, tags);
  return { ...one, tags, ...(doubt && { doubt }) };
}

/** Returns the world as the vault then sees it: Descriptions are unchanged, and what contradicts them is in doubt. */
export function tampered(world: World, edits: readonly Edit[]): World {
  const seen = [...(world.snapshots ?? []), ...Object.values(world.copies).flat()];
  const at = new Map(seen.map((one, index) => [one, index]));
  const change = (one: Snapshot) => {
    const index = at.get(one);
    const its = edits.filter((edit) => edit.at % seen.length === index);
    return its.length === 0 ? one : edited(one, its);
  };
  const copies = Object.entries(world.copies).map(([region, all]) => [region, all.map(change)]);
  return {
    ...world,
    snapshots: world.snapshots?.map(change),
    copies: Object.fromEntries(copies) as World["copies"],
  };
}
