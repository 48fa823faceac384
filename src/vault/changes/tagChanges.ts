/** Changes of an instance's tags, as far as they pick its rules: each is told apart by the tags before and after it. Pure. */
import { createHash } from "node:crypto";
import { policyName } from "../retention/effectiveRules";
import { TAG } from "../model/tags";
import type { Tags } from "../model/world";

/** Returns the tags that pick the rules, as one text. */
export function comboOf(tags: Tags, tagKey: string): string {
  return [policyName(tags, tagKey), tags[TAG.keep], tags[TAG.drKeep]].join("\n");
}

function digestOf(combo: string): string {
  return createHash("sha256").update(combo).digest("hex").slice(0, 8);
}

/** Returns what of a change of tags: `<unit>/<digest of the tags of now>-<digest of those of before>`. */
export function tagChange(unit: string, now: string, before: string): string {
  return `${unit}/${digestOf(now)}-${digestOf(before)}`;
}

/** Returns the unit of a change of tags. */
export function unitOf(change: string): string {
  return change.split("/")[0] ?? "";
}

/** Decides whether the tags that a change led to are those of now: back and forth once more is another change. */
export function leadsTo(change: string, now: string): boolean {
  return change.startsWith(`${unitOf(change)}/${digestOf(now)}-`);
}
