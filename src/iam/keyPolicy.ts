/** Policies of the vault's keys: use through EC2 alone, and administration (docs/adr/0015). Pure. */
import type * as aws from "@pulumi/aws";
import { administration } from "./keyAdministration";
import type { Account } from "./names";

export type Statement = aws.types.input.iam.PolicyStatement;

/** Actions that EBS needs on a key (AWS, "Amazon EBS encryption": permissions for IAM principals). */
const EBS_USE = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/**
 * Returns statements for use and grants through EC2 only; a grant only for an AWS resource, such as a volume or
 * snapshot.
 */
export function ebsUse(sid: string, resources: string | string[], ec2Regions: readonly string[]): Statement[] {
  const viaEc2 = { "kms:ViaService": ec2Regions.map((region) => `ec2.${region}.amazonaws.com`) };
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Action: EBS_USE,
      Resource: resources,
      Condition: { StringEquals: viaEc2 },
    },
    {
      Sid: `${sid}Grants`,
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: resources,
      Condition: { StringEquals: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/** Returns a statement without DescribeKey, for a principal that has it without EC2 as well. */
function withoutState({ Action, ...rest }: Statement): Statement {
  const isOther = (action: unknown) => action !== "kms:DescribeKey";
  return { ...rest, Action: Array.isArray(Action) ? Action.filter(isOther) : Action };
}

export interface KeyUsers {
  /** The vault's own role. */
  roleArn: string;
  /** Roles that restore from encrypted snapshots. */
  restoreRoleArns: readonly string[];
  /** Regions in which EC2 uses the key for the vault: the key's own, and those that its snapshots are copied to. */
  ec2Regions: readonly string[];
  /** Administrators of the key; none: the account. */
  keyAdministrators: readonly string[];
  /** Statements for uses other than EC2's. */
  more?: readonly Statement[];
}

/** @param region the key's own */
export function keyPolicy(
  account: Account,
  region: string,
  { roleArn, restoreRoleArns, ec2Regions, keyAdministrators, more = [] }: KeyUsers,
): aws.iam.PolicyDocument {
  const users = (sid: string, arns: string[], regions: readonly string[]): Statement[] =>
    ebsUse(sid, "*", regions).map((statement) => ({ ...statement, Principal: { AWS: arns } }));
  return {
    Version: "2012-10-17",
    Statement: [
      ...administration(account, keyAdministrators),
      ...users("VaultCopies", [roleArn], ec2Regions).map(withoutState),
      {
        // The function itself asks for the key's state, not through EC2 (docs/adr/0016).
        Sid: "VaultAsksForState",
        Effect: "Allow",
        Principal: { AWS: [roleArn] },
        Action: "kms:DescribeKey",
        Resource: "*",
      },
      ...(restoreRoleArns.length === 0 ? [] : users("Restore", [...restoreRoleArns], [region])),
      ...more,
    ],
  };
}
