/**
 * Deployments with Pulumi Cloud: configuration → settings of Pulumi Deployments for each stack, or the tokens with
 * which GitHub Actions updates and previews them (docs/DELIVERY.md).
 */
import * as pulumi from "@pulumi/pulumi";
import { DeploymentSettings, OidcIssuer, Team, TeamStackPermission, types } from "@pulumi/pulumiservice";
import { GITHUB_URL, tokenPolicies } from "./githubTokens";
import { deploymentSettings } from "./settings";

const config = new pulumi.Config();
const roleArns = config.requireObject<Record<string, string>>("deployRoleArns");
const githubStacks = config.requireObject<string[]>("githubStacks");
const previewTeam = config.require("previewTeam");
const automatic = config.requireObject<string[]>("automatic");
const previewed = config.requireObject<string[]>("previewed");
const common = {
  organization: config.require("organization"),
  project: config.require("vaultProject"),
  repository: config.require("githubRepository"),
  branch: config.require("branch"),
};
const { organization, project } = common;

/** The settings' names: organization, project and stack. */
export const settings = Object.entries(roleArns).map(([stack, roleArn]) => {
  const isIn = (stacks: string[]) => stacks.includes(stack);
  const args = { ...common, stack, roleArn, updates: isIn(automatic), previews: isIn(previewed) };
  return new DeploymentSettings(`${project}-${stack}`, deploymentSettings(args)).id;
});

/** Creates a team that can only read the stacks. */
function readers(name: string): Team {
  const team = new Team("preview", {
    organizationName: organization,
    teamType: "pulumi",
    name,
    description: "Pull requests preview as this team",
    members: [],
  });
  for (const stack of githubStacks) {
    const permission = types.enums.TeamStackPermissionScope.Read;
    const args = { organization, project, stack, team: name, permission };
    new TeamStackPermission(`${project}-${stack}-preview`, args, { dependsOn: [team] });
  }
  return team;
}

/** Creates or imports the issuer: Pulumi Cloud has one per URL and organization. */
function githubIssuer(): pulumi.Output<string> {
  const [owner = "", repository = ""] = common.repository.split("/");
  const ownerId = config.require("githubOwnerId");
  const repositoryId = config.require("githubRepositoryId");
  if (!/^\d+$/.test(ownerId) || !/^\d+$/.test(repositoryId)) {
    throw new Error(
      "githubOwnerId, githubRepositoryId: expected both as numbers with githubStacks, " +
        `got ${JSON.stringify([ownerId, repositoryId])}: gh api repos/OWNER/NAME --jq '.owner.id, .id'`,
    );
  }
  const dependsOn = previewTeam === "" ? [] : [readers(previewTeam)];
  const policies = tokenPolicies({
    organization,
    repository: { owner, ownerId, repository, repositoryId },
    stacks: githubStacks,
    ...(previewTeam !== "" && { previewTeam }),
  });
  const args = { organization, name: "github-actions", url: GITHUB_URL, policies };
  return new OidcIssuer("github", args, { dependsOn }).id;
}

/** The issuer of GitHub's tokens, or empty text. */
export const issuer = githubStacks.length === 0 ? "" : githubIssuer();

if (settings.length === 0 && githubStacks.length === 0) {
  throw new Error(
    "deployRoleArns, githubStacks: expected at least one stack in one of them, got none: " +
      "pulumi config set --path deployRoleArns.dev <deployRoleArn of the bootstrap>, " +
      "or pulumi config set --path 'githubStacks[0]' dev",
  );
}
