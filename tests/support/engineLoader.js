/**
 * Loads a program as Pulumi's language host does (@pulumi/pulumi, cmd/run/run.js): ts-node with the folder's tsconfig.json or
 * with Pulumi's defaults, type checks on. Called with the program's folder, and its configuration as JSON.
 */
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");

const [, , folder, project, values] = process.argv;
process.chdir(folder);
const skipProject = !existsSync("tsconfig.json");
const defaults = {
  target: "ES2020",
  module: "nodenext",
  moduleResolution: "nodenext",
  sourceMap: true,
};
require("ts-node").register({
  project: "tsconfig.json",
  skipProject,
  compilerOptions: skipProject ? defaults : {},
});

async function main() {
  pulumi.runtime.setAllConfig(JSON.parse(values));
  const mocks = {
    call: () => ({ partition: "aws", accountId: "123456789012" }),
    newResource: ({ name, inputs }) => ({ id: name, state: { ...inputs, arn: `arn:${name}` } }),
  };
  await pulumi.runtime.setMocks(mocks, project, "main", false);
  await pulumi.runtime.runInPulumiStack(() => require(join(folder, "index.ts")));
  await pulumi.runtime.disconnect();
  process.stdout.write("loaded\n");
}

void main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
