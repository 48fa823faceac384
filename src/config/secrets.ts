/**
 * Checks config values that are set with `--secret`. Pulumi passes them to the program as plain text. Values derived
 * from them are plain unless the program says otherwise: in the function's code, in policies, in names. So a key either
 * keeps its secret to the end, or is refused as one.
 */
import * as pulumi from "@pulumi/pulumi";
import { type ConfigError, configError } from "./configError";

/** Keys whose values remain Pulumi secrets up to the one input that uses them. */
const MAY_BE_SECRET: readonly string[] = ["alertEmails"];

const WHY = `it would be readable in the function's code, a policy or a name; only ${MAY_BE_SECRET.join(", ")} may be one`;

/**
 * @param keys as the user writes them, without the project's namespace
 * @returns an error for each key that must not be a secret
 */
export function secretErrors(keys: readonly string[]): ConfigError[] {
  return keys
    .filter((key) => !MAY_BE_SECRET.includes(key))
    .map((key) => configError(key, "a plain value", "a secret", WHY));
}

/**
 * Returns true if the stack has a key, in full (`smart-vault:alertEmails`), as a secret. Pulumi's types leave this call
 * out.
 */
export function isSecretKey(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}
