/**
 * Finds tags that are nearly the one that protects an instance, or excludes a volume, and says what to change. Pure.
 */
import { distance } from "fastest-levenshtein";
import { quoted } from "../../vault/inventory/backupTag";
import { EXCLUDE_VALUE } from "../../vault/model/tags/tags";
import type { Tags } from "../../vault/model/world";

/** The tag that a stack looks for. */
export interface WantedTag {
  key: string;
  /** Names of its policies. */
  values: readonly string[];
}

export interface NearMiss {
  /** The tag as it is: `Backup="True "`. */
  now: string;
  /** The tag as it would have to be: `backup=True`. */
  wanted: string;
  /** The change in a sentence. */
  change: string;
}

/** Shorter texts are too easily alike by chance. */
const LEAST_TYPED = 4;
/** A value that says that somebody means not to back up. */
const MEANS_NO = new Set(["false", "no", "off", "none", "never", "0", "n", "disabled", "skip", EXCLUDE_VALUE]);

/** Returns a text without what people do not see or mean: case, blanks of any kind, dashes and underscores. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u200b-\u200f\u2060\ufeff_-]/g, "");
}

/** Returns true for two texts that are alike, or one typing mistake apart. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [plain(one), plain(other)];
  if (a === b) return true;
  if (Math.min(a.length, b.length) < LEAST_TYPED) return false;
  const letters = (text: string) => Array.from(text).sort().join("");
  const isSwapped = distance(a, b) === 2 && letters(a) === letters(b);
  return distance(a, b) <= 1 || isSwapped;
}

function shownKey(key: string): string {
  return /^[\w.:/+@-]+$/.test(key) ? key : quoted(key);
}

function shown(key: string, value: string): string {
  return `${shownKey(key)}=${quoted(value)}`;
}

/** Returns each tag whose key is, or is nearly, the wanted one. */
function near(tags: Tags, key: string): [string, string][] {
  return Object.entries(tags).filter(([found]) => isNear(found, key));
}

/**
 * Decides whether an instance that is not protected was meant to be.
 * @returns `undefined` for one that is protected, has no such tag, or says no
 */
export function nearMissOf(tags: Tags, { key, values }: WantedTag): NearMiss | undefined {
  if (values.includes(tags[key] ?? "") && Object.hasOwn(tags, key)) return undefined;
  const found = near(tags, key).filter(([, value]) => !MEANS_NO.has(plain(value)));
  const [first] = found;
  if (first === undefined) return undefined;
  const meant = found.flatMap(([, value]) => values.find((name) => isNear(name, value)) ?? [])[0];
  const wanted = `${shownKey(key)}=${meant ?? values.join(" or ")}`;
  return {
    now: found.map(([name, value]) => shown(name, value)).join(" and "),
    wanted,
    change: `the tag has to be ${wanted}, in this case and without blanks`,
  };
}

/** Decides whether a volume that is backed up was meant to be left out. */
export function nearExclusionOf(tags: Tags, { key }: WantedTag): NearMiss | undefined {
  if (tags[key] === EXCLUDE_VALUE) return undefined;
  const found = near(tags, key).find(([, value]) => isNear(value, EXCLUDE_VALUE) || MEANS_NO.has(plain(value)));
  if (found === undefined) return undefined;
  const wanted = `${shownKey(key)}=${EXCLUDE_VALUE}`;
  const change = `it is backed up; to leave it out its tag has to be ${wanted}`;
  return { now: shown(...found), wanted, change };
}
