/**
 * Runs index.ts through Pulumi's mocks: the same program that the engine runs. A function of ours makes each resource
 * and
 * returns its state. Returns the declared resources in order, with exact inputs.
 */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../iam/partition";
import { ACCOUNT_ID } from "../account/accountId";
import type { Declared, Make, Program } from "./declared";
import type { StackConfig } from "./stackConfig";

export { theResource } from "./declared";

const CALLS: Readonly<Record<string, Record<string, string>>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT_ID },
};

const PARTITION = "aws:index/getPartition:getPartition";

/** Answers a data source in a stack's region. */
function answerOf(token: string, region: string): Record<string, string> {
  if (token === PARTITION) return { partition: partitionOf(region) };
  const answer = CALLS[token];
  if (answer === undefined) throw new Error(`unexpected call ${token}`);
  return answer;
}

function isProvider(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** Returns the name in a reference as the engine gives it, `urn:…::pulumi:providers:aws::primary::id`. */
function providerName(reference = ""): string {
  return reference.split("::").at(-2) ?? "";
}

/**
 * Waits for every output of the program, and fails on a resource that failed, which mocks alone would leave hanging.
 */
async function resolve(outputs: Record<string, unknown>, failed: Promise<never>) {
  const settled = new Promise<Record<string, unknown>>((done) => {
    pulumi.all(outputs).apply((values) => {
      done(values);
    });
  });
  return Promise.race([settled, failed]);
}

/**
 * @param folder where index.ts is
 * @param make called for every resource but providers and components, in the order of declaration
 */
export async function runProgram(folder: string, config: StackConfig, make: Make): Promise<Program> {
  const declared: Declared[] = [];
  const regions = new Map<string, string>();
  const waiting: Promise<unknown>[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  pulumi.runtime.setAllConfig(config.values, config.secretKeys);
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => answerOf(token, config.values["aws:region"] ?? ""),
      newResource: ({ type, name, inputs, provider }) => {
        const given = inputs as Record<string, unknown>;
        if (isProvider(type)) regions.set(name, String(given.region));
        const region = regions.get(providerName(provider)) ?? "";
        const making = (async () => {
          try {
            const local = isProvider(type) || !type.startsWith("aws:");
            const state = { ...given, ...(local ? {} : await make(type, name, given, region)) };
            declared.push({ type, name, inputs: given, provider: provider ?? "", state });
            return { id: `${name}-id`, state };
          } catch (error) {
            fail(error);
            throw error;
          }
        })();
        waiting.push(making);
        return making;
      },
    },
    config.project,
    config.stack,
    false,
  );
  const index = join(folder, "index.ts");
  // A module runs once; an update of the stack runs it again.
  Reflect.deleteProperty(require.cache, index);
  const exported = (await import(index)) as Record<string, unknown>;
  const outputs = await resolve({ ...exported }, failed);
  await allSettled(waiting);
  return { declared, outputs };
}

/** Waits until no more resources come, because some are declared while others are being made. */
async function allSettled(waiting: readonly Promise<unknown>[]): Promise<void> {
  const turn = () => new Promise((done) => setTimeout(done, 50));
  for (let seen = -1; seen !== waiting.length; await turn()) {
    seen = waiting.length;
    await Promise.all(waiting);
  }
}
