/**
 * Reads what an instance's own tags ask of the keep rules in the simulation's own way, so that a mistake of
 * `overridesOf` is not repeated here.
 */
import { TAG } from "../../../src/vault/model/tags/tags";
import type { KeepRules, VaultSettings } from "../../../src/vault/model/settings";
import type { TagRecord } from "../account/account";

const COUNTED = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;
type Counted = (typeof COUNTED)[number];

/** Values that people write into such tags: some in bounds, some not, some invalid. */
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

/** Reads a duration that the simulation draws: days, or days and hours. */
function hours(text: string): number {
  const [, days = "", more = "0"] = /^(\d+)d(?:(\d+)h)?$/.exec(text) ?? [];
  return days === "" ? NaN : Number(days) * 24 + Number(more);
}

type Bounds = Pick<VaultSettings, "overrideMin" | "overrideMax">;

/**
 * Returns true if a value is not over the stack's maximum, and not under the policy's own unless the stack allows that.
 */
function isAllowed(rule: string, text: string, own: KeepRules, { overrideMin, overrideMax }: Bounds) {
  if (rule === "within") {
    const isUnder = (of: string | undefined) => of !== undefined && hours(text) < hours(of);
    if (isUnder(own.within) && (overrideMin.within === undefined || isUnder(overrideMin.within))) return false;
    return hours(text) <= hours(overrideMax.within ?? "");
  }
  if (!COUNTED.includes(rule as Counted) || !/^[1-9]\d*$/.test(text)) return false;
  const [has, least, most] = [own, overrideMin, overrideMax].map((one) => one[rule as Counted]);
  const isUnder = (of: number) => of === -1 || Number(text) < of;
  if (isUnder(has ?? 0) && (least === undefined || isUnder(least))) return false;
  return most === -1 || Number(text) <= (most ?? 0);
}

function split(tags: TagRecord, side: "keep" | "drKeep", settings: VaultSettings) {
  const { tagKey, policies } = settings;
  const prefix = side === "keep" ? `${tagKey}-keep-` : `${tagKey}-dr-keep-`;
  const own = policies[tags[tagKey] ?? ""]?.[side] ?? {};
  const asked = Object.entries(tags).filter(([key]) => key.startsWith(prefix));
  const named = asked.map(([key, text]) => ({ key, rule: key.slice(prefix.length), text }));
  const bad = named.filter(({ rule, text }) => !isAllowed(rule, text, own, settings));
  return { carried: named.filter(({ rule, text }) => isReadable(rule, text)), bad: bad.map(({ key }) => key) };
}

/** Returns true if a value can be read and keeps something, whatever the stack allows. */
function isReadable(rule: string, text: string): boolean {
  return rule === "within" ? hours(text) > 0 : COUNTED.includes(rule as Counted) && /^[1-9]\d*$/.test(text);
}

/** Returns the keys of an instance's tags that ask for what it can't have. */
export function badOverrides(tags: TagRecord, settings: VaultSettings): string[] {
  return (["keep", "drKeep"] as const).flatMap((side) => split(tags, side, settings).bad);
}

/** Returns the rules that a snapshot of the instance must carry: all that it asks for, since the bounds can change. */
export function carriedTags(tags: TagRecord, settings: VaultSettings): TagRecord {
  const text = (side: "keep" | "drKeep") =>
    split(tags, side, settings)
      .carried.map(({ rule, text: value }) => `${rule}=${value}`)
      .sort()
      .join(" ");
  return Object.fromEntries(
    [
      [TAG.keep, text("keep")],
      [TAG.drKeep, text("drKeep")],
    ].filter(([, value]) => value !== ""),
  ) as TagRecord;
}

/**
 * Limits a tag that asks for more than the maximum to the maximum, unless that is under the policy's own: a tag that asks
 * for more must not delete more.
 */
function clamped(rule: string, text: string, own: KeepRules, bounds: Bounds): string {
  const most = bounds.overrideMax[rule as keyof KeepRules];
  if (most === undefined || isAllowed(rule, text, own, bounds)) return text;
  const isMore = rule === "within" ? hours(text) > hours(String(most)) : Number(text) > Number(most);
  const isLengthening = isAllowed(rule, String(most), own, { ...bounds, overrideMin: {} });
  return isMore && isLengthening ? String(most) : text;
}

/** Returns the policy's rules, overridden by those that a point carries as far as they are allowed now. */
export function withOverrides(rules: KeepRules, carried: string | undefined, bounds: Bounds): KeepRules {
  const own = (carried ?? "")
    .split(" ")
    .map((part) => part.split("="))
    .map(([rule = "", text = ""]) => [rule, clamped(rule, text, rules, bounds)])
    .filter(([rule = "", text = ""]) => isAllowed(rule, text, rules, bounds))
    .map(([rule = "", text = ""]) => [rule, rule === "within" ? text : Number(text)]);
  return { ...rules, ...Object.fromEntries(own) } as KeepRules;
}
