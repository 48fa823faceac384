/** Five kinds of test, run by name: unit (fast, no processes), stack (Pulumi's mocks), delivery (policy pack, pipeline,
 * bootstrap, supply chain), simulation (seeded months of faults in virtual time), local (the emulator). */
const project = (name, extra = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  restoreMocks: true,
  ...extra,
});

/** @type {import('jest').Config} */
module.exports = {
  // Istanbul's counters would be serialized into the Lambda's text; V8's coverage leaves the code as it is.
  coverageProvider: "v8",
  // types.ts is nothing at run time.
  collectCoverageFrom: ["src/vault/**/*.ts", "!src/vault/types.ts"],
  coverageThreshold: { global: { lines: 95, branches: 95 } },
  testTimeout: 60_000,
  // Half of the tests wait for a process of their own.
  maxWorkers: "100%",
  projects: [
    project("unit", { setupFiles: ["<rootDir>/tests/support/env.ts"] }),
    project("stack", { setupFiles: ["<rootDir>/tests/support/env.ts"] }),
    project("delivery", { setupFiles: ["<rootDir>/tests/support/env.ts"] }),
    project("simulation", { setupFiles: ["<rootDir>/tests/support/env.ts"] }),
    project("local", { setupFiles: ["<rootDir>/tests/support/env.ts"] }),
  ],
};
