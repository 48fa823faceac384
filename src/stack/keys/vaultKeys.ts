/** Keys of a vault: one per DR region. If primary snapshots are encrypted, also one of its own there or a given one. */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../../config/config";
import type { KeyedRegion } from "../../vault/model/settings";
import { auditBucketName, auditKeyStatements, bucketArnOf, trailArnOf } from "../../iam/auditPolicies";
import type { RegionOptions } from "../regionOptions";
import { type KeyArgs, vaultKey } from "./key";

/** Keys by ARN, as the function knows them. */
export interface VaultKeys {
  dr: KeyedRegion[];
  primaryKeyArn?: string;
}

type Common = Pick<KeyArgs, "account" | "roleArn" | "operatorArn" | "tags">;

/** Returns the ARN of the primary region's key; `undefined` if nothing is encrypted there. */
function primaryKey(
  config: VaultConfig,
  common: Common,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string | undefined> {
  const { encryptPrimary, primaryRegion, drRegions } = config;
  if (typeof encryptPrimary === "string") return encryptPrimary;
  if (!encryptPrimary) return undefined;
  const key: aws.kms.Key = vaultKey(
    {
      ...config,
      ...common,
      region: primaryRegion,
      description: "Encrypted snapshots",
      ec2Regions: [primaryRegion, ...drRegions],
      protect: config.protectKeys,
    },
    opts,
  );
  return key.arn;
}

/** Returns the statements that the audit bucket needs in the policy of its region's key. */
function auditUse(config: VaultConfig, region: string): KeyArgs["moreOf"] {
  const { vaultId, primaryRegion, audit, trail, drRegions, restoreRoleArns } = config;
  if (!audit || region !== drRegions[0]) return undefined;
  return (account, roleArn) => {
    const bucketArn = bucketArnOf(account, auditBucketName(vaultId, account.accountId, region));
    const trailArn = trail ? trailArnOf(vaultId, account, primaryRegion) : undefined;
    return auditKeyStatements({ roleArn, restoreRoleArns, region, bucketArn, trailArn });
  };
}

export function vaultKeys(config: VaultConfig, common: Common, opts: RegionOptions): pulumi.Output<VaultKeys> {
  const description = "DR copies";
  const dr = config.drRegions.map((region) => {
    const moreOf = auditUse(config, region);
    const args = { ...config, ...common, region, description, ec2Regions: [region], moreOf };
    const key = vaultKey({ ...args, protect: config.protectKeys }, opts.dr[region] ?? {});
    return { region, keyArn: key.arn };
  });
  return pulumi.output({ dr, primaryKeyArn: primaryKey(config, common, opts.primary) }).apply((keys) => ({
    dr: keys.dr,
    ...(keys.primaryKeyArn !== undefined && { primaryKeyArn: keys.primaryKeyArn }),
  }));
}

/** Returns every key that encrypts a snapshot. */
export function allKeys(primaryRegion: string, { dr, primaryKeyArn }: VaultKeys): KeyedRegion[] {
  if (primaryKeyArn === undefined) return dr;
  return [...dr, { region: primaryRegion, keyArn: primaryKeyArn }];
}
