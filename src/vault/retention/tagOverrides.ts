/**
 * An instance's own keep rules: tags such as `backup-keep-daily=30`, and `backup-dr-keep-daily=90` for the DR region.
 * Each takes the place of the policy's rule of that name, up to what the stack allows (`overrideMax`). It may not
 * shorten it, but as far as the stack says (`overrideMin`): who may tag instances is not who may let backups go. They
 * are carried on every snapshot and copy, since pruning reads no instances. Pure.
 */
import { COUNTED_RULES, type CountedRule, parseWithin } from "./keepRules";
import { TAG } from "../model/tags";
import type { KeepRules, CoreSettings } from "../model/settings";
import type { Tags } from "../model/world";

/** What the stack lets its instances change. */
export type OverrideBounds = Pick<CoreSettings, "overrideMin" | "overrideMax">;

/** A tag that asks for what it can't have. */
export interface OverrideError {
  key: string;
  value: string;
  expected: string;
}

/** A rule that tags may change; the policy's `retentionDays` is none. */
export type OverrideRule = CountedRule | "within";

const OVERRIDE_RULES: readonly OverrideRule[] = [...COUNTED_RULES, "within"];

/** The Gregorian calendar's mean. */
const DAYS_A_MONTH = 365.2425 / 12;

/** A distance in days, near enough to compare two of them by; twelve months are a year. */
function roughDays(within: string): number {
  const { years, months, days, hours } = parseWithin(within) ?? { years: 0, months: 0, days: 0, hours: 0 };
  return (years * 12 + months) * DAYS_A_MONTH + days + hours / 24;
}

/** How much a rule keeps, to compare it with another of its name: a count, `Infinity` for all, or days; 0: nothing. */
export function sizeOf(rules: KeepRules, rule: OverrideRule): number {
  if (rule === "within") return roughDays(rules.within ?? "");
  const count = rules[rule] ?? 0;
  return count === -1 ? Infinity : count;
}

/** How much a tag asks for; 0 where that is nothing that can be read. */
function askedSize(rule: OverrideRule, text: string): number {
  if (rule === "within") return roughDays(text);
  return /^\d{1,5}$/.test(text) ? Number(text) : 0;
}

/** Which rules say the least that one may be: the policy's, or those that the stack lets it be shortened to. */
function leastOf(rule: OverrideRule, own: KeepRules, { overrideMin }: OverrideBounds): KeepRules {
  const isLess = overrideMin[rule] !== undefined && sizeOf(overrideMin, rule) < sizeOf(own, rule);
  return isLess ? overrideMin : own;
}

/** What a rule may be, in words. */
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

/** Reads the override tags of one prefix: the rules that are taken, as one text, and what is not. */
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
 * Reads an instance's tags.
 * @returns the tags that its snapshots carry, and what is not taken
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

/** Whether a tag asks for more than the most that it may: a bound that was lowered since it was made cuts it to the bound. */
function isAbove(rule: OverrideRule, text: string, own: KeepRules, bounds: OverrideBounds): boolean {
  const [least, most] = [sizeOf(leastOf(rule, own, bounds), rule), sizeOf(bounds.overrideMax, rule)];
  return most > 0 && most >= least && askedSize(rule, text) > most;
}

/**
 * The rules of a carried tag, as far as the stack allows them now. Total: what is no rule is none.
 * @param own the policy's, of now
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

/** The least that instances' tags can make of a policy's rules. One that it has not is none: adding it only lengthens. */
export function leastRules(own: KeepRules, bounds: OverrideBounds): KeepRules {
  const { overrideMin, overrideMax } = bounds;
  const shorter = OVERRIDE_RULES.filter(
    (rule) => sizeOf(overrideMax, rule) > 0 && leastOf(rule, own, bounds) === overrideMin,
  );
  return { ...own, ...Object.fromEntries(shorter.map((rule) => [rule, overrideMin[rule]])) };
}
