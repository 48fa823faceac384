/** Prints what jest counted, as the last line of a CI run: `N passed, N failed`. Exit 1 if anything failed or nothing ran. */
const { existsSync, readFileSync } = require("node:fs");

const file = "coverage/jest.json";
const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
if (results === undefined) console.log("no test ran: a check before the tests failed");
const passed = results?.numPassedTests ?? 0;
const failed =
  results === undefined ? 1 : results.numFailedTests + results.numRuntimeErrorTestSuites;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
