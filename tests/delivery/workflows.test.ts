/** Tests the pipeline's files: what they are allowed, what they trust, and in which order they work. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../support/stackProgram";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  needs?: string;
  uses?: string;
  with?: Record<string, unknown>;
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  concurrency?: Record<string, unknown>;
  strategy?: { matrix: { include: Record<string, string>[] } };
  steps?: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: Record<string, unknown>;
  jobs: Record<string, Job>;
}

const FOLDER = join(ROOT, ".github", "workflows");
const NAMES = readdirSync(FOLDER).sort();
const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const workflow = (name: string) => parse(textOf(name)) as Workflow;
const delivery = readFileSync(join(ROOT, "docs", "DELIVERY.md"), "utf8");

/** Returns the steps of an action, with the job that they are in. */
function stepsOf(action: string): { name: string; job: Job; step: Step; index: number }[] {
  return NAMES.flatMap((name) =>
    Object.values(workflow(name).jobs).flatMap((job) =>
      (job.steps ?? []).map((step, index) => ({ name, job, step, index })),
    ),
  ).filter(({ step }) => step.uses?.startsWith(`${action}@`) ?? false);
}

test("has exactly these workflows", () => {
  expect(NAMES).toStrictEqual(["deploy.yml", "preview.yml", "supply.yml", "test.yml", "update.yml"]);
});

describe.each(NAMES)("%s", (name) => {
  const { jobs, permissions } = workflow(name);

  test("pins every action to a commit, and names its version", () => {
    const uses = textOf(name)
      .split("\n")
      .filter((line) => /^\s*(- )?uses:/.test(line))
      .map((line) => line.replace(/^\s*(- )?uses:\s*/, ""));
    expect(uses.length).toBeGreaterThan(0);
    for (const one of uses) {
      if (one.startsWith("./.github/workflows/")) continue;
      expect(one).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test("has by default only the permission to read code, and a token only to assume a role", () => {
    expect([{}, { contents: "read" }]).toContainEqual(permissions);
    for (const job of Object.values(jobs)) {
      const given = job.permissions ?? {};
      const takesRole = JSON.stringify(job).match(/role-to-assume|update\.yml/) !== null;
      expect(given["id-token"]).toBe(takesRole ? "write" : undefined);
      const others = Object.entries(given).filter(([key]) => key !== "id-token");
      const wanted = name === "preview.yml" ? [["pull-requests", "write"]] : [];
      expect(others.filter(([key]) => key !== "contents")).toStrictEqual(wanted);
      expect([undefined, "read"]).toContain(given.contents);
    }
  });

  test("uses no stored secret, and puts nothing of an event into a shell", () => {
    const text = textOf(name);
    expect(text).not.toMatch(/secrets\.|AWS_ACCESS_KEY|AWS_SECRET|pull_request_target/);
    for (const { steps = [] } of Object.values(jobs)) {
      for (const { run = "" } of steps) expect(run).not.toContain("${{");
    }
  });
});

test("ends every job by itself, and leaves no token behind for the steps after checkout", () => {
  const jobs = NAMES.flatMap((name) => Object.values(workflow(name).jobs));
  const stepped = jobs.filter(({ steps }) => steps !== undefined);
  expect(stepped).toHaveLength(4);
  for (const { steps, "timeout-minutes": minutes } of stepped) {
    expect(minutes).toBeLessThanOrEqual(30);
    expect(steps?.[0]?.uses).toMatch(/^actions\/checkout@/);
    expect(steps?.[0]?.with).toStrictEqual({ "persist-credentials": false });
  }
});

test("describes in DELIVERY.md every action, with the origin of its first commit, and every variable", () => {
  const text = NAMES.map(textOf).join("\n");
  const actions = [...text.matchAll(/uses: ([\w-]+\/[\w-]+)@/g)].map(([, action]) => action);
  const variables = [...text.matchAll(/\bvars\.([A-Z_]+)|\brole: ([A-Z_]+)/g)].map(
    ([, variable, role]) => variable ?? role,
  );
  expect([new Set(actions).size, new Set(variables).size]).toStrictEqual([7, 10]);
  for (const name of [...actions, ...variables]) expect(delivery).toContain(`| \`${name ?? ""}\` |`);
});

test("runs every check for every push and pull request", () => {
  const { on, jobs, concurrency } = workflow("test.yml");
  expect(on).toStrictEqual({
    push: { "branches-ignore": ["main"] },
    pull_request: null,
    workflow_call: null,
  });
  expect(jobs.test?.steps?.map(({ run }) => run).filter(Boolean)).toStrictEqual(["bash .ci/run"]);
  expect(concurrency).toHaveProperty("group");
  expect(workflow("deploy.yml").on).toStrictEqual({ push: { branches: ["main"] } });
  expect(workflow("deploy.yml").jobs.test?.uses).toBe("./.github/workflows/test.yml");
});

test("deploys main to dev after the tests, and to prod after dev", () => {
  const { jobs } = workflow("deploy.yml");
  const path = ["dev", "prod"].map((stack) => [jobs[stack]?.needs, jobs[stack]?.uses, jobs[stack]?.with]);
  expect(path).toStrictEqual([
    ["test", "./.github/workflows/update.yml", { stack: "dev" }],
    ["dev", "./.github/workflows/update.yml", { stack: "prod" }],
  ]);
  expect(jobs.dev?.if).toBe("vars.DELIVER_BY == 'github-actions'");
});

test("updates in the stack's environment, alone, and without ever being canceled", () => {
  const { update } = workflow("update.yml").jobs;
  expect(update?.environment).toBe("${{ inputs.stack }}");
  expect(update?.concurrency).toStrictEqual({
    group: "update-${{ inputs.stack }}",
    "cancel-in-progress": false,
  });
});

test("previews both stacks for a pull request of the repository, and none for a fork or Dependabot", () => {
  const { on, jobs } = workflow("preview.yml");
  expect(on).toStrictEqual({ pull_request: { branches: ["main"] } });
  expect(jobs.preview?.strategy?.matrix.include.map(({ stack }) => stack)).toStrictEqual(["dev", "prod"]);
  expect(jobs.preview?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  expect(jobs.preview?.if).toContain("github.actor != 'dependabot[bot]'");
});

test.each(["preview", "up"])("runs pulumi %s with the policy pack", (command) => {
  const steps = stepsOf("pulumi/actions").filter(({ step }) => step.with?.command === command);
  expect(steps).toHaveLength(1);
  expect(steps[0]?.step.with).toMatchObject({
    policyPacks: "policy",
    "pulumi-version": "${{ steps.cli.outputs.version }}",
  });
  expect(steps[0]?.step.with?.["comment-on-pr"]).toBe(command === "preview" ? true : undefined);
});

test("installs packages before there are credentials that they could take", () => {
  const roles = stepsOf("aws-actions/configure-aws-credentials");
  expect(roles).toHaveLength(2);
  for (const { job, index } of roles) {
    const install = job.steps?.findIndex(({ run }) => run === "npm ci") ?? -1;
    const token = job.steps?.findIndex(({ uses }) => uses?.startsWith("pulumi/auth-actions@")) ?? 0;
    expect(install).toBeGreaterThan(0);
    expect(token).toBeGreaterThan(install);
    expect(index).toBeGreaterThan(install);
  }
});

test("asks Pulumi Cloud for a team's token in a preview, and for the organization's only in an update", () => {
  const tokens = stepsOf("pulumi/auth-actions").map(({ name, step }) => [name, step.with]);
  expect(Object.fromEntries(tokens)).toStrictEqual({
    "preview.yml": {
      organization: "${{ vars.PULUMI_ORGANIZATION }}",
      "requested-token-type": "urn:pulumi:token-type:access_token:team",
      scope: "team:${{ vars.PULUMI_PREVIEW_TEAM }}",
    },
    "update.yml": {
      organization: "${{ vars.PULUMI_ORGANIZATION }}",
      "requested-token-type": "${{ vars.PULUMI_TOKEN_TYPE || 'urn:pulumi:token-type:access_token:organization' }}",
      scope: "${{ vars.PULUMI_TOKEN_SCOPE }}",
    },
  });
});

test("previews with Pulumi Cloud only with a team that can only read", () => {
  const { preview } = workflow("preview.yml").jobs;
  expect(preview?.if).toContain("(vars.PULUMI_BACKEND_URL != '' || vars.PULUMI_PREVIEW_TEAM != '')");
  expect(textOf("preview.yml")).not.toMatch(/PULUMI_TOKEN|access_token:(organization|personal)/);
});

/** Inputs that the actions know at the pinned versions (their action.yml). */
const INPUTS: Readonly<Record<string, string[]>> = {
  "pulumi/actions": [
    ...["command", "stack-name", "pulumi-version", "pulumi-version-file", "work-dir", "message"],
    ...["comment-on-pr", "comment-on-pr-number", "comment-on-summary", "github-token", "cloud-url"],
    ...["secrets-provider", "parallel", "config-map", "expect-no-changes", "diff", "replace"],
    ...["exclude", "target", "policyPacks", "policyPackConfigs", "refresh", "upsert", "remove"],
  ],
  "pulumi/auth-actions": ["organization", "requested-token-type", "scope", "cloud-url"],
  "aws-actions/configure-aws-credentials": ["role-to-assume", "role-session-name", "aws-region"],
};

test.each(Object.keys(INPUTS))("gives %s only inputs that it knows", (action) => {
  const steps = stepsOf(action);
  expect(steps.length).toBeGreaterThan(0);
  for (const { step } of steps) {
    const unknown = Object.keys(step.with ?? {}).filter((key) => !INPUTS[action]?.includes(key));
    expect(unknown).toStrictEqual([]);
  }
});

test("proposes updates of packages and actions", () => {
  const file = parse(readFileSync(join(ROOT, ".github", "dependabot.yml"), "utf8")) as {
    version: number;
    updates: { "package-ecosystem": string; directory: string }[];
  };
  expect(file.version).toBe(2);
  expect(file.updates.map((one) => [one["package-ecosystem"], one.directory])).toStrictEqual([
    ["npm", "/"],
    ["github-actions", "/"],
  ]);
});

test("has packages only in the root, so no other folder needs proposed updates", () => {
  for (const folder of ["policy", "bootstrap", "deploy"]) {
    expect(readdirSync(join(ROOT, folder))).not.toContain("package-lock.json");
  }
  const pack = readFileSync(join(ROOT, "policy", "package.json"), "utf8");
  expect(pack).not.toMatch(/ependencies/);
});
