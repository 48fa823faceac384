/** A role that an AWS service of the vault assumes. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../iam/names";

/** What the vault's roles have in common. */
export interface RoleArgs {
  tags: Record<string, string>;
  /** The most that a role can do, whatever its own policy says; CI may make none without (docs/DELIVERY.md). */
  permissionsBoundaryArn?: string | undefined;
}

/** A role that one AWS service may take, for this account's resources only where the service says whose they are. */
export function serviceRole(
  name: string,
  service: "lambda" | "scheduler" | "events",
  account: pulumi.Output<Account>,
  { tags, permissionsBoundaryArn: permissionsBoundary }: RoleArgs,
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
