/**
 * Runs all tests in two parts, because coverage makes the code half as fast. Only the unit tests run with coverage:
 * they cover `src/vault` by themselves. The counts of both are in `coverage/`, for scripts/counts.js. Exits with 1 if
 * anything failed.
 */
const { spawnSync } = require("node:child_process");
const { mkdirSync } = require("node:fs");

const PARTS = {
  rest: ["--selectProjects", "stack", "delivery", "simulation", "lives", "local"],
  unit: ["--selectProjects", "unit", "--coverage"],
};

// Jest writes its results only into an existing directory.
mkdirSync("coverage", { recursive: true });
const jest = require.resolve("jest/bin/jest");
for (const [part, args] of Object.entries(PARTS)) {
  const all = [jest, ...args, "--json", `--outputFile=coverage/${part}.json`];
  const { status } = spawnSync(process.execPath, all, { stdio: "inherit" });
  // The other part runs all the same, so that one look shows everything that is wrong.
  if (status !== 0) process.exitCode = 1;
}
