/** Returns what bootstrap/ or deploy/ declares, as stackProgram.ts does for index.ts. */
import { askDeclarer } from "./declarerClient";
import type { Given } from "./policyRules";
import { type Declaration, inputsOf, outputsOf } from "./stackProgram";

export interface DeclaredProgram {
  /** `type name`, sorted. */
  list: string[];
  inputs(type: string, name?: string): Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** For the policy pack. */
  given: Given[];
}

/** @param overrides by key without the project's namespace, or in full */
export async function declareProgram(
  folder: "bootstrap" | "deploy",
  stack: string,
  overrides: Record<string, unknown>,
): Promise<DeclaredProgram> {
  const declaration = await askDeclarer<Declaration>({ kind: "program", folder, stack, overrides });
  const { declared, options, project } = declaration;
  return {
    list: declared.map(({ type, name }) => `${type} ${name}`).sort(),
    inputs: (type, name) => inputsOf(declaration, type, name),
    outputs: outputsOf(declaration),
    given: declared.map(({ type, name, inputs: props }) => {
      const protect = options[`${type} ${name}`]?.protect ?? false;
      return { type, name, props, stack, project, protect };
    }),
  };
}
