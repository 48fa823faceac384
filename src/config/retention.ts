/** Keep rules and policies in the stack's configuration: objects, which the CLI hands over as JSON. */
import { closest } from "fastest-levenshtein";
import { NO_PATTERN, type Parse, isPattern } from "./fields";
import { COUNTED_RULES, isEmpty, parseWithin } from "../vault/retention/keepRules";
import type { KeepPolicy, KeepRules } from "../vault/model/settings";
import { asRecord, isRecord, parseJson } from "../vault/lib/json";

const RULES: readonly string[] = [...COUNTED_RULES, "within", "retentionDays"];
const MAX_COUNT = 10_000;
const MAX_DAYS = 3_650;
/** EC2's filters accept 200 values. */
const MAX_POLICIES = 200;
const MAX_TAG_VALUE = 256;

/** One entry of `policies`. Rules that it leaves out for the DR region are the primary's. */
interface PolicyEntry {
  keep?: KeepRules;
  drKeep?: KeepRules;
  retentionDays?: number;
  drRetentionDays?: number;
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

function got(value: unknown): string {
  return JSON.stringify(value);
}

/** Returns what is wrong with a set of rules, or `undefined`; `{}` is valid. */
function rulesError(value: unknown, name: string): string | undefined {
  if (!isRecord(value)) {
    return `${name} must be an object of rules, such as {"daily": 7}`;
  }
  for (const [rule, given] of Object.entries(value)) {
    if (!RULES.includes(rule)) {
      return `${name} has no rule ${rule} (did you mean ${closest(rule, RULES)}?)`;
    }
    if (rule === "within") {
      if (typeof given !== "string" || parseWithin(given) === undefined) {
        return `${name}.within must be a time such as 14d or 1y6m, is ${got(given)}`;
      }
    } else if (rule === "retentionDays") {
      if (!isWhole(given, 1, MAX_DAYS)) {
        return `${name}.retentionDays must be a whole number from 1 to ${MAX_DAYS}, is ${got(given)}`;
      }
    } else if (given !== -1 && !isWhole(given, 0, MAX_COUNT)) {
      return `${name}.${rule} must be a whole number up to ${MAX_COUNT}, or -1 for all, is ${got(given)}`;
    }
  }
  return undefined;
}

const RULES_EXPECTED = `an object of rules such as {"daily": 7, "monthly": 12}`;

/** Returns a parser for keep rules; `{}` means "not set". It refuses rules that keep nothing. */
function rules(isBound: boolean): Parse<KeepRules> {
  return (raw) => {
    const value = asRecord(parseJson(raw));
    if (value === undefined) return { expected: RULES_EXPECTED };
    const error = rulesError(value, "it");
    if (error !== undefined) return { expected: `${RULES_EXPECTED}: ${error}` };
    if (!isBound && Object.keys(value).length > 0 && isEmpty(value)) {
      return { expected: `${RULES_EXPECTED}: these keep nothing` };
    }
    return { value };
  };
}

export const keepRules = rules(false);
export const overrideBound = rules(true);

function entryError(name: string, entry: unknown): string | undefined {
  if (!isRecord(entry)) {
    return `${name} must be an object with keep or retentionDays`;
  }
  const known = ["keep", "drKeep", "retentionDays", "drRetentionDays"];
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    return `${name} has no ${unknown} (did you mean ${closest(unknown, known)}?)`;
  }
  const { keep, drKeep, retentionDays, drRetentionDays } = entry as Record<string, unknown>;
  for (const [key, given] of Object.entries({ keep, drKeep })) {
    const error = given === undefined ? undefined : rulesError(given, `${name}.${key}`);
    if (error !== undefined) return error;
    if (given !== undefined && isEmpty(given as KeepRules)) return `${name}.${key} keeps nothing`;
  }
  for (const [key, given] of Object.entries({ retentionDays, drRetentionDays })) {
    if (given !== undefined && !isWhole(given, 1, MAX_DAYS)) {
      return `${name}.${key} must be a whole number from 1 to ${MAX_DAYS}, is ${got(given)}`;
    }
  }
  if (keep === undefined && retentionDays === undefined) return `${name} keeps nothing`;
  return undefined;
}

/** Parses policies by the value of the backup tag; `{}`: there is one, for `tagValue`. */
export const policies: Parse<Record<string, PolicyEntry>> = (raw) => {
  const expected = `an object of policies by tag value, such as {"gold": {"keep": {"daily": 30}}}`;
  const value = asRecord(parseJson(raw));
  if (value === undefined) return { expected };
  const names = Object.keys(value);
  if (names.length > MAX_POLICIES) return { expected: `${expected}: at most ${MAX_POLICIES}` };
  const bad = names.find((name) => name === "" || name.length > MAX_TAG_VALUE || isPattern(name));
  if (bad !== undefined) {
    return { expected: `${expected}: names of 1 to ${MAX_TAG_VALUE} characters, ${NO_PATTERN}` };
  }
  for (const [name, entry] of Object.entries(value)) {
    const error = entryError(name, entry);
    if (error !== undefined) return { expected: `${expected}: ${error}` };
  }
  return { value: value as Record<string, PolicyEntry> };
};

/**
 * Returns the rules of both regions: `keep` takes precedence over `retentionDays`, and a DR region without rules of its
 * own has the primary's.
 */
function policyOf({ keep, drKeep, retentionDays = 0, drRetentionDays = 0 }: PolicyEntry): KeepPolicy {
  const isSet = (given: KeepRules | undefined): given is KeepRules => given !== undefined && !isEmpty(given);
  const primary = isSet(keep) ? keep : { retentionDays };
  if (isSet(drKeep)) return { keep: primary, drKeep };
  return {
    keep: primary,
    drKeep: drRetentionDays > 0 ? { retentionDays: drRetentionDays } : primary,
  };
}

/** Returns the configured rules by the value of the backup tag. */
export function policiesOf(
  entries: Readonly<Record<string, PolicyEntry>>,
  single: PolicyEntry & { tagValue: string },
): Record<string, KeepPolicy> {
  const { tagValue, ...entry } = single;
  const named = Object.keys(entries).length > 0 ? entries : { [tagValue]: entry };
  return Object.fromEntries(Object.entries(named).map(([name, one]) => [name, policyOf(one)]));
}
