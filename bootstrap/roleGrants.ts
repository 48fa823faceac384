/**
 * The roles of a vault. Who may make a role and give it rights has all rights there are, unless the role is bounded: so
 * the deploy role makes no role without the boundary, and can't take a boundary off.
 */
import type * as aws from "@pulumi/aws";
import { type Account, namesOf } from "../src/stack/names";
import { auditBucketArn } from "./auditGrants";
import type { Grant } from "./grants";

/** The roles that src/stack makes for a vault, by name. */
function roleArns({ partition, accountId }: Account, vaultId: string): string[] {
  const { role, schedulerRole, keyEvents } = namesOf(vaultId);
  return [role, schedulerRole, keyEvents].map(
    (name) => `arn:${partition}:iam::${accountId}:role/${name}`,
  );
}

export function boundaryName(vaultId: string): string {
  return `${vaultId}-boundary`;
}

export function roleGrants(account: Account, vaultId: string): Grant[] {
  const { partition, accountId } = account;
  const resources = roleArns(account, vaultId);
  const boundary = `arn:${partition}:iam::${accountId}:policy/${boundaryName(vaultId)}`;
  return [
    {
      sid: "BoundedRoles",
      writes: ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"],
      resources,
      condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    {
      sid: "Roles",
      reads: [
        ...["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListRoleTags"],
        ...["iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"],
      ],
      writes: [
        ...["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:TagRole", "iam:UntagRole"],
        ...["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
      ],
      resources,
    },
    {
      sid: "PassRoles",
      writes: ["iam:PassRole"],
      resources,
      condition: {
        StringEquals: {
          "iam:PassedToService": ["lambda", "scheduler", "events"].map(
            (name) => `${name}.amazonaws.com`,
          ),
        },
      },
    },
  ];
}

/**
 * The most that any role of a vault can do, whatever its own policy says: a role does what both allow. Coarser than the
 * roles' policies (src/stack/access.ts), so that those can change without a bootstrap.
 */
export function boundary(account: Account, vaultId: string): aws.iam.PolicyDocument {
  const { partition, accountId } = account;
  const names = namesOf(vaultId);
  const on = (service: string, what: string) =>
    `arn:${partition}:${service}:*:${accountId}:${what}`;
  const allow = (Sid: string, Action: string[], Resource: string[]) => ({
    Sid,
    Effect: "Allow" as const,
    Action,
    Resource,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Look", ["ec2:Describe*"], ["*"]),
      allow(
        "Snapshots",
        [
          ...["ec2:CreateSnapshot", "ec2:CreateSnapshots", "ec2:CopySnapshot", "ec2:CreateTags"],
          ...["ec2:DeleteSnapshot", "ec2:LockSnapshot"],
        ],
        [
          `arn:${partition}:ec2:*:*:snapshot/*`,
          ...["instance", "volume"].map((kind) => on("ec2", `${kind}/*`)),
        ],
      ),
      allow(
        "Keys",
        [
          ...["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
          ...["kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
        ],
        [`arn:${partition}:kms:*:*:key/*`],
      ),
      allow("Tell", ["sns:Publish"], [on("sns", names.topic)]),
      allow(
        "Clock",
        ["scheduler:GetSchedule", "scheduler:UpdateSchedule"],
        [on("scheduler", `schedule/${names.scheduleGroup}/*`)],
      ),
      allow(
        "Pass",
        ["iam:PassRole"],
        [`arn:${partition}:iam::${accountId}:role/${names.schedulerRole}`],
      ),
      allow(
        "Log",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [on("logs", `log-group:${names.logGroup}:*`)],
      ),
      allow("Trace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
      allow("Audit", ["s3:PutObject"], [`${auditBucketArn(account, vaultId)}/*`]),
      allow("Wake", ["lambda:InvokeFunction"], [on("lambda", `function:${names.function}`)]),
      allow("Forward", ["events:PutEvents"], [on("events", "event-bus/default")]),
    ],
  };
}
