/**
 * Writes and reads the identity in a snapshot's Description, the one text of it that nobody can change afterwards. No
 * EC2 call on an existing snapshot takes a Description (API reference, ModifySnapshotAttribute), while anybody with
 * ec2:CreateTags can rewrite tags. So what decides a deletion is read from here and from EC2's own records
 * (docs/adr/0017).
 *
 *     smart-vault/1 vault=shop-prod instance=i-0abc slot=2026-11-22T03:00:00Z tags=0123456789abcdef
 *     … volume=vol-0abc snapshot=snap-0abc started=2026-11-22T03:00:04.000Z      (on a copy, before `tags`)
 */
import { COPY_EXPIRED_PREFIX, TAG_PREFIX } from "../model/tags/tags";
import { shortHash } from "../lib/shortHash";
import { isoSeconds, parseIso } from "../lib/time";
import type { Identity, Source } from "../model/identity";
import type { Tags } from "../model/world";

/**
 * Word that starts a Description. It contains the version, so a later form has another word, and an older reader
 * ignores it.
 */
const FORM = "smart-vault/1";

/** EC2's limit in characters (CreateSnapshot's own error message). */
export const MAX_DESCRIPTION = 255;

const DIGEST_LENGTH = 16;

/** The keys that a digest covers, in its order, each with the text that precedes its value. */
export type DigestForm = readonly { key: string; before: string }[];

/**
 * Returns the form of the digest of tags with these keys: of the vault's own. It leaves out copy-expired tags, because
 * they are written later.
 */
export function digestForm(keys: readonly string[]): DigestForm {
  const own = keys.filter((key) => key.startsWith(TAG_PREFIX) && !key.startsWith(COPY_EXPIRED_PREFIX));
  const lines = own.map((key) => ({ key, before: `[${JSON.stringify(key)},` }));
  lines.sort((a, b) => (a.before < b.before ? -1 : 1));
  return lines.map(({ key, before }, at) => ({ key, before: at === 0 ? before : `]\n${before}` }));
}

/** Text that JSON only puts quotes around. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Returns a digest of the vault's own tags: of a line `["key","value"]` for each, in the order of these lines.
 * @param form of the digest of tags with the same keys, if it is known
 */
export function tagsDigest(tags: Tags, form = digestForm(Object.keys(tags))): string {
  let text = "";
  for (const { key, before } of form) {
    const value = tags[key] ?? "";
    text += before + (PLAIN.test(value) ? `"${value}"` : JSON.stringify(value));
  }
  return shortHash(text === "" ? text : `${text}]`, DIGEST_LENGTH);
}

/**
 * Returns the filter value that finds every snapshot of a vault, or those of one slot. `*` stands for any text in EC2's
 * filters.
 */
export function descriptionPattern(vaultId: string, slot?: string): string {
  return slot === undefined ? `${FORM} vault=${vaultId} *` : `${FORM} vault=${vaultId} instance=* slot=${slot} *`;
}

/** Digest that no tags have. A copy that carries it is in doubt, as its source was. */
const NO_DIGEST = "0".repeat(DIGEST_LENGTH);

/**
 * Writes the Description of a snapshot.
 * @param tags all tags that it is created with; undefined if they are those of a source in doubt
 */
export function describe(identity: Identity, tags: Tags | undefined): string {
  const { vaultId, instanceId, slot, source } = identity;
  const digest = tags === undefined ? NO_DIGEST : tagsDigest(tags);
  const of =
    source === undefined
      ? ""
      : ` volume=${source.volumeId} snapshot=${source.snapshotId}` +
        ` started=${new Date(source.startedMs).toISOString()}`;
  return `${FORM} vault=${vaultId} instance=${instanceId} slot=${slot}${of} tags=${digest}`;
}

const ORIGINAL = /^vault=([\w-]+) instance=(\S+) slot=(\S+) tags=([0-9a-f]{16})$/;
const COPY = /^vault=([\w-]+) instance=(\S+) slot=(\S+) volume=(\S+) snapshot=(\S+) started=(\S+) tags=([0-9a-f]{16})$/;

/** A time in that form. Days that not all months have are left to the rule below. */
const PLAIN_SLOT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * Returns true for a slot in the one form that the vault writes. Slots are compared as text, so no other form is valid.
 */
function isSlot(text: string): boolean {
  if (PLAIN_SLOT.test(text)) return true;
  const slotMs = parseIso(text);
  return slotMs !== undefined && isoSeconds(slotMs) === text;
}

export interface Described {
  identity: Identity;
  /** {@link tagsDigest} of the tags that it was created with. */
  digest: string;
}

/** Reads a Description. Returns undefined for anything that the vault did not write. */
export function parseDescription(text = ""): Described | undefined {
  if (!text.startsWith(`${FORM} `)) return undefined;
  const rest = text.slice(FORM.length + 1);
  const [, vaultId, instanceId, slot = "", digest] = ORIGINAL.exec(rest) ?? [];
  if (vaultId !== undefined && instanceId !== undefined && digest !== undefined) {
    return isSlot(slot) ? { identity: { vaultId, instanceId, slot }, digest } : undefined;
  }
  return parseCopy(rest);
}

function parseCopy(rest: string): Described | undefined {
  const found = COPY.exec(rest);
  if (found === null) return undefined;
  const [, vaultId = "", instanceId = "", slot = "", volumeId = "", snapshotId = "", started = "", digest = ""] = found;
  const startedMs = parseIso(started);
  if (startedMs === undefined || !isSlot(slot)) return undefined;
  const source: Source = { volumeId, snapshotId, startedMs };
  return { identity: { vaultId, instanceId, slot, source }, digest };
}
