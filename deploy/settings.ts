/** What Pulumi Cloud is told of how to deploy one stack (pulumi.com/docs/deployments/concepts/settings). Pure. */
import type { DeploymentSettingsArgs } from "@pulumi/pulumiservice";

export interface StackSettings {
  organization: string;
  project: string;
  stack: string;
  /** `owner/name` */
  repository: string;
  branch: string;
  roleArn: string;
  /** Whether a push to the branch updates it. */
  updates: boolean;
  /**
   * Whether pull requests preview it. A stack has one role for both, so previewing runs what a pull request brings along
   * with the rights to deploy: not for a stack where that matters.
   */
  previews: boolean;
}

/** What a stack is made of: a push that touches none of it deploys nothing. */
function pathsOf(stack: string): string[] {
  return [
    "index.ts",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "Pulumi.yaml",
    `Pulumi.${stack}.yaml`,
    "policy/**",
    "src/**",
    "!src/local/**",
  ];
}

/**
 * Each line runs in a shell of its own. Settings have no field for a local policy pack, so a preview that is held to it
 * comes first: where it fails, so does the deployment.
 */
const PRE_RUN_COMMANDS = [
  "npm ci",
  "pulumi preview --non-interactive --policy-pack policy " +
    '--stack "$PULUMI_CI_ORGANIZATION/$PULUMI_CI_PROJECT/$PULUMI_CI_STACK"',
];

export function deploymentSettings(settings: StackSettings): DeploymentSettingsArgs {
  const { organization, project, stack, repository, branch, roleArn, updates, previews } = settings;
  return {
    organization,
    project,
    stack,
    sourceContext: { git: { branch: `refs/heads/${branch}`, repoDir: "." } },
    vcs: {
      provider: "github",
      repository,
      paths: pathsOf(stack),
      deployCommits: updates,
      previewPullRequests: previews,
      pullRequestTemplate: false,
    },
    operationContext: {
      oidc: {
        // The session's name is in CloudTrail, beside everything that the deployment does.
        aws: { roleARN: roleArn, sessionName: "${stack.name}-${deployment.id}", duration: "1h" },
      },
      preRunCommands: PRE_RUN_COMMANDS,
      options: { skipInstallDependencies: true, skipIntermediateDeployments: true },
    },
  };
}
