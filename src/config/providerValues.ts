/**
 * Parsers, one per kind of value in the namespace `aws:`; the values become arguments of the vault's AWS providers.
 * Pure.
 */
import type { Parse } from "./fields";
import { SHAPE, tagTextError } from "./tags";
import { TAG_PREFIX } from "../vault/model/tags/tags";
import { asRecord, isTexts, parseJson } from "../vault/lib/json";

/** Returns true if a value is a list of texts that are not empty. */
function areFilledIn(value: unknown): value is string[] {
  return isTexts(value) && !value.includes("");
}

export const text: Parse<string> = (raw) => (raw === "" ? { expected: "a text, or the key left out" } : { value: raw });

export const flag: Parse<boolean> = (raw) =>
  raw === "true" || raw === "false" ? { value: raw === "true" } : { expected: "true or false" };

export const count: Parse<number> = (raw) =>
  /^\d{1,9}$/.test(raw) ? { value: Number(raw) } : { expected: "a whole number" };

export const texts: Parse<string[]> = (raw) => {
  const value = parseJson(raw);
  return areFilledIn(value) && value.length > 0 ? { value } : { expected: "a list of texts" };
};

/** Parses account ids. YAML and `pulumi config set --path` turn ids that do not begin with 0 into numbers. */
export const accountIds: Parse<string[]> = (raw) => {
  const value = parseJson(raw);
  const ids = Array.isArray(value) ? value.map(String) : [];
  const good = ids.length > 0 && ids.every((id) => /^\d{12}$/.test(id));
  return good ? { value: ids } : { expected: "a list of account ids, of 12 digits each" };
};

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/\S+$/;
const LISTS: readonly string[] = ["policyArns", "transitiveTagKeys"];
const ROLE_FIELDS = [
  ...["duration", "externalId", "policy", "policyArns", "roleArn", "sessionName"],
  ...["sourceIdentity", "tags", "transitiveTagKeys"],
];
const WEB_ROLE_FIELDS = [
  ...["duration", "policy", "policyArns", "roleArn", "sessionName"],
  ...["webIdentityToken", "webIdentityTokenFile"],
];

/** Returns what is wrong with a role to assume, or `undefined`. */
function roleError(value: unknown, fields: readonly string[]): string | undefined {
  const role = asRecord(value);
  if (role === undefined) return "one is no object";
  const unknown = Object.keys(role).find((key) => !fields.includes(key));
  if (unknown !== undefined) return `it knows ${fields.join(", ")}, not ${unknown}`;
  if (!ROLE_ARN.test(String(role.roleArn))) return "roleArn must be the ARN of an IAM role";
  const wrong = Object.entries(role).find(([key, one]) => {
    if (key === "tags") return !areFilledIn(Object.values(asRecord(one) ?? { none: 0 }));
    return LISTS.includes(key) ? !areFilledIn(one) : typeof one !== "string";
  });
  return wrong && `${wrong[0]} must be a text, or a list or an object of texts where AWS wants one`;
}

/** Parses roles that are assumed one after the other. */
export const roles: Parse<object[]> = (raw) => {
  const expected = 'a list such as [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]';
  const value = parseJson(raw);
  if (!Array.isArray(value) || value.length === 0) return { expected };
  const error = value.map((one) => roleError(one, ROLE_FIELDS)).find((one) => one !== undefined);
  return error === undefined ? { value: value as object[] } : { expected: `${expected}: ${error}` };
};

export const webRole: Parse<object> = (raw) => {
  const value = parseJson(raw);
  const error = roleError(value, WEB_ROLE_FIELDS);
  return error === undefined ? { value: value as object } : { expected: `an object: ${error}` };
};

/** Parses tags that Scheduler and EC2 accept as well: Scheduler accepts no empty value (API reference, Tag). */
export const defaultTags: Parse<{ tags: Record<string, string> }> = (raw) => {
  const expected = 'an object such as {"tags": {"CostCenter": "4711"}}';
  const { tags, ...others } = asRecord(parseJson(raw)) ?? {};
  const given = asRecord(tags);
  if (given === undefined || Object.keys(others).length > 0) return { expected };
  const entries = Object.entries(given).map(([key, value]) => [key, String(value)] as const);
  for (const [key, value] of entries) {
    const error = value === "" ? `${key} has an empty value` : tagTextError(key, value);
    if (error !== undefined) return { expected: `${expected} of ${SHAPE}: ${error}` };
  }
  return { value: { tags: Object.fromEntries(entries) } };
};

/**
 * Parses tags to ignore. The vault's own tags cannot be ignored, because policies use them to see which vault a
 * resource belongs to.
 */
export const ignoreTags: Parse<{ keys?: string[]; keyPrefixes?: string[] }> = (raw) => {
  const expected = `an object of lists, keys and keyPrefixes, that leave the tags ${TAG_PREFIX}* alone`;
  const { keys = [], keyPrefixes = [], ...others } = asRecord(parseJson(raw)) ?? { none: true };
  if (Object.keys(others).length > 0 || !areFilledIn(keys) || !areFilledIn(keyPrefixes)) return { expected };
  const isOurs =
    keys.some((key) => key.startsWith(TAG_PREFIX)) ||
    keyPrefixes.some((prefix) => TAG_PREFIX.startsWith(prefix) || prefix.startsWith(TAG_PREFIX));
  if (isOurs) return { expected };
  return {
    value: {
      ...(keys.length > 0 && { keys }),
      ...(keyPrefixes.length > 0 && { keyPrefixes }),
    },
  };
};

/** Matches an endpoint of one region. It fits no other region, and the vault has a provider in each. */
const OF_A_REGION = /\b[a-z]{2}(-[a-z]+)+-\d\b/;

export const endpoints: Parse<object[]> = (raw) => {
  const expected = "a list of objects, service to address, without the address of a single region";
  const value = parseJson(raw);
  if (!Array.isArray(value) || value.length === 0) return { expected };
  const addresses = value.flatMap((one) => Object.values(asRecord(one) ?? { none: 0 }));
  const isGood = areFilledIn(addresses) && !addresses.some((address) => OF_A_REGION.test(address));
  return isGood ? { value: value as object[] } : { expected };
};
