/**
 * The roles of a vault. Who may make a role and give it rights has all rights there are, unless the role is bounded: so
 * the deploy role makes no role without the boundary, and can't take a boundary off.
 */
import { type Account, namesOf } from "../src/iam/names";
import type { Grant } from "./grant";

/** The roles that src/stack makes for a vault, by name. */
function roleArns({ partition, accountId }: Account, vaultId: string): string[] {
  const { role, schedulerRole, keyEvents, keyMail } = namesOf(vaultId);
  return [role, schedulerRole, keyEvents, keyMail].map((name) => `arn:${partition}:iam::${accountId}:role/${name}`);
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
          "iam:PassedToService": ["lambda", "scheduler", "events"].map((name) => `${name}.amazonaws.com`),
        },
      },
    },
  ];
}
