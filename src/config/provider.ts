/**
 * The stack's `aws:` configuration, for the vault's own providers: an explicit provider takes none of it by itself
 * (pulumi.com/docs/iac/concepts/resources/providers, "Default provider configuration"). It passes on the keys that work
 * in every region, and refuses every other key by name. So nobody who sets a profile or an account lands in another.
 * Pure.
 */
import type * as aws from "@pulumi/aws";
import { closest } from "fastest-levenshtein";
import { type ConfigError, configError, unknownKey } from "./configError";
import type { Parse } from "./fields";
import * as is from "./providerValues";

export const AWS_NAMESPACE = "aws:";

/** Every argument of an AWS provider except `region`, which each provider has of its own. */
const PROVIDER_KEYS = {
  accessKey: is.text,
  allowedAccountIds: is.accountIds,
  assumeRoleWithWebIdentity: is.webRole,
  assumeRoles: is.roles,
  customCaBundle: is.text,
  defaultTags: is.defaultTags,
  ec2MetadataServiceEndpoint: is.text,
  ec2MetadataServiceEndpointMode: is.text,
  endpoints: is.endpoints,
  forbiddenAccountIds: is.accountIds,
  httpProxy: is.text,
  httpsProxy: is.text,
  ignoreTags: is.ignoreTags,
  insecure: is.flag,
  maxRetries: is.count,
  noProxy: is.text,
  profile: is.text,
  retryMode: is.text,
  s3UsEast1RegionalEndpoint: is.text,
  s3UsePathStyle: is.flag,
  secretKey: is.text,
  sharedConfigFiles: is.texts,
  sharedCredentialsFiles: is.texts,
  skipCredentialsValidation: is.flag,
  skipMetadataApiCheck: is.flag,
  skipRegionValidation: is.flag,
  skipRequestingAccountId: is.flag,
  stsRegion: is.text,
  tagPolicyCompliance: is.text,
  token: is.text,
  tokenBucketRateLimiterCapacity: is.count,
  useDualstackEndpoint: is.flag,
  useFipsEndpoint: is.flag,
  userAgents: is.texts,
} satisfies Record<Exclude<keyof aws.ProviderArgs, "region">, Parse<unknown>>;

type ProviderKey = keyof typeof PROVIDER_KEYS;

export const PROVIDER_CONFIG_KEYS = Object.keys(PROVIDER_KEYS) as ProviderKey[];

/** Values by key without the namespace; `aws:region` is not included. */
export type ProviderValues = Readonly<Record<string, string>>;

/** Returns the provider's part of all keys of a stack. */
export function providerValues(all: Readonly<Record<string, string>>): ProviderValues {
  const entries = Object.entries(all)
    .filter(([key]) => key.startsWith(AWS_NAMESPACE) && key !== `${AWS_NAMESPACE}region`)
    .map(([key, value]) => [key.slice(AWS_NAMESPACE.length), value] as const);
  return Object.fromEntries(entries);
}

function isKnown(key: string): key is ProviderKey {
  return Object.hasOwn(PROVIDER_KEYS, key);
}

/** Keys that AWS itself issues as secrets: no message shows their values. */
const SECRETS: readonly string[] = ["accessKey", "secretKey", "token"];

function errorOf(key: string, raw: string, isSecret: boolean): ConfigError | undefined {
  const name = `${AWS_NAMESPACE}${key}`;
  if (!isKnown(key)) {
    const near = closest(key, PROVIDER_CONFIG_KEYS);
    return unknownKey(name, `one of the AWS provider's (did you mean ${AWS_NAMESPACE}${near}?)`);
  }
  const parsed = PROVIDER_KEYS[key](raw);
  if ("value" in parsed) return undefined;
  const got = isSecret || SECRETS.includes(key) ? "a secret value" : JSON.stringify(raw);
  return configError(name, parsed.expected, got);
}

/** Keys that cancel each other out. */
function conflicts(values: ProviderValues): ConfigError[] {
  const { allowedAccountIds, forbiddenAccountIds, skipRequestingAccountId } = values;
  const guarded = allowedAccountIds ?? forbiddenAccountIds;
  if (guarded === undefined) return [];
  const errors: ConfigError[] = [];
  if (allowedAccountIds !== undefined && forbiddenAccountIds !== undefined) {
    errors.push(configError("aws:forbiddenAccountIds", "none with aws:allowedAccountIds", "both"));
  }
  if (skipRequestingAccountId === "true") {
    errors.push(
      configError(
        "aws:skipRequestingAccountId",
        "false with account ids that are allowed or forbidden",
        "true",
        "without the account's id nothing is held against them",
      ),
    );
  }
  return errors;
}

/**
 * Checks every `aws:` key except the region.
 * @param isSecret whether the stack has a key, without namespace, as a secret
 */
export function providerErrors(values: ProviderValues, isSecret: (key: string) => boolean): ConfigError[] {
  const errors = Object.entries(values).map(([key, raw]) => errorOf(key, raw, isSecret(key)));
  return [...errors.filter((error) => error !== undefined), ...conflicts(values)];
}

/**
 * Returns the arguments of every provider of the vault, except its region.
 * @param values those that {@link providerErrors} accepts
 */
export function providerArgs(values: ProviderValues): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const [key, raw] of Object.entries(values)) {
    const parsed = isKnown(key) ? PROVIDER_KEYS[key](raw) : undefined;
    if (parsed !== undefined && "value" in parsed) args[key] = parsed.value;
  }
  return args;
}
