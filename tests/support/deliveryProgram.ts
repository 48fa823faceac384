/** Runs bootstrap/ or deploy/ under Pulumi's mocks, as stackProgram.ts runs index.ts; their stacks have no file here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { parse } from "yaml";
import { type Declared, type Make, runProgram } from "../../src/local/program";
import type { Given } from "./policyRules";
import { ROOT } from "./stackProgram";

interface ProjectFile {
  name: string;
  config: Record<string, { default?: unknown }>;
}

export interface DeclaredProgram {
  /** `type name`, sorted. */
  list: string[];
  inputs(type: string, name?: string): Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** For the policy pack. */
  given: Given[];
}

function projectOf(folder: string): ProjectFile {
  return parse(readFileSync(join(ROOT, folder, "Pulumi.yaml"), "utf8")) as ProjectFile;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function theOne(declared: readonly Declared[], type: string, name?: string): Declared {
  const found = declared.filter(
    (one) => one.type === type && (name === undefined || one.name === name),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`expected one ${type} ${name ?? ""}, got ${found.length}`);
  }
  return only;
}

/**
 * Once a test file only: the program is a module, and modules are loaded once.
 * @param overrides by key without the project's namespace, or in full
 */
export async function declareProgram(
  folder: "bootstrap" | "deploy",
  stack: string,
  overrides: Record<string, unknown>,
  make: Make = (type, name) => ({ arn: `arn:aws:${type.split(":").pop() ?? ""}:${name}` }),
): Promise<DeclaredProgram> {
  const { name: project, config } = projectOf(folder);
  const given = Object.entries(config)
    .filter(([, declared]) => declared.default !== undefined)
    .map(([key, declared]) => [key, declared.default] as const);
  const values = [...given, ...Object.entries(overrides)].map(([key, value]) => [
    key.includes(":") ? key : `${project}:${key}`,
    textOf(value),
  ]);
  const register = jest.spyOn(MockMonitor.prototype, "registerResource");
  const { declared, outputs } = await runProgram(
    join(ROOT, folder),
    { project, stack, values: Object.fromEntries(values) as Record<string, string> },
    make,
  );
  const guarded = new Set(
    register.mock.calls
      .map(([request]: [RegisterResourceRequest, unknown]) => request)
      .filter((request) => request.getProtect())
      .map((request) => `${request.getType()} ${request.getName()}`),
  );
  return {
    list: declared.map(({ type, name }) => `${type} ${name}`).sort(),
    inputs: (type, name) => theOne(declared, type, name).inputs,
    outputs,
    given: declared.map(({ type, name, inputs: props }) => {
      const protect = guarded.has(`${type} ${name}`);
      return { type, name, props, stack, project, protect };
    }),
  };
}
