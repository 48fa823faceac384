/** Runs index.ts for a stack under Pulumi's mocks and keeps what goes to the engine: inputs, options, providers. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import {
  ACCOUNT_ID,
  type Make,
  type Program,
  runProgram,
  theResource,
} from "../../src/local/program";
import { loadStackConfig } from "../../src/local/stackConfig";

export const ROOT = join(__dirname, "..", "..");

/** A key as AWS names it; each region has one at the most. */
function keyIn(region: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555`;
}

/** ARNs as AWS gives them. `key` is that of the DR region of both stacks. */
export const ARN = {
  key: keyIn("us-west-2"),
  keyIn,
  role: (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`,
  topic: (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT_ID}:${name}`,
  function: (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${name}`,
} as const;

/** What AWS adds to a resource, as far as another one asks for it. */
export const make: Make = (type, name, inputs) => {
  const physical = String(inputs.name);
  switch (type) {
    case "aws:kms/key:Key": {
      const [region = "us-west-2"] = /[a-z]{2}-[a-z]+-\d$/.exec(name) ?? [];
      return { arn: keyIn(region), keyId: keyIn(region).slice(-36) };
    }
    case "aws:iam/role:Role":
      return { arn: ARN.role(physical) };
    case "aws:sns/topic:Topic":
      return { arn: ARN.topic(physical) };
    case "aws:lambda/function:Function":
      return { arn: ARN.function(physical) };
    default:
      return {};
  }
};

/** The options of a resource as the engine gets them. */
interface Options {
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  /** `type name` of every resource that has to be there before. */
  after: string[];
}

export interface DeclaredStack {
  program: Program;
  /** `type name region`, sorted; the region is the provider's. */
  list: string[];
  inputs(type: string, name?: string): Record<string, unknown>;
  options(type: string, name: string): Options;
}

function typeAndName(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  return `${type.split("$").pop() ?? ""} ${name}`;
}

function optionsOf(request: RegisterResourceRequest): Options {
  return {
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    after: request.getDependenciesList().map(typeAndName).sort(),
  };
}

/** A provider's name → its region. */
function regionsOf(program: Program): Map<string, string> {
  return new Map(
    program.declared
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ name, inputs }) => [name, String(inputs.region)]),
  );
}

/**
 * Once a test file only: the program is a module, and modules are loaded once.
 * @param overrides `key=value`, as for `pulumi up --config`
 */
export async function declareStack(
  stack: string,
  overrides: readonly string[] = [],
): Promise<DeclaredStack> {
  // The requests to the engine have the options, which mocks don't show.
  const register = jest.spyOn(MockMonitor.prototype, "registerResource");
  const program = await runProgram(ROOT, loadStackConfig(ROOT, stack, overrides), make);
  const requests = new Map(
    register.mock.calls.map(([request]: [RegisterResourceRequest, unknown]) => [
      `${request.getType()} ${request.getName()}`,
      optionsOf(request),
    ]),
  );
  const regions = regionsOf(program);
  const list = program.declared.map(({ type, name, provider }) => {
    const region = regions.get(provider.split("::")[3] ?? "");
    return [type, name, ...(region === undefined ? [] : [region])].join(" ");
  });
  return {
    program,
    list: list.sort(),
    inputs: (type, name) => theResource(program, type, name).inputs,
    options: (type, name) => {
      const found = requests.get(`${type} ${name}`);
      if (found === undefined) throw new Error(`no resource ${type} ${name}`);
      return found;
    },
  };
}

/**
 * `pulumi preview` of a stack that is not there yet: no resource has an id, an ARN or any other output.
 * @returns `type name` of everything declared, sorted
 */
export async function previewStack(stack: string): Promise<string[]> {
  const config = loadStackConfig(ROOT, stack);
  const declared: string[] = [];
  pulumi.runtime.setAllConfig(config.values);
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => {
        if (token.endsWith("getPartition")) return { partition: "aws" };
        return { accountId: ACCOUNT_ID };
      },
      newResource: ({ type, name, inputs }) => {
        declared.push(`${type} ${name}`);
        return { id: undefined, state: inputs as Record<string, unknown> };
      },
    },
    config.project,
    config.stack,
    true,
  );
  await import(join(ROOT, "index.ts"));
  await pulumi.runtime.disconnect();
  return declared.sort();
}

interface Policy {
  Version: string;
  Statement: Statement[];
}

export interface Statement {
  Sid: string;
  Effect: string;
  Principal?: unknown;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** A policy document out of a resource's inputs. */
export function policyOf(inputs: Record<string, unknown>, key = "policy"): Policy {
  return JSON.parse(String(inputs[key])) as Policy;
}
