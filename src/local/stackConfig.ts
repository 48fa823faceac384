/** A stack's configuration as the Pulumi CLI gives it to the program: Pulumi.yaml's defaults under Pulumi.<stack>.yaml. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { userError } from "./python";

export interface StackConfig {
  project: string;
  stack: string;
  /** Full keys (`smart-vault:drRegion`) to text; numbers, booleans and lists as JSON, as the CLI passes them. */
  values: Record<string, string>;
}

interface ProjectFile {
  name: string;
  /** A key of a type has a default; an object can't be typed here, and has a value that the CLI gives to every stack. */
  config?: Record<string, { default?: unknown; value?: unknown }>;
}

/** A value as `pulumi config` keeps it. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The same stack with other values.
 * @param pairs `key=value` as for `pulumi up --config`; a key without namespace is the project's
 * @param option what the pairs were given by, for the message
 * @throws when one is no pair
 */
export function withPairs(
  { project, stack, values }: StackConfig,
  pairs: readonly string[],
  option: string,
): StackConfig {
  const changed = { ...values };
  for (const pair of pairs) {
    const [key, ...rest] = pair.split("=");
    if (!key || rest.length === 0) {
      throw userError(`${option}: expected key=value, got "${pair}"`);
    }
    changed[key.includes(":") ? key : `${project}:${key}`] = rest.join("=");
  }
  return { project, stack, values: changed };
}

/**
 * @param folder where Pulumi.yaml is
 * @param overrides pairs on top, see {@link withPairs}
 * @param assumed pairs below, in place of Pulumi.yaml's defaults: what the stack's own file says counts more
 * @throws when the stack has no file, or an override is no pair
 */
export function loadStackConfig(
  folder: string,
  stack: string,
  overrides: readonly string[] = [],
  assumed: readonly string[] = [],
): StackConfig {
  const project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw new Error(`--stack: expected a stack with a file Pulumi.<stack>.yaml, got "${stack}"`);
  }
  const own = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
  const defaults: Record<string, string> = {};
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const given = declared.default ?? declared.value;
    if (given !== undefined) defaults[`${project.name}:${key}`] = toText(given);
  }
  const plain = { project: project.name, stack, values: defaults };
  const { values } = withPairs(plain, assumed, "assumed");
  for (const [key, value] of Object.entries(own.config ?? {})) values[key] = toText(value);
  return withPairs({ ...plain, values }, overrides, "--config");
}
