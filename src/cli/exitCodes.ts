/** The exit codes, in one place: help, documentation and schema show this table. */

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  partly: 3,
  denied: 4,
  nothing: 5,
  unwell: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Meaning of each code. A caller treats a code that is not here as a failure. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.done, "done"],
  [EXIT.failed, "failed"],
  [EXIT.usage, "wrong usage, or not confirmed without a terminal"],
  [EXIT.partly, "partly done"],
  [EXIT.denied, "credentials or permissions are missing"],
  [EXIT.nothing, "nothing found"],
  [EXIT.unwell, "done, but the vault is not well"],
  [EXIT.interrupted, "interrupted"],
];

/** Returns the table as `--help` prints it. */
export function exitCodeLines(): string {
  return EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`).join("\n");
}
