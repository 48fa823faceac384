/** The role for the command line: whom the configuration names may assume it, and it has what all commands need. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config/config";
import { type Account, namesOf } from "../iam/names";
import { operatorPolicy } from "../iam/operatorPolicy";
import type { VaultKeys } from "./keys/vaultKeys";

export interface OperatorRoleArgs {
  config: VaultConfig;
  account: pulumi.Output<Account>;
  tags: Record<string, string>;
}

/** A restore takes hours at the most; a session that ends in the middle of it can be resumed. */
const SESSION_SECONDS = 4 * 3_600;

/** Makes the role. Its permissions come later: they name the keys, whose policies name the role. */
export function operatorRole(
  { config, tags }: OperatorRoleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role | undefined {
  const { vaultId, operatorRole: principals, operatorBoundaryArn: permissionsBoundary } = config;
  if (principals.length === 0) return undefined;
  const name = namesOf(vaultId).operatorRole;
  const assumeRolePolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: [...principals] }, Action: "sts:AssumeRole" }],
  });
  const description = `For the command line of ${vaultId}`;
  const maxSessionDuration = SESSION_SECONDS;
  return new aws.iam.Role(
    name,
    { name, description, assumeRolePolicy, maxSessionDuration, permissionsBoundary, tags },
    opts,
  );
}

/** Gives the role its permissions. */
export function operatorPermissions(
  role: aws.iam.Role,
  { config, account, keys }: OperatorRoleArgs & { keys: pulumi.Output<VaultKeys> },
  opts: pulumi.CustomResourceOptions,
): void {
  const policy = pulumi
    .all([account, keys])
    .apply(([acc, known]) => JSON.stringify(operatorPolicy({ ...config, ...acc, ...known })));
  new aws.iam.RolePolicy(namesOf(config.vaultId).operatorRole, { role: role.name, policy }, opts);
}
