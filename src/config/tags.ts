/**
 * Tags for all resources of the vault: organizations require some by service control policy. They take room from the 50
 * tags of a snapshot, and are set on resources of many services, so the limits are those common to all services. Pure.
 */
import { type ConfigError, configError } from "./configError";
import type { Parse } from "./fields";
import { MAX_TAG_KEY, MAX_TAG_VALUE, TAG_PREFIX } from "../vault/model/tags/tags";
import { asRecord, parseJson } from "../vault/lib/json";

/** A set of many volumes needs most of a snapshot's tags for the specs that a restore needs. */
const MOST = 10;

/** Characters that EC2, IAM and S3 all accept in keys and values (AWS, "Tag naming limits and requirements"). */
const ALLOWED = /^[\p{L}\p{N} _.:/=+@-]*$/u;
export const SHAPE = "letters, digits, spaces and _ . : / = + - @";

/** Prefixes of keys that are AWS's own or the vault's. */
const RESERVED = ["aws:", TAG_PREFIX];

/**
 * This key would give every snapshot and resource the same name, and replace each volume's own name on its snapshots.
 */
const NAME = "name";

function got(value: unknown): string {
  return JSON.stringify(value);
}

/** Returns what is wrong with a key, or `undefined`. */
function keyError(key: string): string | undefined {
  const lower = key.toLowerCase();
  if (key.length < 1 || key.length > MAX_TAG_KEY || !ALLOWED.test(key)) {
    return `a key must be 1 to ${MAX_TAG_KEY} ${SHAPE}, is ${got(key)}`;
  }
  const reserved = RESERVED.find((prefix) => lower.startsWith(prefix));
  if (reserved !== undefined) return `no key may begin with ${reserved}, one is ${got(key)}`;
  if (lower === NAME) {
    return `no key may be ${got(key)}: everything would have the same name, and snapshots lose that of their volumes`;
  }
  return undefined;
}

/**
 * Returns a value as text: `pulumi config set --path tags.CostCenter 4711` turns it into a number, and `true` into a
 * boolean.
 */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const isPlain = typeof value === "boolean" || Number.isSafeInteger(value);
  return isPlain ? String(value) : undefined;
}

/** Returns what is wrong with a value, or `undefined`. */
function valueError(key: string, value: unknown): string | undefined {
  const text = textOf(value);
  if (text !== undefined && text.length <= MAX_TAG_VALUE && ALLOWED.test(text)) return undefined;
  return `${key} must be a text of up to ${MAX_TAG_VALUE} ${SHAPE}, is ${got(value)}`;
}

/** Returns what is wrong with a tag that resources get in addition to the vault's own, or `undefined`. */
export function tagTextError(key: string, value: string): string | undefined {
  return keyError(key) ?? valueError(key, value);
}

/** Finds two keys that differ only in case: IAM refuses them. */
function twins(keys: readonly string[]): string | undefined {
  const lower = keys.map((key) => key.toLowerCase());
  const second = keys.find((key, index) => lower.indexOf(key.toLowerCase()) < index);
  return second && `keys must differ in more than case, ${got(second)} does not`;
}

/** Parses tags, key to value; `{}`: none. */
export const resourceTags: Parse<Record<string, string>> = (raw) => {
  const expected = `an object of up to ${MOST} tags such as {"CostCenter": "4711"}`;
  const value = asRecord(parseJson(raw));
  if (value === undefined) return { expected };
  const entries = Object.entries(value);
  if (entries.length > MOST) return { expected: `${expected}: it has ${entries.length}` };
  const errors = entries.map(([key, one]) => keyError(key) ?? valueError(key, one));
  const error = errors.find((one) => one !== undefined) ?? twins(entries.map(([key]) => key));
  if (error !== undefined) return { expected: `${expected}: ${error}` };
  return { value: Object.fromEntries(entries.map(([key, one]) => [key, textOf(one) ?? ""])) };
};

/** Returns an error if one of the tags is the backup tag. */
export function tagErrors(config: { tags: Readonly<Record<string, string>>; tagKey: string }): ConfigError[] {
  const { tags, tagKey } = config;
  const same = Object.keys(tags).find((key) => key.toLowerCase() === tagKey.toLowerCase());
  if (same === undefined) return [];
  return [configError("tags", "no key that is tagKey", got(same), "that tag says which instances are backed up")];
}
