/**
 * A mistake in the configuration, as a record. Every check returns records; they are built and put into words here
 * alone. The bootstrap reads this too. So it imports nothing and keeps to ES2020, as which Pulumi compiles a folder
 * without tsconfig.json. Pure.
 */

export interface ConfigError {
  /** Keys as the user writes them; several if each is valid and they do not fit together. */
  keys: readonly string[];
  expected: string;
  /** Actual value as the message shows it, which is never a secret; absent if the key itself is unknown. */
  got?: string;
  /** Reason for the expectation, for people who do not see it in the values. */
  why?: string;
}

/** Makes the record of a wrong value. No other code does. */
export function configError(key: string | readonly string[], expected: string, got: string, why?: string): ConfigError {
  return { keys: typeof key === "string" ? [key] : key, expected, got, ...(why !== undefined && { why }) };
}

/** Makes the record of a key that does not exist. */
export function unknownKey(key: string, expected: string): ConfigError {
  return { keys: [key], expected };
}

/** Puts a mistake into one line: the keys, the expectation, the actual value and the reason. */
export function errorLine({ keys, expected, got, why }: ConfigError): string {
  const mistake = got === undefined ? `unknown key, expected ${expected}` : `expected ${expected}, got ${got}`;
  return `${keys.join(", ")}: ${mistake}${why === undefined ? "" : `: ${why}`}`;
}

/**
 * Refuses a configuration that has mistakes.
 * @param whose what the configuration is of, such as `stack dev`
 * @throws an error with a line for each mistake
 */
export function refuse(whose: string, errors: readonly ConfigError[]): void {
  if (errors.length === 0) return;
  throw new Error(`the configuration of ${whose} has mistakes:\n  ${errors.map(errorLine).join("\n  ")}`);
}
