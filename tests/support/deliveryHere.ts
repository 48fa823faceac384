/** Runs bootstrap/ or deploy/ under Pulumi's mocks in this process; their stacks have no file here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { toText } from "../../src/local/deploy/stackConfig";
import { declareFrom } from "./stackHere";
import { type Declaration, ROOT } from "./stackProgram";

interface ProjectFile {
  name: string;
  config: Record<string, { default?: unknown; value?: unknown }>;
}

function projectOf(folder: string): ProjectFile {
  return parse(readFileSync(join(ROOT, folder, "Pulumi.yaml"), "utf8")) as ProjectFile;
}

/** See `declareProgram` in deliveryProgram.ts. */
export function declareDelivery(
  folder: "bootstrap" | "deploy",
  stack: string,
  overrides: Record<string, unknown>,
): Promise<Declaration> {
  const { name: project, config } = projectOf(folder);
  const given = Object.entries(config)
    .map(([key, declared]) => [key, declared.value ?? declared.default] as const)
    .filter(([, value]) => value !== undefined);
  const values = [...given, ...Object.entries(overrides)].map(([key, value]) => [
    key.includes(":") ? key : `${project}:${key}`,
    toText(value),
  ]);
  return declareFrom(
    join(ROOT, folder),
    {
      project,
      stack,
      values: Object.fromEntries(values) as Record<string, string>,
      secretKeys: [],
      notes: [],
    },
    (type, name) => ({ arn: `arn:aws:${type.split(":").pop() ?? ""}:${name}` }),
  );
}
