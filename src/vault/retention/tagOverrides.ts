/**
 * Reads an instance's own keep rules: tags such as `backup-keep-daily=30`, and `backup-dr-keep-daily=90` for the DR
 * region. Each replaces the policy's rule of that name, up to the stack's `overrideMax`. It can shorten a rule only
 * down to the stack's `overrideMin`, because a person who can tag instances is not always allowed to delete backups.
 * Every snapshot and copy carries them, because pruning reads no instances. It carries them as they are, and the bounds
 * apply when they are read: otherwise an edit of the bounds would look like a change of the tags. Pure.
 */
import { COUNTED_RULES, type CountedRule, withinOf } from "./keepRules";
import { isNeverShorter, meanDays } from "./withinLength";
import { TAG } from "../model/tags/tags";
import type { KeepRules, CoreSettings } from "../model/settings";
import type { Tags } from "../model/world";

/** Bounds that the stack sets for its instances' tags. */
export type OverrideBounds = Pick<CoreSettings, "overrideMin" | "overrideMax">;

/** A tag whose value is not allowed. */
export interface OverrideError {
  key: string;
  value: string;
  expected: string;
  /** The bound that applies instead of a value above it; absent if the tag is ignored. */
  bound?: string;
}

/** A rule that tags can change; the policy's `retentionDays` is not one of them. */
export type OverrideRule = CountedRule | "within";

const OVERRIDE_RULES: readonly OverrideRule[] = [...COUNTED_RULES, "within"];

/**
 * Returns how much a rule keeps, to compare it with another of its name: a count, `Infinity` for all, or days; 0:
 * nothing.
 */
export function sizeOf(rules: KeepRules, rule: OverrideRule): number {
  if (rule === "within") {
    const distance = withinOf(rules);
    return distance === undefined ? 0 : meanDays(distance);
  }
  const count = rules[rule] ?? 0;
  return count === -1 ? Infinity : count;
}

/** Returns what a tag asks for; `undefined` if it cannot be read, or would keep nothing. */
function askedFor(rule: OverrideRule, text: string): KeepRules | undefined {
  if (rule !== "within" && !/^\d{1,5}$/.test(text)) return undefined;
  const asked: KeepRules = { [rule]: rule === "within" ? text : Number(text) };
  return sizeOf(asked, rule) > 0 ? asked : undefined;
}

/** Decides whether a rule never keeps less than another of its name, whatever the date. */
function isAtLeast(rule: OverrideRule, rules: KeepRules, others: KeepRules): boolean {
  const [distance, other] = [withinOf(rules), withinOf(others)];
  if (rule === "within" && distance !== undefined && other !== undefined) return isNeverShorter(distance, other);
  return sizeOf(rules, rule) >= sizeOf(others, rule);
}

/** Returns the rules that contain the lowest allowed value: the policy's, or `overrideMin` if that can be lower. */
function leastOf(rule: OverrideRule, own: KeepRules, { overrideMin }: OverrideBounds): KeepRules {
  return overrideMin[rule] !== undefined && !isAtLeast(rule, overrideMin, own) ? overrideMin : own;
}

/**
 * Returns the rules whose value applies: those that a tag asks for, `overrideMax` if that is less, or the policy's own.
 * A bound never shortens what the policy keeps, because the tag did not ask for that.
 */
function appliedOf(rule: OverrideRule, asked: KeepRules, own: KeepRules, bounds: OverrideBounds): KeepRules {
  const { overrideMax } = bounds;
  const most = sizeOf(overrideMax, rule);
  if (most === 0) return own;
  if (sizeOf(asked, rule) > most) return isAtLeast(rule, overrideMax, own) ? overrideMax : own;
  const isEnough = isAtLeast(rule, asked, own) || isAtLeast(rule, asked, leastOf(rule, own, bounds));
  return isEnough ? asked : own;
}

/** Formats the allowed values of a rule. */
function expectedFor(rule: OverrideRule, own: KeepRules, bounds: OverrideBounds): string {
  const { overrideMax } = bounds;
  const from = leastOf(rule, own, bounds);
  const [least, most] = [sizeOf(from, rule), sizeOf(overrideMax, rule)];
  if (most === 0) return `no such tag: overrideMax has no ${rule}`;
  if (least > most || least === Infinity) {
    return `no such tag: the policy's own ${rule} is ${from[rule]}`;
  }
  if (rule === "within") {
    return least === 0 ? `at most ${overrideMax.within}` : `${from.within} to ${overrideMax.within}`;
  }
  const whole = `a whole number from ${Math.max(1, least)}`;
  return most === Infinity ? `${whole} on` : `${whole} to ${most}`;
}

export function ruleNamed(name: string): OverrideRule | undefined {
  return OVERRIDE_RULES.find((rule) => rule === name);
}

/** Reads the override tags of one prefix: the rules that they ask for, as one text, and errors. */
function readTags(
  tags: Tags,
  prefix: string,
  own: KeepRules,
  bounds: OverrideBounds,
): { rules: string; errors: OverrideError[] } {
  const readable: string[] = [];
  const errors: OverrideError[] = [];
  for (const key of Object.keys(tags).sort()) {
    if (!key.startsWith(prefix)) continue;
    const value = tags[key] ?? "";
    const rule = ruleNamed(key.slice(prefix.length));
    if (rule === undefined) {
      errors.push({ key, value, expected: `${prefix} and one of ${OVERRIDE_RULES.join(", ")}` });
      continue;
    }
    const asked = askedFor(rule, value);
    // All rules together have 107 characters at most, and EC2 permits 256.
    if (asked !== undefined) readable.push(`${rule}=${value}`);
    const applied = asked === undefined ? own : appliedOf(rule, asked, own, bounds);
    if (applied === asked) continue;
    const bound = applied === bounds.overrideMax && { bound: String(applied[rule]) };
    errors.push({ key, value, expected: expectedFor(rule, own, bounds), ...bound });
  }
  return { rules: readable.join(" "), errors };
}

/**
 * Reads an instance's override tags.
 * @returns the tags that its snapshots carry, whatever the bounds are, and the tags that the bounds do not allow or that
 * cannot be read
 */
export function overridesOf(
  tags: Tags,
  settings: OverrideBounds & Pick<CoreSettings, "tagKey" | "policies">,
): { carried: Record<string, string>; errors: OverrideError[] } {
  const { tagKey, policies } = settings;
  const value = tags[tagKey] ?? "";
  const own = Object.hasOwn(policies, value) ? policies[value] : undefined;
  const keep = readTags(tags, `${tagKey}-keep-`, own?.keep ?? {}, settings);
  const drKeep = readTags(tags, `${tagKey}-dr-keep-`, own?.drKeep ?? {}, settings);
  const carried = {
    ...(keep.rules !== "" && { [TAG.keep]: keep.rules }),
    ...(drKeep.rules !== "" && { [TAG.drKeep]: drKeep.rules }),
  };
  return { carried, errors: [...keep.errors, ...drKeep.errors] };
}

/**
 * Returns the rules of a carried tag, as far as the stack allows them now. Total: other text is ignored.
 * @param own the policy's current rules
 */
export function carriedRules(text = "", own: KeepRules, bounds: OverrideBounds): KeepRules {
  let rules: KeepRules = {};
  for (const part of text.split(" ")) {
    const [name = "", value = ""] = part.split("=");
    const rule = ruleNamed(name);
    if (rule === undefined) continue;
    const asked = askedFor(rule, value);
    if (asked === undefined) continue;
    const applied = appliedOf(rule, asked, own, bounds);
    if (applied !== own) rules = { ...rules, [rule]: applied[rule] };
  }
  return rules;
}

/**
 * Returns the shortest rules that instances' tags can make of a policy's rules. A rule that the policy lacks is left
 * out, because adding one only lengthens.
 */
export function leastRules(own: KeepRules, bounds: OverrideBounds): KeepRules {
  const { overrideMin, overrideMax } = bounds;
  const shorter = OVERRIDE_RULES.filter(
    (rule) => sizeOf(overrideMax, rule) > 0 && leastOf(rule, own, bounds) === overrideMin,
  );
  return { ...own, ...Object.fromEntries(shorter.map((rule) => [rule, overrideMin[rule]])) };
}
