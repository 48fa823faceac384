/** Settings by which Pulumi Cloud deploys one stack (pulumi.com/docs/deployments/concepts/settings). Pure. */
import type { DeploymentSettingsArgs } from "@pulumi/pulumiservice";

export interface StackSettings {
  organization: string;
  project: string;
  stack: string;
  /** `owner/name` */
  repository: string;
  branch: string;
  roleArn: string;
  /** True if a push to the branch updates it. */
  updates: boolean;
  /**
   * True if pull requests preview it. A stack has one role for both, so a preview runs the pull request's code with the
   * permissions to deploy. Do not use it for a stack where that matters.
   */
  previews: boolean;
}

/** Returns the paths that a stack consists of: a push that changes none of them deploys nothing. */
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
        // The session's name is in CloudTrail with every call of the deployment.
        aws: { roleARN: roleArn, sessionName: "${stack.name}-${deployment.id}", duration: "1h" },
      },
      preRunCommands: PRE_RUN_COMMANDS,
      options: { skipInstallDependencies: true, skipIntermediateDeployments: true },
    },
  };
}
