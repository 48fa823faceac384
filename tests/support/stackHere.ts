/**
 * Runs a program under Pulumi's mocks in this process and keeps what is sent to the engine: inputs, options, providers.
 */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { type Make, type Program, runProgram } from "../../src/local/deploy/program";
import { type StackConfig, loadStackConfig } from "../../src/local/deploy/stackConfig";
import type { Archive } from "./stackArchive";
import { type Declaration, type Options, type Preview, ROOT, inputsOf, make } from "./stackProgram";

const FUNCTION = "aws:lambda/function:Function";

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

/**
 * Does `work` and returns the options of each resource that it declares, by `type name`, because mocks don't show them.
 */
async function recordingOptions(work: () => Promise<void>): Promise<Record<string, Options>> {
  const options: Record<string, Options> = {};
  const { prototype } = MockMonitor;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { registerResource } = prototype;
  prototype.registerResource = function record(request, callback) {
    const asked = request as RegisterResourceRequest;
    options[`${asked.getType()} ${asked.getName()}`] = optionsOf(asked);
    return registerResource.call(this, request, callback);
  };
  try {
    await work();
  } finally {
    prototype.registerResource = registerResource;
  }
  return options;
}

/** Does `work` and returns what it writes to `console.warn` meanwhile. */
async function recordingWarnings(work: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...parts: unknown[]) => warnings.push(parts.join(" "));
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

export async function readArchive(code: unknown): Promise<Archive> {
  const archive = await code;
  if (!(archive instanceof pulumi.asset.AssetArchive)) throw new Error("no archive");
  const assets = await archive.assets;
  const index = assets["__index.js"];
  if (!(index instanceof pulumi.asset.StringAsset)) throw new Error("no __index.js");
  const names = Object.keys(assets).sort();
  const packages: string[] = [];
  for (const name of names) {
    const asset = assets[name];
    if (asset instanceof pulumi.asset.FileArchive && (await asset.path) === name) {
      packages.push(name);
    }
  }
  const others = names.filter((name) => name !== "__index.js" && !packages.includes(name));
  return { text: await index.text, packages, others };
}

/** Declares a program's resources with their options, and its outputs. */
export async function declareFrom(
  folder: string,
  config: StackConfig,
  making: Make,
): Promise<Omit<Declaration, "archive">> {
  let program: Program = { declared: [], outputs: {} };
  let options: Record<string, Options> = {};
  const warnings = await recordingWarnings(async () => {
    options = await recordingOptions(async () => {
      program = await runProgram(folder, config, making);
    });
  });
  const { declared, outputs } = program;
  return {
    project: config.project,
    declared: declared.map(({ type, name, inputs, provider }) => ({
      type,
      name,
      inputs,
      provider,
    })),
    options,
    outputs,
    outputNames: Object.keys(outputs),
    warnings,
  };
}

/** See `declareStack` in stackProgram.ts. */
export async function declareHere(stack: string, overrides: readonly string[] = []): Promise<Declaration> {
  const declaration = await declareFrom(ROOT, loadStackConfig(ROOT, stack, overrides), make);
  const { code } = inputsOf(declaration, FUNCTION);
  return { ...declaration, archive: await readArchive(code) };
}

/** See `previewStack` and `updateStack` in stackProgram.ts. */
export async function showHere(stack: string, overrides: readonly string[], isPreview: boolean): Promise<Preview> {
  const config = loadStackConfig(ROOT, stack, overrides);
  const declared: string[] = [];
  pulumi.runtime.setAllConfig(config.values);
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => {
        if (token.endsWith("getPartition")) return { partition: "aws" };
        return { accountId: ACCOUNT_ID };
      },
      newResource: async ({ type, name, inputs }) => {
        declared.push(`${type} ${name}`);
        const given = inputs as Record<string, unknown>;
        if (isPreview) return { id: undefined, state: given };
        return { id: `${name}-id`, state: { ...given, ...(await make(type, name, given, "")) } };
      },
    },
    config.project,
    config.stack,
    isPreview,
  );
  const index = join(ROOT, "index.ts");
  Reflect.deleteProperty(require.cache, index);
  const warnings = await recordingWarnings(async () => {
    // Runs like the engine's language host, which reports what the outputs lack.
    await pulumi.runtime.runInPulumiStack(() => import(index));
    await pulumi.runtime.disconnect();
  });
  const own = declared.filter((line) => !line.startsWith("pulumi:pulumi:Stack "));
  return { list: own.sort(), warnings };
}
