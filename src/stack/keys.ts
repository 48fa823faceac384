/** The DR region's KMS key: what every copy is encrypted under. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Account, namesOf } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;

/**
 * Administration without use: an administrator can't read a backup without changing the policy, which is audited.
 * So not `kms:Create*`, which has CreateGrant in it: a grant is use.
 */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:Delete*",
  "kms:Describe*",
  "kms:Disable*",
  "kms:Enable*",
  "kms:Get*",
  "kms:List*",
  "kms:Put*",
  "kms:Revoke*",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:Update*",
];

/** What EBS needs of a key (AWS, "Amazon EBS encryption": permissions for IAM principals). */
const EBS_USE = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** Use and grants through EC2 only; a grant only for an AWS resource, as a volume or snapshot is. */
export function ebsUse(
  sid: string,
  resources: string | string[],
  ec2Regions: readonly string[],
): Statement[] {
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

/**
 * @param roleArn the vault's own role
 * @param restoreRoleArns roles that restore from the copies
 */
export function drKeyPolicy(
  { partition, accountId }: Account,
  drRegion: string,
  roleArn: string,
  restoreRoleArns: readonly string[],
): aws.iam.PolicyDocument {
  const users = (sid: string, arns: string[]): Statement[] =>
    ebsUse(sid, "*", [drRegion]).map((statement) => ({ ...statement, Principal: { AWS: arns } }));
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountAdministers",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: ADMINISTRATION,
        Resource: "*",
      },
      ...users("VaultCopies", [roleArn]),
      ...(restoreRoleArns.length === 0 ? [] : users("Restore", [...restoreRoleArns])),
    ],
  };
}

export interface DrKeyArgs {
  vaultId: string;
  drRegion: string;
  account: pulumi.Output<Account>;
  roleArn: pulumi.Output<string>;
  restoreRoleArns: readonly string[];
  protect: boolean;
  tags: Record<string, string>;
}

/**
 * A lost key is lost copies: thirty days to take a deletion back, and where `protect` is set the stack neither
 * deletes it nor takes it along when it is removed. Nor its alias, by which it is found again (docs/RUNBOOK.md).
 */
export function drKey(args: DrKeyArgs, opts: pulumi.CustomResourceOptions): aws.kms.Key {
  const { vaultId, drRegion, account, roleArn, restoreRoleArns, protect, tags } = args;
  const kept = { ...opts, protect, retainOnDelete: protect };
  const key = new aws.kms.Key(
    `${vaultId}-dr`,
    {
      description: `DR copies of ${vaultId}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: pulumi
        .all([account, roleArn])
        .apply(([acc, role]) => JSON.stringify(drKeyPolicy(acc, drRegion, role, restoreRoleArns))),
      tags,
    },
    kept,
  );
  new aws.kms.Alias(
    `${vaultId}-dr`,
    { name: namesOf(vaultId).keyAlias, targetKeyId: key.keyId },
    kept,
  );
  return key;
}
