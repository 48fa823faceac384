/**
 * Tests that bootstrap/ and deploy/ load as in Pulumi's language host: with type checks, without the root's
 * tsconfig.json.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/stackProgram";

const LOADER = join(ROOT, "tests", "support", "engineLoader.js");
const ROLE = "arn:aws:iam::123456789012:role/deploy";
const LOAD_MS = 240_000;

const BOOTSTRAP = {
  "aws:region": "us-east-1",
  vaultProject: "smart-vault",
  stacks: '["dev","prod"]',
  githubRepository: "acme/vault",
  githubOwnerId: "1",
  githubRepositoryId: "2",
  githubBranch: "main",
  pulumiOrganization: "acme-corp",
  stateBucket: "",
  sourceKeyArns: "[]",
  operatorRole: "true",
  operatorInstanceRoleArns: "[]",
};

const DEPLOY = {
  vaultProject: "smart-vault",
  organization: "acme-corp",
  githubRepository: "acme/vault",
  branch: "main",
  deployRoleArns: JSON.stringify({ dev: ROLE }),
  automatic: '["dev"]',
  previewed: "[]",
  githubStacks: '["dev"]',
  githubOwnerId: "1",
  githubRepositoryId: "2",
  previewTeam: "readers",
};

function load(folder: string, project: string, values: Record<string, string>) {
  const full = Object.entries(values).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]);
  const config = JSON.stringify(Object.fromEntries(full));
  return promisify(execFile)(process.execPath, [LOADER, join(ROOT, folder), project, config]);
}

test.each([
  ["bootstrap", "smart-vault-bootstrap", BOOTSTRAP],
  ["deploy", "smart-vault-deploy", DEPLOY],
])(
  "loads %s, declares its resources and warns of nothing",
  async (folder, project, values) => {
    expect(await load(folder, project, values)).toStrictEqual({ stdout: "loaded\n", stderr: "" });
  },
  LOAD_MS,
);
