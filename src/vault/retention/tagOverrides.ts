/**
 * Reads an instance's own keep rules: tags such as `backup-keep-daily=30`, and `backup-dr-keep-daily=90` for the DR
 * region. Each replaces the policy's rule of that name, up to the stack's `overrideMax`. It can shorten a rule only
 * down to the stack's `overrideMin`, because a person who can tag instances is not always allowed to delete backups.
 * Every snapshot and copy carries them, because pruning reads no instances. Pure.
 */
import { COUNTED_RULES, type CountedRule, parseWithin } from "./keepRules";
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
}

/** A rule that tags can change; the policy's `retentionDays` is not one of them. */
export type OverrideRule = CountedRule | "within";

const OVERRIDE_RULES: readonly OverrideRule[] = [...COUNTED_RULES, "within"];

/** Days per month, as the mean of the Gregorian calendar. */
const DAYS_A_MONTH = 365.2425 / 12;

/** Converts a distance to days, exactly enough to compare two; twelve months are a year. */
function roughDays(within: string): number {
  const { years, months, days, hours } = parseWithin(within) ?? { years: 0, months: 0, days: 0, hours: 0 };
  return (years * 12 + months) * DAYS_A_MONTH + days + hours / 24;
}

/**
 * Returns how much a rule keeps, to compare it with another of its name: a count, `Infinity` for all, or days; 0:
 * nothing.
 */
export function sizeOf(rules: KeepRules, rule: OverrideRule): number {
  if (rule === "within") return roughDays(rules.within ?? "");
  const count = rules[rule] ?? 0;
  return count === -1 ? Infinity : count;
}

/** Returns how much a tag asks for; 0 if it cannot be read. */
function askedSize(rule: OverrideRule, text: string): number {
  if (rule === "within") return roughDays(text);
  return /^\d{1,5}$/.test(text) ? Number(text) : 0;
}

/** Returns the rules that contain the lowest allowed value: the policy's, or `overrideMin` if that is lower. */
function leastOf(rule: OverrideRule, own: KeepRules, { overrideMin }: OverrideBounds): KeepRules {
  const isLess = overrideMin[rule] !== undefined && sizeOf(overrideMin, rule) < sizeOf(own, rule);
  return isLess ? overrideMin : own;
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

function isAllowed(rule: OverrideRule, text: string, own: KeepRules, bounds: OverrideBounds): boolean {
  const size = askedSize(rule, text);
  const [least, most] = [sizeOf(leastOf(rule, own, bounds), rule), sizeOf(bounds.overrideMax, rule)];
  return size > 0 && size >= least && size <= most;
}

export function ruleNamed(name: string): OverrideRule | undefined {
  return OVERRIDE_RULES.find((rule) => rule === name);
}

/** Reads the override tags of one prefix: the accepted rules, as one text, and errors. */
function readTags(
  tags: Tags,
  prefix: string,
  own: KeepRules,
  bounds: OverrideBounds,
): { rules: string; errors: OverrideError[] } {
  const good: string[] = [];
  const errors: OverrideError[] = [];
  for (const key of Object.keys(tags).sort()) {
    if (!key.startsWith(prefix)) continue;
    const value = tags[key] ?? "";
    const rule = ruleNamed(key.slice(prefix.length));
    if (rule === undefined) {
      errors.push({ key, value, expected: `${prefix} and one of ${OVERRIDE_RULES.join(", ")}` });
    } else if (isAllowed(rule, value, own, bounds)) good.push(`${rule}=${value}`);
    else errors.push({ key, value, expected: expectedFor(rule, own, bounds) });
  }
  return { rules: good.join(" "), errors };
}

/**
 * Reads an instance's override tags.
 * @returns the tags that its snapshots carry, and the tags that are not accepted
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
 * Decides whether a tag asks for more than the highest allowed value. The rule is then cut to the bound, because the
 * bound may have been lowered after the tag was written.
 */
function isAbove(rule: OverrideRule, text: string, own: KeepRules, bounds: OverrideBounds): boolean {
  const [least, most] = [sizeOf(leastOf(rule, own, bounds), rule), sizeOf(bounds.overrideMax, rule)];
  return most > 0 && most >= least && askedSize(rule, text) > most;
}

/**
 * Returns the rules of a carried tag, as far as the stack allows them now. Total: other text is ignored.
 * @param own the policy's current rules
 */
export function carriedRules(text = "", own: KeepRules, bounds: OverrideBounds): KeepRules {
  const rules: Record<string, number | string> = {};
  for (const part of text.split(" ")) {
    const [name = "", value = ""] = part.split("=");
    const rule = ruleNamed(name);
    if (rule === undefined) continue;
    if (isAllowed(rule, value, own, bounds)) rules[rule] = rule === "within" ? value : Number(value);
    else if (isAbove(rule, value, own, bounds)) rules[rule] = bounds.overrideMax[rule] ?? value;
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
