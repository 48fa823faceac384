/** Six kinds of test, run by name: unit (fast, no processes), stack (Pulumi's mocks), delivery (policy pack, pipeline,
 * bootstrap, supply chain), simulation (seeded months of faults in virtual time), lives (seeded years of edits), local (the emulator). */
const project = (name, extra = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  setupFiles: ["<rootDir>/tests/support/env.ts"],
  restoreMocks: true,
  ...extra,
});

/** One process declares stacks for all files. */
const declarer = {
  globalSetup: "<rootDir>/tests/support/declarerSetup.ts",
  globalTeardown: "<rootDir>/tests/support/declarerTeardown.ts",
};

/** @type {import('jest').Config} */
module.exports = {
  // V8's coverage makes a property test four times as slow, and each file waits while V8 goes through the whole heap. Istanbul's
  // counters would be serialized into the Lambda's text, so only the unit tests run with coverage (scripts/test.js).
  coverageProvider: "babel",
  // Types are nothing at run time.
  collectCoverageFrom: [
    "src/vault/**/*.ts",
    "!src/vault/model/settings.ts",
    "!src/vault/model/dropout.ts",
    "!src/vault/model/identity.ts",
    "!src/vault/model/leftRegion.ts",
    "!src/vault/model/memory/clockState.ts",
  ],
  coverageThreshold: { global: { statements: 99, lines: 99, functions: 99, branches: 95 } },
  testTimeout: 60_000,
  testSequencer: "<rootDir>/tests/support/longestFirst.js",
  // A worker that has run a hundred files leaves 550 to 760 MB of heap. It ends a millisecond after it is asked to, without any
  // handle that is open, but V8 takes over half a second to free them, and Jest would call that a leak.
  workerGracefulExitTimeout: 10_000,
  // Half of the tests wait for a process of their own.
  maxWorkers: "100%",
  projects: [
    project("unit"),
    project("stack", declarer),
    project("delivery", declarer),
    project("simulation"),
    project("lives"),
    project("local", { ...declarer, globalSetup: "<rootDir>/tests/support/emulatorSetup.ts" }),
  ],
};
