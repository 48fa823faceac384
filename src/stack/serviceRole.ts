/** A role that an AWS service of the vault assumes. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../iam/names";

/** Arguments that the vault's roles share. */
export interface RoleArgs {
  account: pulumi.Output<Account>;
  tags: Record<string, string>;
  /**
   * Limit of a role's permissions, whatever its own policy says; CI is not allowed to create a role without one
   * (docs/DELIVERY.md).
   */
  permissionsBoundaryArn?: string | undefined;
}

/**
 * Makes a role that one AWS service may assume, only for this account's resources if the service names their account.
 */
export function serviceRole(
  name: string,
  service: "lambda" | "scheduler" | "events",
  { account, tags, permissionsBoundaryArn: permissionsBoundary }: RoleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role {
  const assumeRolePolicy = account.apply(({ accountId }) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: `${service}.amazonaws.com` },
          Action: "sts:AssumeRole",
          ...(service !== "lambda" && {
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
          }),
        },
      ],
    }),
  );
  return new aws.iam.Role(name, { name, assumeRolePolicy, permissionsBoundary, tags }, opts);
}
