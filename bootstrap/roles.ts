/** Roles that deploy and preview a stack, and the boundary of the roles that it creates. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../src/iam/names";
import { boundary } from "./boundary";
import type { BootstrapConfig } from "./config";
import type { Grant } from "./grant";
import { statementsOf, vaultGrants } from "./grants";
import { operatorBoundary, operatorBoundaryName } from "./operatorBoundary";
import { boundaryName, roleGrants } from "./roleGrants";
import { type StateStore, stateGrants } from "./state";
import { type Providers, deployTrust, previewTrust } from "./trust";

export interface StackRoleArgs {
  config: BootstrapConfig;
  stack: string;
  account: pulumi.Output<Account>;
  providers: pulumi.Output<Providers>;
  state?: StateStore;
  tags: Record<string, string>;
}

export interface StackRoles {
  deployRoleArn: pulumi.Output<string>;
  previewRoleArn?: pulumi.Output<string>;
  permissionsBoundaryArn: pulumi.Output<string>;
  /** Absent without `operatorRole`. */
  operatorBoundaryArn?: pulumi.Output<string>;
}

function grantsOf(args: StackRoleArgs): pulumi.Output<Grant[]> {
  const { config, stack, account, state } = args;
  const vaultId = `${config.vaultProject}-${stack}`;
  const ofState =
    state === undefined
      ? pulumi.output<Grant[]>([])
      : pulumi
          .all([state.bucketArn, state.keyArn])
          .apply(([bucket, key]) => stateGrants(bucket, key, config.vaultProject, stack));
  return pulumi
    .all([account, ofState])
    .apply(([acc, more]) => [...vaultGrants(acc, vaultId), ...roleGrants(acc, vaultId, config.operatorRole), ...more]);
}

/** What distinguishes a role from another. */
interface RoleSpec {
  trust: pulumi.Output<aws.iam.PolicyDocument>;
  grants: pulumi.Output<Grant[]>;
  mayWrite: boolean;
}

function role(name: string, { trust, grants, mayWrite }: RoleSpec, tags: Record<string, string>): aws.iam.Role {
  const made = new aws.iam.Role(name, { name, assumeRolePolicy: jsonOf(trust), tags });
  const Version = "2012-10-17";
  const policy = grants.apply((all) => JSON.stringify({ Version, Statement: statementsOf(all, mayWrite) }));
  new aws.iam.RolePolicy(name, { role: made.name, policy });
  return made;
}

function jsonOf(document: pulumi.Output<aws.iam.PolicyDocument>): pulumi.Output<string> {
  return document.apply((value) => JSON.stringify(value));
}

/** Makes the boundary of the operator's role, if the bootstrap is to allow one. */
function operatorLimit({ config, stack, account, tags }: StackRoleArgs): Pick<StackRoles, "operatorBoundaryArn"> {
  if (!config.operatorRole) return {};
  const vaultId = `${config.vaultProject}-${stack}`;
  const name = operatorBoundaryName(vaultId);
  const description = `The most that the operator's role of ${vaultId} can do`;
  const policy = jsonOf(account.apply((acc) => operatorBoundary({ ...config, ...acc, vaultId })));
  return { operatorBoundaryArn: new aws.iam.Policy(name, { name, description, policy, tags }).arn };
}

export function stackRoles(args: StackRoleArgs): StackRoles {
  const { config, stack, account, providers, tags } = args;
  const { github, sourceKeyArns } = config;
  const vaultId = `${config.vaultProject}-${stack}`;
  const limit = new aws.iam.Policy(boundaryName(vaultId), {
    name: boundaryName(vaultId),
    description: `The most that a role of ${vaultId} can do`,
    policy: jsonOf(account.apply((acc) => boundary({ ...acc, vaultId, sourceKeyArns }))),
    tags,
  });
  const boundaries = { permissionsBoundaryArn: limit.arn, ...operatorLimit(args) };
  const grants = grantsOf(args);
  const trust = providers.apply((known) => deployTrust(config, known, stack));
  const deploy = role(`${vaultId}-deploy`, { trust, grants, mayWrite: true }, tags);
  if (github === undefined) {
    return { deployRoleArn: deploy.arn, ...boundaries };
  }
  const toPreview = providers.apply((known) => previewTrust(github, known.github ?? ""));
  const preview = role(`${vaultId}-preview`, { trust: toPreview, grants, mayWrite: false }, tags);
  return {
    deployRoleArn: deploy.arn,
    previewRoleArn: preview.arn,
    ...boundaries,
  };
}
