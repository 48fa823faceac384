/** Runs commands beside each other, each with its output in one piece. */
const { spawn } = require("node:child_process");

/** Prints what a command said when it ends. @returns its exit code */
function run(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(data));
  return new Promise((done) => {
    child.on("close", (code) => {
      process.stdout.write(said.map(String).join(""));
      done(code);
    });
  });
}

/** Waits for all, and exits with 1 if any failed. */
async function exitWith(runs) {
  const codes = await Promise.all(runs);
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
}

module.exports = { exitWith, run };
