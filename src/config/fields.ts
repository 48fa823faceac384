/** Parsers, one per kind of config value. Input is text; output is the value, or what was expected. */
import * as aws from "@pulumi/aws";
import { closest } from "fastest-levenshtein";
import { scheduleError, timezoneError } from "./schedule";
import type { SnapshotLock } from "../vault/model/settings";
import { asRecord, parseJson } from "../vault/lib/json";

type Parsed<T> = { value: T } | { expected: string };
export type Parse<T> = (raw: string) => Parsed<T>;

/** Retention values that CloudWatch Logs accepts (API reference, PutRetentionPolicy), without "never expire". */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const REGIONS: readonly string[] = Object.values(aws.Region);

export function integer(min: number, max: number): Parse<number> {
  return (raw) => {
    const value = /^-?\d+$/.test(raw) ? Number(raw) : NaN;
    if (value >= min && value <= max) return { value };
    return { expected: `a whole number from ${min} to ${max}` };
  };
}

export const logRetention: Parse<number> = (raw) => {
  const value = LOG_RETENTION_DAYS.find((days) => String(days) === raw);
  return value === undefined
    ? { expected: `a retention of CloudWatch Logs: ${LOG_RETENTION_DAYS.join(", ")}` }
    : { value };
};

export function oneOf<T extends string>(...values: readonly T[]): Parse<T> {
  return (raw) => {
    const value = values.find((one) => one === raw);
    return value === undefined ? { expected: `one of ${values.join(", ")}` } : { value };
  };
}

/** Parses hashes of plans as the mail names them, separated by blanks or commas; empty text: none. */
export const hashes: Parse<string[]> = (raw) => {
  const value = raw.split(/[\s,]+/).filter((text) => text !== "");
  return value.every((text) => /^[0-9a-f]{16}$/.test(text))
    ? { value }
    : { expected: "plan hashes of 16 hexadecimal digits, as the mail names them" };
};

export const boolean: Parse<boolean> = (raw) =>
  raw === "true" || raw === "false" ? { value: raw === "true" } : { expected: "true or false" };

export const region: Parse<string> = (raw) =>
  REGIONS.includes(raw) ? { value: raw } : { expected: `an AWS region (did you mean ${closest(raw, REGIONS)}?)` };

/** Parses a region; empty text: none. */
export const maybeRegion: Parse<string> = (raw) => (raw === "" ? { value: raw } : region(raw));

/** Each region costs a copy of every snapshot, and room for one tag on each snapshot, for when its copy expires. */
const MAX_DR_REGIONS = 5;

/** Parses a JSON list of different regions; the empty list: `drRegion` is the only one. */
export const regions: Parse<string[]> = (raw) => {
  const expected = `a list of up to ${MAX_DR_REGIONS} different AWS regions`;
  const value = parseJson(raw);
  if (!Array.isArray(value) || value.length > MAX_DR_REGIONS) return { expected };
  const wrong: unknown = value.find((item) => typeof item !== "string" || "expected" in region(item));
  if (typeof wrong === "string") {
    return { expected: `${expected} (did you mean ${closest(wrong, REGIONS)}?)` };
  }
  if (wrong !== undefined || new Set(value).size < value.length) return { expected };
  return { value: value as string[] };
};

/**
 * Characters that one reader of the backup tag would treat specially. `*` and `?` are wildcards and `\` an escape in
 * EC2's filters (EC2 user guide, "Filter your resources"). `${` begins a variable in IAM's conditions (IAM user guide,
 * "IAM policy elements: Variables and tags"). The planner compares texts. A vault would find instances that its role is
 * not allowed to back up, so no key, value or policy name may have one.
 */
const PATTERN = /[*?\\]|\$\{/;
export const NO_PATTERN = "without *, ?, \\ and ${, which EC2's filters or IAM's policies read as patterns";

export function isPattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * Returns a parser with EC2's limits for a tag: 1 to `max` characters, and no key of AWS's own. The tag also means the
 * same to all its readers.
 */
export function tagText(max: number): Parse<string> {
  return (raw) =>
    raw.length >= 1 && raw.length <= max && !raw.toLowerCase().startsWith("aws:") && !isPattern(raw)
      ? { value: raw }
      : { expected: `1 to ${max} characters, not beginning with aws:, ${NO_PATTERN}` };
}

export const timezone: Parse<string> = (raw) => {
  const expected = timezoneError(raw);
  return expected === undefined ? { value: raw } : { expected };
};

export const schedule: Parse<string> = (raw) => {
  const error = scheduleError(raw, "UTC");
  return error === undefined
    ? { value: raw }
    : { expected: `a schedule such as cron(0 3 * * ? *) or rate(12 hours): ${error}` };
};

/** EC2's limits for a lock (API reference, LockSnapshot). */
const MAX_LOCK_DAYS = 36_500;
const LOCK_MODES: readonly unknown[] = ["governance", "compliance"] satisfies SnapshotLock["mode"][];

/**
 * Parses a JSON object `{"mode":…,"days":…}`; the empty one is no lock. `pulumi config set --path` may give days as
 * text.
 */
export const snapshotLock: Parse<SnapshotLock | undefined> = (raw) => {
  const expected = `{} or {"mode": "governance" or "compliance", "days": 1 to ${MAX_LOCK_DAYS}}`;
  const value = asRecord(parseJson(raw));
  if (value === undefined) return { expected };
  const { mode, days, ...others } = value;
  if (Object.keys(others).length > 0) return { expected };
  if (mode === undefined && days === undefined) return { value: undefined };
  const parsed = integer(1, MAX_LOCK_DAYS)(typeof days === "number" || typeof days === "string" ? String(days) : "");
  if (!LOCK_MODES.includes(mode) || !("value" in parsed)) return { expected };
  return { value: { mode: mode as SnapshotLock["mode"], days: parsed.value } };
};

/** Parses the ARN of a managed policy; empty text: none. */
export const policyArn: Parse<string | undefined> = (raw) => {
  if (raw === "") return { value: undefined };
  return /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(raw)
    ? { value: raw }
    : { expected: "the ARN of an IAM policy, or an empty text" };
};

/** Returns a parser for a JSON list of texts, each of which matches and is listed once. */
function list(pattern: RegExp, what: string): Parse<string[]> {
  const expected = `a list of different ${what}`;
  return (raw) => {
    const value = parseJson(raw);
    if (!Array.isArray(value)) return { expected };
    const texts = value.filter((item): item is string => typeof item === "string");
    const good = new Set(texts).size === value.length && texts.every((item) => pattern.test(item));
    return good ? { value: texts } : { expected };
  };
}

const KEY_ARN = /^arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+$/;

/** Parses `encryptPrimary`. `true`: under a key of the vault's own; an ARN: under that key. */
export const encryptPrimary: Parse<boolean | string> = (raw) => {
  const onOff = boolean(raw);
  if ("value" in onOff) return onOff;
  return KEY_ARN.test(raw) ? { value: raw } : { expected: "true, false or the ARN of a KMS key" };
};

/** Parses e-mail addresses. SNS refuses an address that is not ASCII (SNS developer guide, "Email notifications"). */
export const emails = list(
  /^(?=.{3,254}$)[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i,
  "e-mail addresses",
);
export const keyArns = list(KEY_ARN, "KMS key ARNs");
/**
 * Parses role ARNs, without sessions and wildcards: a key policy accepts only the role's or user's own ARN (KMS
 * developer guide, "Creating a key policy"). The vault is in the partition `aws` alone (checks/regions.ts), and so are
 * these principals.
 */
export const roleArns = list(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "IAM role ARNs");
/** Also patterns, as a policy's `Resource` takes them. */
export const roleArnPatterns = list(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/*-]+$/, "IAM role ARNs");
export const principalArns = list(/^arn:aws:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, "IAM role or user ARNs");
