/** Identifies changes of the tags that pick an instance's rules, by the tags before and after. Pure. */
import { subjectOf } from "./changeKeys";
import { shortHash } from "../lib/shortHash";
import { policyName } from "../retention/effectiveRules";
import { TAG } from "../model/tags/tags";
import type { Tags } from "../model/world";

/** Returns the tags that pick the rules, as one text. */
export function comboOf(tags: Tags, tagKey: string): string {
  return [policyName(tags, tagKey), tags[TAG.keep], tags[TAG.drKeep]].join("\n");
}

/** Decides whether two sets of tags pick the same rules. */
export function isSameCombo(a: Tags, b: Tags, tagKey: string): boolean {
  return (
    policyName(a, tagKey) === policyName(b, tagKey) && a[TAG.keep] === b[TAG.keep] && a[TAG.drKeep] === b[TAG.drKeep]
  );
}

function digestOf(combo: string): string {
  return shortHash(combo, 8);
}

/** Returns the identifier of a tag change, `<unit>/<digest of the current tags>-<digest of the previous tags>`. */
export function tagChange(unit: string, now: string, before: string): string {
  return `${unit}/${digestOf(now)}-${digestOf(before)}`;
}

/**
 * Decides whether a change led to the current tags. If not, it is forgotten, so that making it again is a new change.
 */
export function leadsTo(change: string, now: string): boolean {
  return change.startsWith(`${subjectOf(change)}/${digestOf(now)}-`);
}
