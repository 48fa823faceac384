/**
 * Runs a program under Pulumi's mocks in this process and keeps what is sent to the engine: inputs, options, providers.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { Make, Program } from "../../src/local/deploy/declared";
import { runProgram } from "../../src/local/deploy/program";
import { type StackConfig, loadStackConfig } from "../../src/local/deploy/stackConfig";
import type { Archive, ArchiveFiles } from "./stackArchive";
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

/** Reads the files of an archive. @throws if one of them is not given as a text, because it would not be tested */
export async function readArchive(code: unknown): Promise<ArchiveFiles> {
  const archive = await code;
  if (!(archive instanceof pulumi.asset.AssetArchive)) throw new Error("no archive");
  const files: Record<string, string> = {};
  for (const [name, asset] of Object.entries(await archive.assets)) {
    if (!(asset instanceof pulumi.asset.StringAsset)) throw new Error(`${name} is no text`);
    files[name] = await asset.text;
  }
  return files;
}

/** Returns an archive without the texts that are the same for all stacks. */
export function summaryOf({ "__index.js": text = "", ...others }: ArchiveFiles): Archive {
  const digest = (content: string) => createHash("sha256").update(content).digest("hex");
  return { text, digests: Object.fromEntries(Object.entries(others).map(([name, one]) => [name, digest(one)])) };
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
  return { ...declaration, archive: summaryOf(await readArchive(code)) };
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
