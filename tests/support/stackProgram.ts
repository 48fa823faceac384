/** Returns what a stack declares: inputs, options, providers and archive, as the declarer's process gives them. */
import { join } from "node:path";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { Make } from "../../src/local/deploy/declared";
import { askDeclarer } from "./declarerClient";
import type { Archive } from "./stackArchive";

export const ROOT = join(__dirname, "..", "..");

/** A key as AWS names it; each region has one at the most. */
function keyIn(region: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555`;
}

/** Returns the region at the end of a name. */
function regionIn(name: string): string {
  const [region = "us-west-2"] = /[a-z]{2}-[a-z]+-\d$/.exec(name) ?? [];
  return region;
}

/** ARNs as AWS gives them. `key` is that of the DR region of both stacks. */
export const ARN = {
  key: keyIn("us-west-2"),
  keyIn,
  role: (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`,
  topic: (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT_ID}:${name}`,
  hintQueue: (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT_ID}:${name}-hints`,
  hintQueueUrl: (name: string) => `https://sqs.us-east-1.amazonaws.com/${ACCOUNT_ID}/${name}-hints`,
  function: (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${name}`,
} as const;

/** Outputs that AWS adds to a resource, as far as another resource uses them. */
export const make: Make = (type, name, inputs) => {
  const physical = String(inputs.name);
  switch (type) {
    case "aws:kms/key:Key": {
      const key = keyIn(regionIn(name));
      return { arn: key, keyId: key.slice(-36) };
    }
    case "aws:iam/role:Role":
      return { arn: ARN.role(physical) };
    case "aws:sns/topic:Topic":
      return { arn: ARN.topic(physical) };
    case "aws:sqs/queue:Queue": {
      const vaultId = physical.replace(/-hints$/, "");
      return { arn: ARN.hintQueue(vaultId), url: ARN.hintQueueUrl(vaultId) };
    }
    case "aws:lambda/function:Function":
      return { arn: ARN.function(physical) };
    case "aws:s3/bucket:Bucket":
      return {
        bucketRegionalDomainName: `${String(inputs.bucket)}.s3.${regionIn(String(inputs.bucket))}.amazonaws.com`,
      };
    default:
      return {};
  }
};

/** The options of a resource as the engine gets them. */
export interface Options {
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  /** `type name` of every resource that has to be there before. */
  after: string[];
}

/** A program's resources and outputs as plain data; an archive among the inputs is in `archive` instead. */
export interface Declaration {
  project: string;
  declared: { type: string; name: string; inputs: Record<string, unknown>; provider: string }[];
  /** By `type name`. */
  options: Record<string, Options>;
  outputs: Record<string, unknown>;
  /** Outputs; JSON leaves out those without a value. */
  outputNames: string[];
  /** The function's, where there is one. */
  archive?: Archive;
  /** Lines written to `console.warn`. */
  warnings: string[];
}

/** Result of a preview. */
export interface Preview {
  /** `type name` of everything declared, sorted. */
  list: string[];
  /** Lines written to `console.warn`. */
  warnings: string[];
}

export interface DeclaredStack {
  program: Pick<Declaration, "declared" | "outputs">;
  /** The function's code. */
  archive: Archive;
  /** Output of `pulumi up`. */
  warnings: string[];
  /** `type name region`, sorted; the region is the provider's. */
  list: string[];
  inputs(type: string, name?: string): Record<string, unknown>;
  options(type: string, name: string): Options;
}

/** A provider's name → its region. */
function regionsOf({ declared }: Declaration): Map<string, string> {
  return new Map(
    declared
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ name, inputs }) => [name, String(inputs.region)]),
  );
}

/** Returns the inputs of the one resource of a type, or of the one with the given name. */
export function inputsOf(
  { declared }: Pick<Declaration, "declared">,
  type: string,
  name?: string,
): Record<string, unknown> {
  const found = declared.filter((one) => one.type === type && (name === undefined || one.name === name));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`expected one ${type} ${name ?? ""}, got ${found.length}`);
  }
  return only.inputs;
}

/** Outputs as the program has them, including those without a value. */
export function outputsOf({ outputs, outputNames }: Declaration): Record<string, unknown> {
  return Object.fromEntries(outputNames.map((name) => [name, outputs[name]]));
}

/**
 * Declares a stack as `pulumi up` does. Every test file gets its own copy; the same configuration is declared once in a
 * run.
 * @param overrides `key=value`, as for `pulumi up --config`
 */
export async function declareStack(stack: string, overrides: readonly string[] = []): Promise<DeclaredStack> {
  const declaration = await askDeclarer<Declaration>({ kind: "stack", stack, overrides });
  const { declared, options, archive, warnings } = declaration;
  if (archive === undefined) throw new Error(`stack ${stack} has no function`);
  const regions = regionsOf(declaration);
  const list = declared.map(({ type, name, provider }) => {
    const region = regions.get(provider.split("::")[3] ?? "");
    return [type, name, ...(region === undefined ? [] : [region])].join(" ");
  });
  return {
    program: { declared, outputs: outputsOf(declaration) },
    archive,
    warnings,
    list: list.sort(),
    inputs: (type, name) => inputsOf(declaration, type, name),
    options: (type, name) => {
      const found = options[`${type} ${name}`];
      if (found === undefined) throw new Error(`no resource ${type} ${name}`);
      return found;
    },
  };
}

/**
 * Declares a stack as `pulumi preview` does before it exists: no resource has an id, an ARN or any other output.
 * @param overrides as for {@link declareStack}
 */
export function previewStack(stack: string, overrides: readonly string[] = []): Promise<Preview> {
  return askDeclarer<Preview>({ kind: "preview", stack, overrides });
}

/**
 * Runs `pulumi up` of a stack as a person sees it, including Pulumi's own warnings about the program; every resource is
 * made.
 * @param overrides as for {@link declareStack}
 */
export function updateStack(stack: string, overrides: readonly string[] = []): Promise<Preview> {
  return askDeclarer<Preview>({ kind: "update", stack, overrides });
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

/** Returns a policy document from a resource's inputs. */
export function policyOf(inputs: Record<string, unknown>, key = "policy"): Policy {
  return JSON.parse(String(inputs[key])) as Policy;
}
