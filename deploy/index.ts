/** Pulumi Deployments: configuration → settings of each stack (docs/DELIVERY.md). */
import * as pulumi from "@pulumi/pulumi";
import { DeploymentSettings } from "@pulumi/pulumiservice";
import { deploymentSettings } from "./settings";

const config = new pulumi.Config();
const roleArns = config.requireObject<Record<string, string>>("deployRoleArns");
const automatic = config.requireObject<string[]>("automatic");
const common = {
  organization: config.require("organization"),
  project: config.require("vaultProject"),
  repository: config.require("githubRepository"),
  branch: config.require("branch"),
};

/** The settings' names: organization, project and stack. */
export const settings = Object.entries(roleArns).map(([stack, roleArn]) => {
  const args = { ...common, stack, roleArn, automatic: automatic.includes(stack) };
  return new DeploymentSettings(`${common.project}-${stack}`, deploymentSettings(args)).id;
});

if (settings.length === 0) {
  throw new Error(
    "deployRoleArns: expected a role for at least one stack, got {}: " +
      "pulumi config set --path deployRoleArns.dev <deployRoleArn of the bootstrap>",
  );
}
