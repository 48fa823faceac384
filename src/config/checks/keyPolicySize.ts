/**
 * Checks that the policies of the vault's keys fit KMS's limit. This is known before a key exists, as for the role's
 * permissions. Pure.
 */
import { partitionOf } from "../../iam/partition";
import type { PolicySizeContext } from "./policySize";
import { auditBucketName, auditKeyStatements, bucketArnOf, trailArnOf } from "../../iam/auditPolicies";
import { keyPolicy } from "../../iam/keyPolicy";
import { namesOf } from "../../iam/names";

/** Bytes of a key policy (KMS developer guide, "Resource quotas"). */
const MAX_POLICY = 32_768;

const ACCOUNT_ID = "0".repeat(12);

export type KeyPolicyContext = Pick<PolicySizeContext, "vaultId" | "primaryRegion" | "drRegions" | "audit"> & {
  trail: boolean;
  restoreRoleArns: readonly string[];
  keyAdministrators: readonly string[];
  operatorRole: readonly string[];
};

/**
 * Returns the bytes of the longest policy of a key of the vault: that of the first DR region, which the audit log uses
 * too.
 */
export function keyPolicyLength(context: KeyPolicyContext): number {
  const { vaultId, primaryRegion, drRegions, audit, trail, operatorRole, ...users } = context;
  const account = { partition: partitionOf(primaryRegion), accountId: ACCOUNT_ID };
  const [region = ""] = drRegions;
  const names = namesOf(vaultId);
  const own = (name: string) => `arn:${account.partition}:iam::${ACCOUNT_ID}:role/${name}`;
  const roleArn = own(names.role);
  const bucketArn = bucketArnOf(account, auditBucketName(vaultId, ACCOUNT_ID, region));
  const trailArn = trail ? trailArnOf(vaultId, account, primaryRegion) : undefined;
  const ofAudit = { roleArn, restoreRoleArns: users.restoreRoleArns, region, bucketArn, trailArn };
  const operator = operatorRole.length === 0 ? [] : [own(names.operatorRole)];
  const policy = keyPolicy(account, region, {
    ...users,
    restoreRoleArns: [...users.restoreRoleArns, ...operator],
    roleArn,
    ec2Regions: [region],
    more: audit ? auditKeyStatements(ofAudit) : [],
  });
  return Buffer.byteLength(JSON.stringify(policy));
}

/** @returns a line for the mistake: the keys, the expectation and the actual value */
export function keyPolicyErrors(context: KeyPolicyContext): string[] {
  const length = keyPolicyLength(context);
  if (length <= MAX_POLICY) return [];
  return [
    `restoreRoleArns, keyAdministrators: expected so few that a key's policy fits KMS's ${MAX_POLICY} bytes, got ${length}: ` +
      "one role that the others are allowed to assume takes the room of one",
  ];
}
