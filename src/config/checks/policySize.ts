/**
 * Whether the function's rights fit what IAM takes: known before anything is deployed, since all that they are made of has
 * a fixed length or is in the configuration.
 */
import { partitionOf } from "../../iam/partition";
import { functionPolicy } from "../../iam/functionPolicy";
import { auditBucketName } from "../../iam/auditPolicies";
import { namesOf } from "../../iam/names";
import type { WriteAccessArgs } from "../../iam/writeStatements";

/** What a role's inline policies may have in all, white space aside (IAM user guide, "IAM and AWS STS quotas"). */
const MAX_RIGHTS = 10_240;

const ACCOUNT_ID = "0".repeat(12);
/** Of a key: a UUID, or as many characters of a multi-region one. */
const KEY_ID = "0".repeat(36);

export type RightsContext = Pick<
  WriteAccessArgs,
  "vaultId" | "primaryRegion" | "tagKey" | "policies" | "sourceKeyArns" | "lock"
> & { drRegions: readonly string[]; encryptPrimary: boolean | string; audit: boolean };

/** Characters of the function's policy, with writes also for a dry run, which is to end one day. */
export function rightsLength(context: RightsContext): number {
  const { vaultId, primaryRegion, drRegions, encryptPrimary, audit, ...others } = context;
  const partition = partitionOf(primaryRegion);
  const keyIn = (region: string) => `arn:${partition}:kms:${region}:${ACCOUNT_ID}:key/${KEY_ID}`;
  const primaryKeyArn = encryptPrimary === true ? keyIn(primaryRegion) : encryptPrimary;
  const [region = ""] = drRegions;
  const bucket = auditBucketName(vaultId, ACCOUNT_ID, region);
  const names = namesOf(vaultId);
  const policy = functionPolicy({
    ...others,
    vaultId,
    primaryRegion,
    partition,
    accountId: ACCOUNT_ID,
    dryRun: false,
    dr: drRegions.map((one) => ({ region: one, keyArn: keyIn(one) })),
    ...(primaryKeyArn !== false && { primaryKeyArn }),
    ...(audit && { audit: { bucket, region, host: "" } }),
    topicArn: `arn:${partition}:sns:${primaryRegion}:${ACCOUNT_ID}:${names.topic}`,
    schedulerRoleArn: `arn:${partition}:iam::${ACCOUNT_ID}:role/${names.schedulerRole}`,
  });
  return JSON.stringify(policy).length;
}

/** @returns a line for the mistake: the keys, what was expected, what was got */
export function policySizeErrors(context: RightsContext): string[] {
  const length = rightsLength(context);
  if (length <= MAX_RIGHTS) return [];
  const { sourceKeyArns, policies, drRegions } = context;
  const keys = [
    ...(sourceKeyArns.length > 0 ? ["sourceKeyArns"] : []),
    ...(Object.keys(policies).length > 1 ? ["policies"] : []),
    ...(drRegions.length > 1 ? ["drRegions"] : []),
  ];
  return [
    `${keys.join(", ")}: expected so few that the function's rights fit IAM's ${MAX_RIGHTS} characters a role, got ${length}: ` +
      "each key, tag value and region adds to them; without sourceKeyArns any key of the account may be read with",
  ];
}
