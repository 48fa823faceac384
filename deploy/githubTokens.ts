/**
 * Selects the Pulumi Cloud token for a job of GitHub Actions, by the subject of the token that GitHub signs for it. An
 * update, in the GitHub environment of its stack, gets the organization's token. A preview runs whatever somebody
 * pushed to a branch, including the workflow. So it gets a team's token, and the team can only read the stacks. No
 * other job gets any. Pure.
 */
import type { types } from "@pulumi/pulumiservice";
import { GITHUB_ISSUER, type RepositoryIds, subjects } from "../bootstrap/trust";

export interface GithubJobs {
  organization: string;
  repository: RepositoryIds;
  /** Stacks that jobs update, each in the GitHub environment of its name. */
  stacks: readonly string[];
  /** Team whose token previews of pull requests use; absent: there are no previews. */
  previewTeam?: string;
}

export const GITHUB_URL = `https://${GITHUB_ISSUER}`;

/**
 * Returns the issuer's policies. The issuer refuses every request that none of them allows
 * (pulumi.com/docs/administration/guides/oidc-issuers).
 */
export function tokenPolicies(jobs: GithubJobs): types.input.AuthPolicyDefinitionArgs[] {
  const { organization, repository, stacks, previewTeam } = jobs;
  const aud = `urn:pulumi:org:${organization}`;
  const updates = stacks
    .flatMap((stack) => subjects(repository, `environment:${stack}`))
    .map((sub) => ({
      decision: "allow" as const,
      tokenType: "organization" as const,
      authorizedPermissions: ["standard" as const],
      rules: { aud, sub },
    }));
  if (previewTeam === undefined) return updates;
  const previews = subjects(repository, "pull_request").map((sub) => ({
    decision: "allow" as const,
    tokenType: "team" as const,
    teamName: previewTeam,
    rules: { aud, sub },
  }));
  return [...updates, ...previews];
}
