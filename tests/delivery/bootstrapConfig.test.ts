import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Raw, parseBootstrap } from "../../bootstrap/config";
import { ROOT } from "../support/stackProgram";

const GOOD: Raw = {
  vaultProject: "smart-vault",
  stacks: ["dev", "prod"],
  githubRepository: "acme/vault",
  githubOwnerId: "123456",
  githubRepositoryId: "456789",
  githubBranch: "main",
  pulumiOrganization: "acme-corp",
  stateBucket: "acme-vault-state",
  sourceKeyArns: ["arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555"],
  operatorRole: true,
  operatorInstanceRoleArns: ["arn:aws:iam::123456789012:role/web"],
};

function configErrors(changes: Partial<Raw>): string[] {
  try {
    parseBootstrap({ ...GOOD, ...changes });
  } catch (error) {
    const [, ...lines] = (error as Error).message.split("\n");
    return lines.map((line) => line.trim());
  }
  return [];
}

test("declares in Pulumi.yaml the keys that the code reads, with a description of each", () => {
  const file = parse(readFileSync(join(ROOT, "bootstrap", "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { description: string }>;
  };
  expect(Object.keys(file.config)).toStrictEqual(Object.keys(GOOD));
  for (const { description } of Object.values(file.config)) {
    expect(description).toMatch(/^[A-Z].{10,}[^.]$/);
  }
});

test("accepts a whole configuration", () => {
  expect(parseBootstrap(GOOD)).toStrictEqual({
    vaultProject: "smart-vault",
    stacks: ["dev", "prod"],
    github: {
      owner: "acme",
      repository: "vault",
      ownerId: "123456",
      repositoryId: "456789",
      branch: "main",
    },
    pulumiOrganization: "acme-corp",
    stateBucket: "acme-vault-state",
    sourceKeyArns: GOOD.sourceKeyArns,
    operatorRole: true,
    operatorInstanceRoleArns: GOOD.operatorInstanceRoleArns,
  });
});

test("leaves out what is empty", () => {
  const empty = {
    githubRepository: "",
    githubOwnerId: "",
    githubRepositoryId: "",
    stateBucket: "",
    sourceKeyArns: [],
    operatorRole: false,
    operatorInstanceRoleArns: [],
  };
  expect(parseBootstrap({ ...GOOD, ...empty })).toStrictEqual({
    vaultProject: "smart-vault",
    stacks: ["dev", "prod"],
    pulumiOrganization: "acme-corp",
    sourceKeyArns: [],
    operatorRole: false,
    operatorInstanceRoleArns: [],
  });
});

test.each<[string, Partial<Raw>]>([
  ["vaultProject", { vaultProject: "my vault" }],
  ["stacks", { stacks: [] }],
  ["stacks", { stacks: ["prod", "*"] }],
  ["stacks", { stacks: ["prod_"] }],
  ["stacks", { stacks: ["eu--prod"] }],
  ["stacks", { stacks: ["dev.eu"] }],
  ["stacks", { stacks: ["s".repeat(40)] }],
  ["githubRepository", { githubRepository: "vault" }],
  ["githubRepository", { githubRepository: "acme/*" }],
  ["githubOwnerId", { githubOwnerId: "acme" }],
  ["githubOwnerId, githubRepositoryId", { githubOwnerId: "" }],
  ["githubOwnerId, githubRepositoryId", { githubRepositoryId: "" }],
  ["githubBranch", { githubBranch: "release/*" }],
  ["pulumiOrganization", { pulumiOrganization: "Acme" }],
  ["stateBucket", { stateBucket: "Acme_State" }],
  ["stateBucket", { stateBucket: "acme..state" }],
  ["stateBucket", { stateBucket: "acme.-state" }],
  ["stateBucket", { stateBucket: "192.168.5.4" }],
  ["stateBucket", { stateBucket: "xn--state" }],
  ["stateBucket", { stateBucket: "ab" }],
  ["stateBucket", { stateBucket: "a".repeat(64) }],
  ["sourceKeyArns", { sourceKeyArns: ["arn:aws:kms:*:999999999999:key/*"] }],
  ["sourceKeyArns", { sourceKeyArns: ["arn:aws:kms:us-east-1:999999999999:alias/theirs"] }],
  ["sourceKeyArns", { sourceKeyArns: Array<string>(11).fill(GOOD.sourceKeyArns[0] ?? "") }],
  ["operatorInstanceRoleArns", { operatorInstanceRoleArns: ["web"] }],
  ["githubRepository, pulumiOrganization", { githubRepository: "", pulumiOrganization: "" }],
])("reports for %s a mistake in %j by its key, and nothing else", (key, changes) => {
  const lines = configErrors(changes);
  expect(lines.map((line) => line.split(": ")[0])).toStrictEqual([key]);
  expect(lines[0]).toMatch(/: expected .+, got /);
});

test("reports all mistakes at once", () => {
  expect(configErrors({ stacks: [], stateBucket: "X", githubBranch: "" })).toHaveLength(3);
});

test.each(["us-gov-west-1", "cn-north-1"])("refuses a bootstrap in %s, as its vaults are refused", (region) => {
  expect(() => parseBootstrap(GOOD, region)).toThrow(
    `aws:region: expected a region of the AWS partition aws, got ${region}`,
  );
});

test.each(["acme-vault-state", "acme.vault.state", "a--b", "123"])("accepts the state bucket %s", (stateBucket) => {
  expect(configErrors({ stateBucket })).toStrictEqual([]);
});
