/**
 * Reads a stack's configuration as the Pulumi CLI gives it to the program: Pulumi.yaml's defaults under
 * Pulumi.<stack>.yaml.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type VaultConfig, configOf } from "../../config/config";
import { decode } from "../account/inventory/jsonFile";
import { userError } from "../account/python";
import { type StackFile, readStackFile } from "./stackFile";
import { parse } from "yaml";

export interface StackConfig {
  project: string;
  stack: string;
  /** Full keys (`smart-vault:drRegion`) to text; numbers, booleans and lists as JSON, as the CLI passes them. */
  values: Record<string, string>;
  /** Full keys whose value is a secret, or has one in it; here they have placeholders. */
  secretKeys: string[];
  /** Notes for the user: values that are placeholders, and files that were not read. */
  notes: string[];
}

interface ProjectFile {
  name: string;
  /**
   * A key of a type has a default; an object can't be typed here, and has a value that the CLI gives to every stack.
   */
  config?: Record<string, { default?: unknown; value?: unknown }>;
}

/** Returns a value as `pulumi config` keeps it. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Returns the same stack with other values.
 * @param pairs `key=value` as for `pulumi up --config`; a key without namespace is the project's
 * @param option what the pairs were given by, for the message
 * @throws when one is no pair
 */
export function withPairs(config: StackConfig, pairs: readonly string[], option: string): StackConfig {
  const values = { ...config.values };
  const plain = new Set<string>();
  for (const pair of pairs) {
    const [key, ...rest] = pair.split("=");
    if (!key || rest.length === 0) {
      throw userError(`${option}: expected key=value, got "${pair}"`);
    }
    const full = key.includes(":") ? key : `${config.project}:${key}`;
    values[full] = rest.join("=");
    plain.add(full);
  }
  const secretKeys = config.secretKeys.filter((key) => !plain.has(key));
  return { ...config, values, secretKeys };
}

/**
 * Validates a stack's configuration, secrets among it, as the program does.
 * @throws what the configuration says of its mistakes
 */
export function configIn({ project, stack, values, secretKeys }: StackConfig): VaultConfig {
  return configOf(project, stack, values, (key) => secretKeys.includes(key));
}

/** Reads the stack's own file. @throws a user error if there is none */
function ownFile(folder: string, project: string, stack: string): StackFile {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw userError(`--stack: expected a stack with a file Pulumi.<stack>.yaml, got ${JSON.stringify(stack)}`);
  }
  return readStackFile(decode(readFileSync(file)), `Pulumi.${stack}.yaml`, project);
}

/**
 * Reads a stack's configuration from its files.
 * @param folder where Pulumi.yaml is
 * @param overrides pairs on top, see {@link withPairs}
 * @param assumed pairs below, in place of Pulumi.yaml's defaults: what the stack's own file says counts more
 * @throws when the stack has no file, the file is none of a stack, or an override is no pair
 */
export function loadStackConfig(
  folder: string,
  stack: string,
  overrides: readonly string[] = [],
  assumed: readonly string[] = [],
): StackConfig {
  const project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const own = ownFile(folder, project.name, stack);
  const defaults: Record<string, string> = {};
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const given = declared.default ?? declared.value;
    if (given !== undefined) defaults[`${project.name}:${key}`] = toText(given);
  }
  const plain = { project: project.name, stack, values: defaults, secretKeys: [], notes: [] };
  const { values } = withPairs(plain, assumed, "assumed");
  for (const [key, value] of Object.entries(own.values)) values[key] = toText(value);
  const config = withPairs({ ...plain, ...own, values }, overrides, "--config");
  const secrets = own.placeholders.filter(({ key }) => config.secretKeys.includes(key));
  const notes = secrets.map(
    ({ key, value }) =>
      `${key} is a secret of the stack: the rehearsal has the placeholder ${toText(value)} in its place.`,
  );
  return { ...config, notes: [...own.notes, ...notes] };
}
