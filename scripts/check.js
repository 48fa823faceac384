/**
 * Runs every `check:` of `npm run check` at once, because each uses one core only: types and lint (scripts/lint.js), format,
 * and unused code. Prints the output of each when it ends.
 */
const { spawn } = require("node:child_process");

const CHECKS = ["code", "format", "unused"];

/** @returns its exit code */
function run(check) {
  const child = spawn("npm", ["run", `check:${check}`], { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(data));
  return new Promise((done) => {
    child.on("close", (code) => {
      process.stdout.write(said.map(String).join(""));
      done(code);
    });
  });
}

void Promise.all(CHECKS.map(run)).then((codes) => {
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
});
