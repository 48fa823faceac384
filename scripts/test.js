/**
 * Runs all tests in two parts, so that coverage, which makes the code half as fast, is asked of the unit tests alone: they cover
 * `src/vault` by themselves. What either counted is in `coverage/`, for scripts/counts.js. Exit 1 if anything failed.
 */
const { spawnSync } = require("node:child_process");
const { mkdirSync } = require("node:fs");

const PARTS = {
  rest: ["--selectProjects", "stack", "delivery", "simulation", "lives", "local"],
  unit: ["--selectProjects", "unit", "--coverage"],
};

// Jest writes its results only into a directory that is there.
mkdirSync("coverage", { recursive: true });
const jest = require.resolve("jest/bin/jest");
for (const [part, args] of Object.entries(PARTS)) {
  const all = [jest, ...args, "--json", `--outputFile=coverage/${part}.json`];
  const { status } = spawnSync(process.execPath, all, { stdio: "inherit" });
  // The other part runs all the same: one look then shows all that is wrong.
  if (status !== 0) process.exitCode = 1;
}
