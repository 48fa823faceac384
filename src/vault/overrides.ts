/**
 * An instance's own keep rules: tags such as `backup-keep-daily=30`, and `backup-dr-keep-daily=90` for the DR region.
 * Each takes the place of the policy's rule of that name, up to what the stack allows (`overrideMax`). They are
 * carried on every snapshot and copy, since pruning reads no instances. Pure.
 */
import { COUNTED_RULES, type CountedRule, parseWithin } from "./keepRules";
import { TAG } from "./tags";
import type { KeepRules, Tags } from "./types";

/** A tag that asks for what it can't have. */
export interface OverrideFault {
  key: string;
  value: string;
  expected: string;
}

interface Override {
  rule: CountedRule | "within";
  text: string;
}

/** A distance in days, near enough to compare two of them by. */
function roughDays(within: string): number {
  const { years, months, days, hours } = parseWithin(within) ?? { years: 0, months: 0, days: 0, hours: 0 }; // prettier-ignore
  return years * 365 + months * 30 + days + hours / 24;
}

/** What a rule may be at the most, in words; `undefined` where the stack lets nobody change it. */
function allowed(rule: Override["rule"], max: KeepRules): string | undefined {
  if (rule === "within") return max.within === undefined ? undefined : `at most ${max.within}`;
  const most = max[rule] ?? 0;
  if (most === 0) return undefined;
  return most === -1 ? "a whole number from 1 on" : `a whole number from 1 to ${most}`;
}

function isWithinBounds({ rule, text }: Override, max: KeepRules): boolean {
  if (rule === "within")
    return roughDays(text) > 0 && roughDays(text) <= roughDays(max.within ?? "");
  const most = max[rule] ?? 0;
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return count >= 1 && (most === -1 || count <= most);
}

function ruleNamed(name: string): Override["rule"] | undefined {
  return [...COUNTED_RULES, "within" as const].find((rule) => rule === name);
}

function readTags(tags: Tags, prefix: string, max: KeepRules, faults: OverrideFault[]): string {
  const good: string[] = [];
  for (const key of Object.keys(tags).sort()) {
    if (!key.startsWith(prefix)) continue;
    const text = tags[key] ?? "";
    const rule = ruleNamed(key.slice(prefix.length));
    const expected = rule === undefined ? undefined : allowed(rule, max);
    if (rule === undefined) {
      const names = [...COUNTED_RULES, "within"].join(", ");
      faults.push({ key, value: text, expected: `${prefix} and one of ${names}` });
    } else if (expected === undefined) {
      faults.push({ key, value: text, expected: `no such tag: overrideMax has no ${rule}` });
    } else if (isWithinBounds({ rule, text }, max)) good.push(`${rule}=${text}`);
    else faults.push({ key, value: text, expected });
  }
  return good.join(" ");
}

/**
 * Reads an instance's tags.
 * @returns the tags that its snapshots carry, and what is not taken
 */
export function overridesOf(
  tags: Tags,
  tagKey: string,
  max: KeepRules,
): { carried: Record<string, string>; faults: OverrideFault[] } {
  const faults: OverrideFault[] = [];
  const keep = readTags(tags, `${tagKey}-keep-`, max, faults);
  const drKeep = readTags(tags, `${tagKey}-dr-keep-`, max, faults);
  const carried = {
    ...(keep !== "" && { [TAG.keep]: keep }),
    ...(drKeep !== "" && { [TAG.drKeep]: drKeep }),
  };
  return { carried, faults };
}

/** The rules of a carried tag, as far as the stack allows them now. Total: what is no rule is none. */
export function carriedRules(text = "", max: KeepRules): KeepRules {
  const rules: Record<string, number | string> = {};
  for (const part of text.split(" ")) {
    const [name = "", value = ""] = part.split("=");
    const rule = ruleNamed(name);
    if (rule === undefined || !isWithinBounds({ rule, text: value }, max)) continue;
    rules[rule] = rule === "within" ? value : Number(value);
  }
  return rules;
}
