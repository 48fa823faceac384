/** Applies the rules of the policy pack to resources, as Pulumi does to what a program declares. */
import type { PolicyResource, PolicyResourceOptions } from "@pulumi/policy";
import { RULES } from "../../policy/rules";
import type { DeclaredStack } from "./stackProgram";

export interface Given {
  type: string;
  props: Record<string, unknown>;
  name?: string;
  /** Defaults to `prod`. */
  stack?: string;
  /** Defaults to `smart-vault`. */
  project?: string;
  protect?: boolean;
}

function notUsed(): never {
  throw new Error("no rule uses this");
}

function optionsOf(protect = false): PolicyResourceOptions {
  const customTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };
  return { protect, ignoreChanges: [], aliases: [], additionalSecretOutputs: [], customTimeouts };
}

function resourceOf(given: Given): PolicyResource {
  const { type, props, name = "it", stack = "prod", project = "smart-vault", protect } = given;
  return {
    type,
    props,
    name,
    urn: `urn:pulumi:${stack}::${project}::${type}::${name}`,
    opts: optionsOf(protect),
    dependencies: [],
    propertyDependencies: {},
    isType: notUsed,
    asType: notUsed,
  };
}

const CONTEXT = {
  stackTags: new Map<string, string>(),
  getConfig: notUsed,
  notApplicable: notUsed,
};

/** Returns `rule: message` of every violation, in the order of the rules. */
export async function violations(given: readonly Given[]): Promise<string[]> {
  const resources = given.map(resourceOf);
  const notified: string[] = [];
  for (const rule of RULES) {
    const report = (message: string) => notified.push(`${rule.name}: ${message}`);
    if ("validateStack" in rule) {
      await rule.validateStack({ resources, ...CONTEXT }, report);
      continue;
    }
    for (const resource of resources) {
      for (const validate of [rule.validateResource ?? []].flat()) {
        await validate({ ...resource, ...CONTEXT, asType: notUsed }, report);
      }
    }
  }
  return notified;
}

/** Returns everything that a stack declares, with its options. */
export function declaredOf(declared: DeclaredStack, stack: string): Given[] {
  return declared.program.declared.map(({ type, name, inputs }) => ({
    type,
    name,
    stack,
    props: inputs,
    protect: declared.options(type, name).protect,
  }));
}
