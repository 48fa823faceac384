/**
 * Permissions for the roles of a vault. Anyone who can create a role and give it permissions has every permission,
 * unless the role is bounded. So the deploy role can create no role without the boundary, and cannot remove a boundary.
 */
import { type Account, namesOf } from "../src/iam/names";
import type { Grant } from "./grant";
import { operatorBoundaryArn } from "./operatorBoundary";

/** Returns the ARNs of the roles that src/stack creates for a vault. */
function roleArns({ partition, accountId }: Account, vaultId: string): string[] {
  const { role, schedulerRole, keyEvents, keyMail } = namesOf(vaultId);
  return [role, schedulerRole, keyEvents, keyMail].map((name) => `arn:${partition}:iam::${accountId}:role/${name}`);
}

/** Writes that only go with a boundary. */
const BOUNDED = ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"];

export function boundaryName(vaultId: string): string {
  return `${vaultId}-boundary`;
}

/** @param hasOperator true if the deploy role may make the operator's role, under a boundary of its own */
export function roleGrants(account: Account, vaultId: string, hasOperator = false): Grant[] {
  const { partition, accountId } = account;
  const resources = roleArns(account, vaultId);
  const operator = `arn:${partition}:iam::${accountId}:role/${namesOf(vaultId).operatorRole}`;
  const boundary = `arn:${partition}:iam::${accountId}:policy/${boundaryName(vaultId)}`;
  return [
    {
      sid: "BoundedRoles",
      writes: BOUNDED,
      resources,
      condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    ...(hasOperator
      ? [
          {
            sid: "BoundedOperator",
            writes: BOUNDED,
            resources: [operator],
            condition: { StringEquals: { "iam:PermissionsBoundary": operatorBoundaryArn(account, vaultId) } },
          },
        ]
      : []),
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
      resources: hasOperator ? [...resources, operator] : resources,
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
