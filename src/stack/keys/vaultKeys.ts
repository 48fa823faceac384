/** Keys of a vault: one per DR region. If primary snapshots are encrypted, also one of its own there or a given one. */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../../config/config";
import type { KeyedRegion } from "../../vault/model/settings";
import { trailArnOf } from "../../iam/auditPolicies";
import { bucketArnsIn, bucketKeyStatements } from "../../iam/buckets";
import type { RegionOptions } from "../regionOptions";
import { type KeyArgs, vaultKey } from "./key";

/** Keys by ARN, as the function knows them. */
export interface VaultKeys {
  dr: KeyedRegion[];
  primaryKeyArn?: string;
}

type Common = Pick<KeyArgs, "account" | "roleArn" | "tags">;

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

/** Returns the statements that the buckets of a region need in the policy of its key. */
function bucketUse(config: VaultConfig, region: string): NonNullable<KeyArgs["moreOf"]> {
  const { vaultId, primaryRegion, trail, drRegions, restoreRoleArns } = config;
  return (account, roleArn) => {
    const trailArn = trail && region === drRegions[0] ? trailArnOf(vaultId, account, primaryRegion) : undefined;
    const bucketArns = bucketArnsIn(region, config, account);
    return bucketKeyStatements({ roleArn, restoreRoleArns, region, bucketArns, trailArn });
  };
}

export function vaultKeys(config: VaultConfig, common: Common, opts: RegionOptions): pulumi.Output<VaultKeys> {
  const description = "DR copies";
  const dr = config.drRegions.map((region) => {
    const moreOf = bucketUse(config, region);
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
