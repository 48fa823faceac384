/**
 * Trust policies: a role can be assumed by a job of one repository in one environment, or by one stack's deployments.
 * They use the token that GitHub or Pulumi Cloud signs for it, so there is no stored key.
 */
import type * as aws from "@pulumi/aws";
import type { BootstrapConfig, GithubSource } from "./config";

type Statement = aws.types.input.iam.PolicyStatement;

export const GITHUB_ISSUER = "token.actions.githubusercontent.com";
export const PULUMI_ISSUER = "api.pulumi.com/oidc";
/** Audience that aws-actions/configure-aws-credentials requests in GitHub's token. */
export const GITHUB_AUDIENCE = "sts.amazonaws.com";

/** Operations that Pulumi Deployments runs on a stack; `destroy` is left to a person. */
const OPERATIONS = ["preview", "update", "refresh"];

/** ARNs of the account's identity providers, where it has them. */
export interface Providers {
  github?: string;
  pulumi?: string;
}

/** A repository by its names, and by the numbers that GitHub never reuses. */
export type RepositoryIds = Omit<GithubSource, "branch">;

/**
 * Returns the subjects as GitHub writes them. Repositories made since July 2026, and those that opted in, have the
 * owner's and their own number in it (GitHub changelog, 2026-04-23, "Immutable subject claims"). For the others the
 * claim `repository_id`, which STS knows as a condition key, checks the numbers.
 */
export function subjects(source: RepositoryIds, what: string): string[] {
  const { owner, ownerId, repository, repositoryId } = source;
  return [`repo:${owner}/${repository}:${what}`, `repo:${owner}@${ownerId}/${repository}@${repositoryId}:${what}`];
}

/** What a job's token says besides its repository. */
interface Job {
  /** Last part of the token's subject. */
  what: string;
  claims?: Record<string, string>;
}

function githubStatement(Sid: string, provider: string, source: GithubSource, { what, claims }: Job): Statement {
  const ofGithub = Object.entries({ repository_id: source.repositoryId, ...claims });
  return {
    Sid,
    Effect: "Allow",
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${GITHUB_ISSUER}:aud`]: GITHUB_AUDIENCE,
        [`${GITHUB_ISSUER}:sub`]: subjects(source, what),
        ...Object.fromEntries(ofGithub.map(([key, value]) => [`${GITHUB_ISSUER}:${key}`, value])),
      },
    },
  };
}

function pulumiStatement(provider: string, organization: string, project: string, stack: string) {
  const prefix = `pulumi:deploy:org:${organization}:project:${project}:stack:${stack}`;
  return {
    Sid: "PulumiDeployments",
    Effect: "Allow" as const,
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${PULUMI_ISSUER}:aud`]: organization,
        [`${PULUMI_ISSUER}:sub`]: OPERATIONS.map((operation) => `${prefix}:operation:${operation}:scope:write`),
      },
    },
  };
}

function documentOf(statements: Statement[]): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Allows updates from the branch, in the GitHub environment with the stack's name, or by the stack's deployments. */
export function deployTrust(config: BootstrapConfig, providers: Providers, stack: string): aws.iam.PolicyDocument {
  const { github, pulumiOrganization, vaultProject } = config;
  const statements: Statement[] = [];
  if (github !== undefined && providers.github !== undefined) {
    const job = { what: `environment:${stack}`, claims: { ref: `refs/heads/${github.branch}` } };
    statements.push(githubStatement("GithubEnvironment", providers.github, github, job));
  }
  if (pulumiOrganization !== undefined && providers.pulumi !== undefined) {
    statements.push(pulumiStatement(providers.pulumi, pulumiOrganization, vaultProject, stack));
  }
  return documentOf(statements);
}

/** Allows previews from any pull request of the repository, but not of a fork, whose jobs get no token. */
export function previewTrust(github: GithubSource, provider: string): aws.iam.PolicyDocument {
  return documentOf([githubStatement("GithubPullRequest", provider, github, { what: "pull_request" })]);
}
