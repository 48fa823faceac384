/** Tests the settings of Pulumi Deployments for both stacks in full. */
import { globSync } from "node:fs";
import { matchesGlob } from "node:path";
import { deploymentSettings } from "../../deploy/settings";
import { type DeclaredProgram, declareProgram } from "../support/deliveryProgram";
import { ROOT } from "../support/stackProgram";

const TYPE = "pulumiservice:index:DeploymentSettings";
const roleOf = (stack: string) => `arn:aws:iam::123456789012:role/smart-vault-${stack}-deploy`;

let program: DeclaredProgram;

beforeAll(async () => {
  program = await declareProgram("deploy", "main", {
    organization: "acme-corp",
    githubRepository: "acme/vault",
    deployRoleArns: { dev: roleOf("dev"), prod: roleOf("prod") },
  });
});

test("declares the settings of both stacks and nothing else", () => {
  expect(program.list).toStrictEqual([`${TYPE} smart-vault-dev`, `${TYPE} smart-vault-prod`]);
});

test.each([
  ["dev", true],
  ["prod", false],
])("deploys %s with exactly these settings", (stack, updates) => {
  expect(program.inputs(TYPE, `smart-vault-${stack}`)).toStrictEqual({
    organization: "acme-corp",
    project: "smart-vault",
    stack,
    sourceContext: { git: { branch: "refs/heads/main", repoDir: "." } },
    vcs: {
      provider: "github",
      repository: "acme/vault",
      paths: [
        ...["index.ts", "package.json", "package-lock.json", "tsconfig.json", "Pulumi.yaml"],
        `Pulumi.${stack}.yaml`,
        ...["policy/**", "src/**", "!src/local/**"],
      ],
      deployCommits: updates,
      previewPullRequests: false,
      pullRequestTemplate: false,
    },
    operationContext: {
      oidc: {
        aws: {
          roleARN: roleOf(stack),
          sessionName: ["$", "{stack.name}-$", "{deployment.id}"].join(""),
          duration: "1h",
        },
      },
      preRunCommands: [
        "npm ci",
        'pulumi preview --non-interactive --policy-pack policy --stack "$PULUMI_CI_ORGANIZATION/$PULUMI_CI_PROJECT/$PULUMI_CI_STACK"',
      ],
      options: { skipInstallDependencies: true, skipIntermediateDeployments: true },
    },
  });
});

test("previews a stack for a pull request only if that is configured, with the permissions to deploy", () => {
  const { vcs } = deploymentSettings({
    ...{ organization: "o", project: "p", stack: "dev", repository: "r", branch: "b" },
    ...{ roleArn: "a", updates: false, previews: true },
  });
  expect(vcs).toMatchObject({ deployCommits: false, previewPullRequests: true });
});

/** Filters as Pulumi Cloud does: a file counts if an include matches it and no exclude does. */
function deploys(file: string): boolean {
  const { vcs } = deploymentSettings({
    ...{ organization: "o", project: "p", stack: "dev", repository: "r", branch: "b" },
    ...{ roleArn: "a", updates: true, previews: false },
  });
  const paths = (vcs as { paths: string[] }).paths;
  const included = paths.some((path) => !path.startsWith("!") && matchesGlob(file, path));
  return included && !paths.some((path) => path.startsWith("!") && matchesGlob(file, path.slice(1)));
}

test("deploys on a push only if it touches what the stack is made of", () => {
  const made = ["index.ts", "Pulumi.yaml", "Pulumi.dev.yaml", "src/config/config.ts", "src/vault/plan/plan.ts"];
  const not = ["README.md", "Pulumi.prod.yaml", "src/local/main.ts", "tests/unit/plan/plan.test.ts"];
  const files = globSync(["*.{ts,md,yaml}", "src/**/*.ts", "tests/unit/*.ts"], { cwd: ROOT });
  expect(files).toEqual(expect.arrayContaining([...made, "README.md", "src/local/main.ts"]));
  expect(made.filter((file) => !deploys(file))).toStrictEqual([]);
  expect(not.filter(deploys)).toStrictEqual([]);
});
