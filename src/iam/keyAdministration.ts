/**
 * Administrators of the vault's keys (ADR 15): the account by its IAM policies, or named principals and nobody else.
 */
import type * as aws from "@pulumi/aws";
import type { Account } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;

/** Actions that read a key and change nothing. */
const READING = ["kms:Describe*", "kms:Get*", "kms:List*"];

/**
 * Administration without use: an administrator cannot read a backup without changing the policy, which is audited. So
 * this leaves out `kms:Create*`, which includes CreateGrant: a grant is use.
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

/**
 * Returns the statements about administration. Without administrators the account's principal has all of it: it means
 * the root user, and every IAM policy of the account (KMS developer guide, "Default key policy").
 *
 * With administrators, IAM policies can only read. The root user, who unlike them cannot be deleted, may replace the
 * policy. Otherwise the key could end with nobody to administer it (the same page). `aws:PrincipalType` is `Account`
 * for the root user alone (IAM user guide, "AWS global condition context keys").
 */
export function administration({ partition, accountId }: Account, administrators: readonly string[]): Statement[] {
  const account = { AWS: `arn:${partition}:iam::${accountId}:root` };
  const may = { Effect: "Allow" as const, Resource: "*" };
  if (administrators.length === 0) {
    return [{ Sid: "AccountAdministers", ...may, Principal: account, Action: ADMINISTRATION }];
  }
  return [
    {
      Sid: "Administer",
      ...may,
      Principal: { AWS: [...administrators] },
      Action: ADMINISTRATION,
    },
    { Sid: "AccountReads", ...may, Principal: account, Action: READING },
    {
      Sid: "RootUserRecovers",
      ...may,
      Principal: account,
      Action: "kms:PutKeyPolicy",
      Condition: { StringEquals: { "aws:PrincipalType": "Account" } },
    },
  ];
}
