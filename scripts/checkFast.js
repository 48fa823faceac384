/**
 * The inner loop, in under a minute: types, and lint, format and the unit tests of what changed since the branch left
 * `main`, committed or not. `npm run check:fast -- <commit>` compares with another commit. What it does not see, `npm run
 * check` and CI do: unused code, lint of files that depend on what changed, and all other tests.
 */
const { execFileSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { exitWith, run } = require("./run");

const LINTED = /\.(ts|js|mjs)$/;
const FORMATTED = /\.(ts|js|mjs|json|ya?ml)$/;
/** These read files rather than import them, so that no import relates them to a change. */
const READERS = ["docs", "outsideNames", "rooms", "words"].map((name) => `tests/unit/${name}.test.ts`);

const git = (...args) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

function branchPoint() {
  try {
    return git("merge-base", "HEAD", "main");
  } catch {
    return "HEAD";
  }
}

/** @returns the files that differ from a commit and are there, also new ones that git does not know */
function changedSince(commit) {
  const known = git("diff", "--name-only", "--relative", commit);
  const added = git("ls-files", "--others", "--exclude-standard");
  return [...new Set(`${known}\n${added}`.split("\n"))].filter((file) => file !== "" && existsSync(file));
}

/** Runs a package's command on this Node. */
function runHere(command, args) {
  return run(process.execPath, [command, ...args]);
}

function main(commit = branchPoint()) {
  const changed = changedSince(commit);
  const linted = changed.filter((file) => LINTED.test(file));
  const formatted = changed.filter((file) => FORMATTED.test(file));
  console.log(`${changed.length} files differ from ${commit.slice(0, 8)}`);
  const tests = ["--selectProjects", "unit", "--coverage=false", "--findRelatedTests", ...READERS, ...linted];
  return exitWith([
    runHere("scripts/lint.js", linted.length > 0 ? linted : ["jest.config.js"]),
    ...(formatted.length > 0 ? [runHere(require.resolve("prettier/bin/prettier.cjs"), ["--check", ...formatted])] : []),
    runHere(require.resolve("jest/bin/jest"), tests),
  ]);
}

void main(...process.argv.slice(2, 3));
