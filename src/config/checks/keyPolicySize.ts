/**
 * Checks that the policies of the vault's keys fit KMS's limit. This is known before a key exists, as for the role's
 * permissions. Pure.
 */
import { partitionOf } from "../../iam/partition";
import { type ConfigError, configError } from "../configError";
import type { PolicySizeContext } from "./policySize";
import { trailArnOf } from "../../iam/auditPolicies";
import { bucketArnsIn, bucketKeyStatements } from "../../iam/buckets";
import { keyPolicy } from "../../iam/keyPolicy";
import { namesOf } from "../../iam/names";

/** Bytes of a key policy (KMS developer guide, "Resource quotas"). */
const MAX_POLICY = 32_768;

const ACCOUNT_ID = "0".repeat(12);

export type KeyPolicyContext = Pick<
  PolicySizeContext,
  "vaultId" | "primaryRegion" | "drRegions" | "audit" | "manifests"
> & {
  trail: boolean;
  restoreRoleArns: readonly string[];
  keyAdministrators: readonly string[];
  operatorRole: readonly string[];
};

/**
 * Returns the bytes of the longest policy of a key of the vault: that of the first DR region, which the audit bucket is
 * in.
 */
export function keyPolicyLength(context: KeyPolicyContext): number {
  const { vaultId, primaryRegion, drRegions, audit, manifests, trail, operatorRole, ...users } = context;
  const account = { partition: partitionOf(primaryRegion), accountId: ACCOUNT_ID };
  const [region = ""] = drRegions;
  const names = namesOf(vaultId);
  const own = (name: string) => `arn:${account.partition}:iam::${ACCOUNT_ID}:role/${name}`;
  const roleArn = own(names.role);
  const trailArn = trail ? trailArnOf(vaultId, account, primaryRegion) : undefined;
  const bucketArns = bucketArnsIn(region, { vaultId, drRegions, audit, manifests }, account);
  const operator = operatorRole.length === 0 ? [] : [own(names.operatorRole)];
  const policy = keyPolicy(account, region, {
    ...users,
    restoreRoleArns: [...users.restoreRoleArns, ...operator],
    roleArn,
    ec2Regions: [region],
    more: bucketKeyStatements({ roleArn, restoreRoleArns: users.restoreRoleArns, region, bucketArns, trailArn }),
  });
  return Buffer.byteLength(JSON.stringify(policy));
}

/** Returns an error if a key's policy would not fit. */
export function keyPolicyErrors(context: KeyPolicyContext): ConfigError[] {
  const length = keyPolicyLength(context);
  if (length <= MAX_POLICY) return [];
  return [
    configError(
      ["restoreRoleArns", "keyAdministrators"],
      `so few that a key's policy fits KMS's ${MAX_POLICY} bytes`,
      String(length),
      "one role that the others are allowed to assume takes the room of one",
    ),
  ];
}
