/** Compares an instance's backup tag with what the vault backs up: see dropouts.ts. Pure. */
import type { Tags } from "../model/world";
import type { CoreSettings } from "../model/settings";

/**
 * State of an instance's backup tag. `gone`: no similar tag exists. `missed`: a similar tag exists, but does not match.
 */
export interface BackupTag {
  is: "right" | "missed" | "gone";
  /** Current tag, quoted: `Backup="true "`. */
  now: string;
  /** Policy that the value seems to mean, if it differs only in case or blanks. */
  meant?: string;
}

/** Invisible blanks that `trim` leaves. */
const ZERO_WIDTH = /[\u200b-\u200f\u2060\ufeff]/g;
/** Characters other than a space that look like a blank, or like nothing. */
const UNSEEN = /[^\S ]|[\u200b-\u200f\u2060\ufeff]/g;

function alike(text: string): string {
  return text.replace(ZERO_WIDTH, "").trim().toLowerCase();
}

/** Returns the text in quotes, so that a trailing blank shows, and other blanks as their codes. */
export function quoted(text: string): string {
  const code = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${text.replace(/["\\]/g, "\\$&").replace(UNSEEN, code)}"`;
}

/** Returns the key unchanged, or in quotes if it would not show what is wrong with it. */
function shownKey(key: string): string {
  return /^[\w.:/+@-]+$/.test(key) ? key : quoted(key);
}

/** Reads the backup tag, and any similar tag, from an instance's tags. */
export function backupTagOf(tags: Tags, { tagKey, policies }: CoreSettings): BackupTag {
  const names = Object.keys(policies);
  const near = Object.keys(tags).filter((key) => alike(key) === alike(tagKey));
  if (near.length === 0) return { is: "gone", now: `it has no tag ${shownKey(tagKey)}` };
  const value = Object.hasOwn(tags, tagKey) ? tags[tagKey] : undefined;
  const list = near.map((key) => `${shownKey(key)}=${quoted(tags[key] ?? "")}`);
  const meant = near.flatMap((key) => names.find((name) => alike(name) === alike(tags[key] ?? "")) ?? []);
  return {
    is: value !== undefined && names.includes(value) ? "right" : "missed",
    now: `it has the tag ${list.join(" and ")}`,
    ...(meant[0] !== undefined && { meant: meant[0] }),
  };
}
