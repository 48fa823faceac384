/** Tests which of Pulumi Cloud's tokens the jobs of GitHub Actions get, and what the preview's token can do. */
import { tokenPolicies } from "../../deploy/githubTokens";
import { type DeclaredProgram, declareProgram } from "../support/deliveryProgram";

const VALUES = {
  organization: "acme-corp",
  githubRepository: "acme/vault",
  githubOwnerId: "123456",
  githubRepositoryId: "456789",
  githubStacks: ["dev", "prod"],
};
const ISSUER = "pulumiservice:index:OidcIssuer";
const TEAM = "pulumiservice:index:Team";
const PERMISSION = "pulumiservice:index:TeamStackPermission";

interface Policy {
  decision: string;
  tokenType: string;
  teamName?: string;
  rules: Record<string, string>;
}

/** Returns the tokens that Pulumi Cloud gives for a GitHub token. In a policy every rule must match, with wildcards. */
function tokensFor(policies: readonly Policy[], sub: string, aud = "urn:pulumi:org:acme-corp") {
  const claims: Record<string, string> = { sub, aud };
  const matches = (claim: string, rule: string) =>
    new RegExp(`^${rule.replace(/[+^${}()|[\]\\]/g, "\\$&").replace(/[*?]/g, ".$&")}$`).test(claims[claim] ?? "");
  return policies
    .filter(({ rules }) => Object.entries(rules).every(([claim, rule]) => matches(claim, rule)))
    .map(({ decision, tokenType, teamName }) => [decision, tokenType, teamName].join(" ").trim());
}

describe("with a team for previews", () => {
  let program: DeclaredProgram;
  let policies: Policy[];

  beforeAll(async () => {
    program = await declareProgram("deploy", "main", { ...VALUES, previewTeam: "vault-preview" });
    policies = program.inputs(ISSUER).policies as Policy[];
  });

  test("declares only the issuer, the team and its permission for each stack", () => {
    expect(program.list).toStrictEqual([
      `${ISSUER} github`,
      `${TEAM} preview`,
      `${PERMISSION} smart-vault-dev-preview`,
      `${PERMISSION} smart-vault-prod-preview`,
    ]);
    expect(program.inputs(ISSUER)).toMatchObject({
      organization: "acme-corp",
      url: "https://token.actions.githubusercontent.com",
    });
  });

  test.each(["repo:acme/vault", "repo:acme@123456/vault@456789"])(
    "gives an update of %s the organization's token, and a preview only the team's",
    (repository) => {
      const of = (what: string) => tokensFor(policies, `${repository}:${what}`);
      expect(of("environment:prod")).toStrictEqual(["allow organization"]);
      expect(of("environment:dev")).toStrictEqual(["allow organization"]);
      expect(of("pull_request")).toStrictEqual(["allow team vault-preview"]);
    },
  );

  test.each([
    "repo:acme/vault:ref:refs/heads/main",
    "repo:acme/vault:ref:refs/heads/anything",
    "repo:acme/vault:environment:staging",
    "repo:acme/vault:environment:production",
    "repo:acme/vault2:environment:prod",
    "repo:acme/other:pull_request",
    "repo:evil@1/vault@2:environment:prod",
    "repo:evil/vault:environment:prod",
  ])("gives no token to %s", (sub) => {
    expect(tokensFor(policies, sub)).toStrictEqual([]);
  });

  test("gives no token for another audience", () => {
    const sub = "repo:acme/vault:environment:prod";
    expect(tokensFor(policies, sub, "urn:pulumi:org:other")).toStrictEqual([]);
  });

  test("gives the team no members, and only read access to the stacks", () => {
    expect(program.inputs(TEAM)).toMatchObject({ name: "vault-preview", members: [] });
    for (const stack of ["dev", "prod"]) {
      // From `TeamStackPermissionScope`: 101 reads, 102 edits, 103 administers.
      expect(program.inputs(PERMISSION, `smart-vault-${stack}-preview`)).toStrictEqual({
        organization: "acme-corp",
        project: "smart-vault",
        stack,
        team: "vault-preview",
        permission: 101,
      });
    }
  });
});

test("gives a pull request no token without a team, and makes no team", async () => {
  const program = await declareProgram("deploy", "main", VALUES);
  expect(program.list).toStrictEqual([`${ISSUER} github`]);
  const policies = program.inputs(ISSUER).policies as Policy[];
  expect(tokensFor(policies, "repo:acme/vault:pull_request")).toStrictEqual([]);
  expect(policies.map(({ tokenType }) => tokenType)).toStrictEqual(Array(4).fill("organization"));
});

test("gives the organization's token without administration", () => {
  const repository = { owner: "a", ownerId: "1", repository: "v", repositoryId: "2" };
  const [update] = tokenPolicies({ organization: "o", repository, stacks: ["dev"] });
  expect(update?.authorizedPermissions).toStrictEqual(["standard"]);
});

test("reports githubStacks without the repository's ids as a mistake", async () => {
  const values = { ...VALUES, githubOwnerId: "acme" };
  await expect(declareProgram("deploy", "main", values)).rejects.toThrow(
    'githubOwnerId, githubRepositoryId: expected both as numbers with githubStacks, got ["acme","456789"]',
  );
});
