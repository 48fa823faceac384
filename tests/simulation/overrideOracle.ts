/**
 * What an instance's own tags ask of the keep rules, read the simulation's own way: with a mistake of `overridesOf` here
 * too nothing would show.
 */
import { TAG } from "../../src/vault/tags";
import type { KeepRules, VaultSettings } from "../../src/vault/types";
import type { TagRecord } from "./account";

const COUNTED = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;
type Counted = (typeof COUNTED)[number];

/** What people write into such tags: some in bounds, some not, some that nobody can read. */
export const ASKED: readonly (readonly [rule: string, text: string])[] = [
  ["daily", "1"],
  ["daily", "3"],
  ["daily", "8"],
  ["last", "2"],
  ["last", "9"],
  ["within", "2d"],
  ["within", "9d"],
  ["hourly", "2"],
  ["daily", "many"],
  ["dayly", "3"],
];

const days = (text: string) => Number(/^(\d+)d$/.exec(text)?.[1] ?? NaN);

function isAllowed(rule: string, text: string, max: KeepRules): boolean {
  if (rule === "within") return days(text) <= days(max.within ?? "");
  if (!COUNTED.includes(rule as Counted)) return false;
  const most = max[rule as Counted] ?? 0;
  return /^[1-9]\d*$/.test(text) && (most === -1 || Number(text) <= most);
}

function split(tags: TagRecord, prefix: string, { overrideMax }: VaultSettings) {
  const asked = Object.entries(tags).filter(([key]) => key.startsWith(prefix));
  const named = asked.map(([key, text]) => ({ key, rule: key.slice(prefix.length), text }));
  const good = named.filter(({ rule, text }) => isAllowed(rule, text, overrideMax));
  return { good, bad: named.filter((one) => !good.includes(one)).map(({ key }) => key) };
}

/** Keys of an instance's tags that ask for what it can't have. */
export function badOverrides(tags: TagRecord, settings: VaultSettings): string[] {
  const { tagKey } = settings;
  return [`${tagKey}-keep-`, `${tagKey}-dr-keep-`].flatMap(
    (prefix) => split(tags, prefix, settings).bad,
  );
}

/** What a snapshot of the instance must carry. */
export function carriedTags(tags: TagRecord, settings: VaultSettings): TagRecord {
  const { tagKey } = settings;
  const text = (prefix: string) =>
    split(tags, prefix, settings)
      .good.map(({ rule, text: value }) => `${rule}=${value}`)
      .sort()
      .join(" ");
  return Object.fromEntries(
    [
      [TAG.keep, text(`${tagKey}-keep-`)],
      [TAG.drKeep, text(`${tagKey}-dr-keep-`)],
    ].filter(([, value]) => value !== ""),
  ) as TagRecord;
}

/** The policy's rules with those that a point carries in their place, as far as they are allowed now. */
export function withOverrides(
  rules: KeepRules,
  carried: string | undefined,
  { overrideMax }: VaultSettings,
): KeepRules {
  const own = (carried ?? "")
    .split(" ")
    .map((part) => part.split("="))
    .filter(([rule = "", text = ""]) => isAllowed(rule, text, overrideMax))
    .map(([rule = "", text = ""]) => [rule, rule === "within" ? text : Number(text)]);
  return { ...rules, ...Object.fromEntries(own) } as KeepRules;
}
