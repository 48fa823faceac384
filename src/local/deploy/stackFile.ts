/**
 * Reads Pulumi.<stack>.yaml as the Pulumi CLI writes it: values, secrets (`secure: v1:…`, whole or at a path inside a
 * value), and the keys of the encryption (`encryptionsalt`, `secretsprovider`, `encryptedkey`), which a rehearsal does
 * not
 * need. Pure.
 */
import { parse } from "yaml";
import { userError } from "../account/python";

export interface StackFile {
  /** Full keys to values, with a placeholder in place of each secret. */
  values: Record<string, unknown>;
  secretKeys: string[];
  /** The values that have a placeholder in them. */
  placeholders: { key: string; value: unknown }[];
  notes: string[];
}

/** Keys that a stack's file can have. */
const OTHER_KEYS = ["config", "environment", "encryptionsalt", "secretsprovider", "encryptedkey"];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** Replaces secrets at any depth; counts them, so that no two placeholders are alike. */
function withPlaceholders(value: unknown, placeholder: (number: number) => unknown) {
  let count = 0;
  const replaced = (one: unknown): unknown => {
    if (isSecret(one)) return placeholder((count += 1));
    if (Array.isArray(one)) return one.map(replaced);
    if (!isObject(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, replaced(inner)]));
  };
  return { value: replaced(value), count };
}

/**
 * Returns placeholders for a key. `alertEmails` is a list of addresses, and the only key that can be a secret
 * (src/config/secrets.ts).
 */
function placeholderFor(key: string, isWhole: boolean): (number: number) => unknown {
  if (!key.endsWith(":alertEmails")) return (number) => `secret-${number}`;
  const address = (number: number) => `secret-${number}@example.com`;
  return isWhole ? (number) => [address(number)] : address;
}

/** Returns a key as the CLI reads it: without a namespace it is the project's; `project:config:key` is an old form. */
function fullKey(key: string, project: string): string {
  const parts = key.split(":");
  if (parts.length === 1) return `${project}:${key}`;
  return parts.length === 3 && parts[1] === "config" ? `${parts[0] ?? ""}:${parts[2] ?? ""}` : key;
}

function parsed(text: string, file: string): unknown {
  try {
    return parse(text, { logLevel: "error" }) as unknown;
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw userError(`${file}: expected YAML, found ${why.replace(/:$/, "")}`);
  }
}

/** Returns the object at a place in the file; a file of comments only is an empty one. */
function objectIn(value: unknown, where: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw userError(
    `${where}: expected keys and values, found ${Array.isArray(value) ? "a list" : JSON.stringify(value)}`,
  );
}

/**
 * @param file its name, for messages
 * @param project whose keys those without a namespace are
 * @throws a user error of one line for what is no stack's file
 */
export function readStackFile(text: string, file: string, project: string): StackFile {
  const whole = objectIn(parsed(text, file), file);
  const unknown = Object.keys(whole).find((key) => !OTHER_KEYS.includes(key));
  if (unknown !== undefined) {
    throw userError(`${file}: expected ${OTHER_KEYS.join(", ")}, found ${JSON.stringify(unknown)}`);
  }
  const read: StackFile = { values: {}, secretKeys: [], placeholders: [], notes: [] };
  for (const [given, value] of Object.entries(objectIn(whole.config, `${file}: config`))) {
    const key = fullKey(given, project);
    if (value === null) throw userError(`${file}: config: ${given}: expected a value, found none`);
    const made = withPlaceholders(value, placeholderFor(key, isSecret(value)));
    read.values[key] = made.value;
    if (made.count === 0) continue;
    read.secretKeys.push(key);
    read.placeholders.push({ key, value: made.value });
  }
  if (whole.environment !== undefined) {
    read.notes.push(`${file} has an environment of Pulumi ESC: its values are not read here; give them with -c.`);
  }
  return read;
}
