/**
 * The one place that reads and validates the stack's configuration. Defaults and descriptions are in Pulumi.yaml, where
 * the CLI takes them from; the expected form of each value is here. It reports all mistakes at once, one line each.
 */
import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import {
  type Parse,
  boolean,
  emails,
  encryptPrimary,
  hashes,
  integer,
  keyArns,
  logRetention,
  maybeRegion,
  oneOf,
  policyArn,
  principalArns,
  regions,
  roleArnPatterns,
  roleArns,
  schedule,
  snapshotLock,
  tagText,
  timezone,
} from "./fields";
import { type ConfigError, configError, refuse, unknownKey } from "./configError";
import { keepRules, overrideBound, policies, policiesOf } from "./retention";
import { keyPolicyErrors } from "./checks/keyPolicySize";
import { keyAdministratorErrors } from "./checks/keyAdministrators";
import { lockErrors } from "./checks/lock";
import { vaultIdError } from "./names";
import { overrideErrors } from "./checks/overrides";
import { AWS_NAMESPACE, type ProviderValues, providerErrors, providerValues } from "./provider";
import { regionErrors } from "./checks/regions";
import { operatorErrors } from "./checks/operator";
import { policySizeErrors } from "./checks/policySize";
import { isSecretKey, secretErrors } from "./secrets";
import { resourceTags, tagErrors } from "./tags";
import { alarmErrors } from "./checks/alarms";
import { MOST_MEMORY_MB } from "../vault/model/memory";
import type { KeepPolicy } from "../vault/model/settings";

/** Parser of each key, in the order of Pulumi.yaml. */
const FIELDS = {
  drRegion: maybeRegion,
  drRegions: regions,
  tags: resourceTags,
  tagKey: tagText(128),
  tagValue: tagText(256),
  policies,
  schedule,
  timezone,
  startWindowHours: integer(1, 24),
  copyStuckHours: integer(1, 168),
  copyOverdueHours: integer(1, 720),
  maxRecoveryPointAgeHours: integer(0, 8_760),
  retentionDays: integer(1, 3_650),
  drRetentionDays: integer(0, 3_650),
  keep: keepRules,
  drKeep: keepRules,
  keepAtLeast: integer(1, 100),
  overrideMin: overrideBound,
  overrideMax: overrideBound,
  orphans: oneOf("keep-last", "keep", "expire"),
  orphanDays: integer(1, 3_650),
  editGraceDays: integer(1, 365),
  maxDeletePercent: integer(1, 100),
  maxDeletes: integer(0, 100_000),
  approvedDeletePlan: hashes,
  dryRun: boolean,
  lock: snapshotLock,
  iUnderstandComplianceLock: boolean,
  alertEmails: emails,
  mailOn: oneOf("failure", "always", "weekly-summary"),
  monthlyBudgetUsd: integer(0, 1_000_000),
  dashboard: boolean,
  logRetentionDays: logRetention,
  memoryMb: integer(256, MOST_MEMORY_MB),
  timeoutSeconds: integer(120, 900),
  reserveConcurrency: boolean,
  protectKeys: boolean,
  recycleBinDays: integer(0, 365),
  encryptPrimary,
  sourceKeyArns: keyArns,
  restoreRoleArns: roleArns,
  keyAdministrators: principalArns,
  permissionsBoundaryArn: policyArn,
  operatorRole: principalArns,
  operatorInstanceRoleArns: roleArnPatterns,
  operatorBoundaryArn: policyArn,
  manifests: boolean,
  userData: boolean,
  uefiData: boolean,
  audit: boolean,
  auditRetentionDays: integer(1, 3_650),
  auditLockDays: integer(0, 3_650),
  trail: boolean,
} satisfies Record<string, Parse<unknown>>;

type Fields = typeof FIELDS;
type ValueOf<P> = P extends Parse<infer T> ? T : never;

/** Keys whose result is in `policies`. */
type PolicyKey = "policies" | "tagValue" | "keep" | "drKeep" | "retentionDays" | "drRetentionDays";
type Parsed = Readonly<{ [K in keyof Fields]: ValueOf<Fields[K]> }>;

/** The validated configuration of one stack. */
export type VaultConfig = Omit<Parsed, PolicyKey | "drRegion"> & {
  /** Keep rules by the value of the backup tag. */
  readonly policies: Readonly<Record<string, KeepPolicy>>;
  /** True if there is one policy for `tagValue`, because `policies` is empty. */
  readonly policyForAll: boolean;
  /** Present only if `alertEmails` is a secret of the stack. */
  readonly secretEmails?: boolean;
  /** `<project>-<stack>` */
  readonly vaultId: string;
  readonly primaryRegion: string;
};

export const CONFIG_KEYS = Object.keys(FIELDS) as (keyof Fields)[];

const NEAR = 4;

export interface RawConfig {
  project: string;
  stack: string;
  /** `aws:region` */
  primaryRegion: string | undefined;
  /** Every key of the project's namespace, without the namespace. */
  values: Readonly<Record<string, string>>;
  /** Keys among them, and `aws:region`, that the stack has as secrets; absent: none. */
  secretKeys?: readonly string[];
  /** Every other key of the namespace `aws`, without the namespace; absent: none. */
  provider?: ProviderValues;
  /** Keys among them that the stack has as secrets. */
  secretProviderKeys?: readonly string[];
}

function unknownKeys(values: RawConfig["values"]): ConfigError[] {
  const known: string[] = CONFIG_KEYS;
  return Object.keys(values)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = closest(key, known);
      return unknownKey(key, distance(key.toLowerCase(), near.toLowerCase()) <= NEAR ? near : known.join(", "));
    });
}

function parseFields(raw: RawConfig, errors: ConfigError[]): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) {
    const text = raw.values[key];
    if (text === undefined) {
      errors.push(configError(key, "a value", "none"));
      continue;
    }
    const result = FIELDS[key](text);
    const shown = raw.secretKeys?.includes(key) ? "a secret value" : JSON.stringify(text);
    if ("value" in result) parsed[key] = result.value;
    else errors.push(configError(key, result.expected, shown));
  }
  return parsed;
}

/** Blobs are in no tag: without the buckets there is no place for them. */
function blobErrors(parsed: Parsed): ConfigError[] {
  const wanted = (["userData", "uefiData"] as const).filter((key) => parsed[key] && !parsed.manifests);
  return wanted.map((key) => configError(key, "manifests to be true too", "false", "captures are in its buckets"));
}

function auditErrors({ audit, auditRetentionDays, auditLockDays, trail }: Parsed): ConfigError[] {
  const errors: ConfigError[] = [];
  if (trail && !audit) {
    errors.push(configError("trail", "audit to be true too", "false", "the trail's files go into its bucket"));
  }
  if (auditLockDays > auditRetentionDays) {
    const most = `at most auditRetentionDays, which is ${auditRetentionDays}`;
    errors.push(configError("auditLockDays", most, String(auditLockDays)));
  }
  return errors;
}

/**
 * Validates one stack's configuration. Pure.
 * @throws an error with a line for each mistake: the key, the expectation and the actual value
 */
export function parseConfig(raw: RawConfig): VaultConfig {
  const whose = `stack ${raw.stack}`;
  const secretKeys = raw.secretKeys ?? [];
  // Secrets come first and alone: another error's line might show the value.
  refuse(whose, secretErrors(secretKeys));
  const errors = unknownKeys(raw.values);
  const parsed = parseFields(raw, errors);
  errors.push(...regionErrors(raw.primaryRegion, parsed));
  const isSecret = (key: string) => raw.secretProviderKeys?.includes(key) ?? false;
  errors.push(...providerErrors(raw.provider ?? {}, isSecret));
  const vaultId = `${raw.project}-${raw.stack}`;
  const idError = vaultIdError(vaultId);
  if (idError !== undefined) errors.push(configError("stack", idError, `"${vaultId}"`));
  refuse(whose, errors);
  const {
    policies: named,
    tagValue,
    keep,
    drKeep,
    retentionDays,
    drRetentionDays,
    drRegion,
    ...config
  } = parsed as Parsed;
  const single = { tagValue, keep, drKeep, retentionDays, drRetentionDays };
  const drRegions = drRegion === "" ? config.drRegions : [drRegion];
  const resolved = {
    ...config,
    drRegions,
    policies: policiesOf(named, single),
    policyForAll: Object.keys(named).length === 0,
  };
  refuse(whose, [...auditErrors(parsed as Parsed), ...blobErrors(parsed as Parsed)]);
  // Contradictions between values show only when each value is valid.
  refuse(whose, [
    ...tagErrors(config),
    ...overrideErrors(config),
    ...lockErrors(config.lock, { ...resolved, understood: config.iUnderstandComplianceLock }),
    ...alarmErrors(config),
    ...keyAdministratorErrors({ ...config, vaultId }),
    ...keyPolicyErrors({ ...resolved, vaultId, primaryRegion: raw.primaryRegion ?? "" }),
    ...policySizeErrors({ ...resolved, vaultId, primaryRegion: raw.primaryRegion ?? "" }),
    ...operatorErrors({ ...resolved, vaultId, primaryRegion: raw.primaryRegion ?? "" }),
  ]);
  return {
    ...resolved,
    ...(secretKeys.includes("alertEmails") && { secretEmails: true }),
    vaultId,
    primaryRegion: raw.primaryRegion ?? "",
  };
}

/**
 * Validates all keys of a stack, including the provider's.
 * @param all full keys (`smart-vault:drRegion`) to text; keys of namespaces other than `aws` are not this program's
 * @param isSecret whether the stack has a full key as a secret
 */
export function configOf(
  project: string,
  stack: string,
  all: Readonly<Record<string, string>>,
  isSecret: (key: string) => boolean = () => false,
): VaultConfig {
  const prefix = `${project}:`;
  const own = Object.keys(all).filter((key) => key.startsWith(prefix));
  const short = (key: string) => (key.startsWith(prefix) ? key.slice(prefix.length) : key);
  const provider = providerValues(all);
  return parseConfig({
    project,
    stack,
    primaryRegion: all["aws:region"],
    values: Object.fromEntries(own.map((key) => [short(key), all[key] ?? ""])),
    secretKeys: ["aws:region", ...own].filter(isSecret).map(short),
    provider,
    secretProviderKeys: Object.keys(provider).filter((key) => isSecret(`${AWS_NAMESPACE}${key}`)),
  });
}

/** Reads the configuration of the stack that the program runs for. */
export function readConfig(): VaultConfig {
  return configOf(pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig(), isSecretKey);
}
