/**
 * Permissions for the roles of a vault. Anyone who can create a role and give it permissions has every permission,
 * unless the role is bounded. So the deploy role can create no role without the boundary, and cannot remove a boundary.
 */
import { type Account, namesOf } from "../src/iam/names";
import type { Grant } from "./grant";

/** Returns the ARNs of the roles that src/stack creates for a vault. */
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
