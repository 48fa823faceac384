/**
 * Checks that the function's policy fits IAM's limit. This is known before a deployment, because all its parts have a
 * fixed length or are in the configuration.
 */
import { type ConfigError, configError } from "../configError";
import { partitionOf } from "../../iam/partition";
import { functionPolicy } from "../../iam/functionPolicy";
import { bucketName } from "../../iam/buckets";
import { namesOf } from "../../iam/names";
import type { WriteAccessArgs } from "../../iam/writeStatements";

/** Maximum of a role's inline policies in all, without white space (IAM user guide, "IAM and AWS STS quotas"). */
export const MAX_CHARACTERS = 10_240;

export const ACCOUNT_ID = "0".repeat(12);
/** Length of a key's id: a UUID, or as many characters for a multi-region key. */
const KEY_ID = "0".repeat(36);

/** Returns keys of the length that they will have. */
export function keysOf({ primaryRegion, drRegions, encryptPrimary }: KeyContext) {
  const partition = partitionOf(primaryRegion);
  const keyIn = (region: string) => `arn:${partition}:kms:${region}:${ACCOUNT_ID}:key/${KEY_ID}`;
  const primaryKeyArn = encryptPrimary === true ? keyIn(primaryRegion) : encryptPrimary;
  return {
    dr: drRegions.map((region) => ({ region, keyArn: keyIn(region) })),
    ...(primaryKeyArn !== false && { primaryKeyArn }),
  };
}

interface KeyContext {
  primaryRegion: string;
  drRegions: readonly string[];
  encryptPrimary: boolean | string;
}

export type PolicySizeContext = Pick<WriteAccessArgs, "vaultId" | "tagKey" | "policies" | "sourceKeyArns" | "lock"> &
  KeyContext & { audit: boolean; manifests: boolean; uefiData: boolean };

/** Returns the characters of the function's policy. A dry run counts with its writes, because it will end one day. */
export function policyLength(context: PolicySizeContext): number {
  const { vaultId, primaryRegion, drRegions, encryptPrimary, audit, manifests, ...others } = context;
  const partition = partitionOf(primaryRegion);
  const target = (purpose: "audit" | "manifests") => (region: string) => ({
    bucket: bucketName(vaultId, purpose, ACCOUNT_ID, region),
    region,
    host: "",
  });
  const [log] = drRegions.map(target("audit"));
  const names = namesOf(vaultId);
  const policy = functionPolicy({
    ...others,
    vaultId,
    primaryRegion,
    partition,
    accountId: ACCOUNT_ID,
    dryRun: false,
    ...keysOf({ primaryRegion, drRegions, encryptPrimary }),
    ...(audit && { audit: log }),
    manifests: manifests ? drRegions.map(target("manifests")) : [],
    topicArn: `arn:${partition}:sns:${primaryRegion}:${ACCOUNT_ID}:${names.topic}`,
    schedulerRoleArn: `arn:${partition}:iam::${ACCOUNT_ID}:role/${names.schedulerRole}`,
  });
  return JSON.stringify(policy).length;
}

/** Returns an error if the function's policy would not fit. */
export function policySizeErrors(context: PolicySizeContext): ConfigError[] {
  const length = policyLength(context);
  if (length <= MAX_CHARACTERS) return [];
  const { sourceKeyArns, policies, drRegions } = context;
  const keys = [
    ...(sourceKeyArns.length > 0 ? ["sourceKeyArns"] : []),
    ...(Object.keys(policies).length > 1 ? ["policies"] : []),
    ...(drRegions.length > 1 ? ["drRegions"] : []),
  ];
  return [
    configError(
      keys,
      `so few that the function's permissions fit IAM's ${MAX_CHARACTERS} characters per role`,
      String(length),
      "each key, tag value and region adds to them; without sourceKeyArns the function is allowed to decrypt with any key of the account",
    ),
  ];
}
