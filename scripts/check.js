/**
 * Runs every `check:` of `npm run check` at once, because each uses one core only: types and lint (scripts/lint.js), format,
 * and unused code. Prints the output of each when it ends.
 */
const { exitWith, run } = require("./run");

const CHECKS = ["code", "format", "unused"];

void exitWith(CHECKS.map((check) => run("npm", ["run", `check:${check}`])));
