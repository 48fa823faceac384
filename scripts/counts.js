/**
 * Prints jest's counts as the last line of a CI run: `N passed, N failed`. Exits with 1 if anything failed or a part is
 * missing.
 */
const { existsSync, readFileSync } = require("node:fs");

const parts = ["coverage/rest.json", "coverage/unit.json"].map((file) =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined,
);
const ran = parts.filter((part) => part !== undefined);
if (ran.length === 0) console.log("no test ran: a check before the tests failed");
const sum = (count) => ran.reduce((total, part) => total + count(part), 0);
const passed = sum((part) => part.numPassedTests);
const failed = sum((part) => part.numFailedTests + part.numRuntimeErrorTestSuites);
const missing = parts.length - ran.length;
console.log(`${passed} passed, ${failed + missing} failed`);
process.exitCode = failed + missing > 0 || passed === 0 ? 1 : 0;
