/**
 * Plays the function as Pulumi would upload it. Its settings are a literal in `__index.js`, so each seed's are written
 * over them, line by line, and a line that is not found once is an error; everything else is the archive as it is.
 */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { writeArchive } from "../../src/local/runtime/lambda";
import { runProgram, theResource } from "../../src/local/deploy/program";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import type { VaultSettings } from "../../src/vault/model/settings";
import { ROOT, make } from "../support/stackProgram";
import type { Sdk } from "./interception";
import type { SimulatedHandler } from "./lambda";
import { type FunctionSource, quietEnvironment } from "./source";

/**
 * Runs index.ts through Pulumi's mocks and writes the function's archive into a new folder. Returns its `__index.js`.
 */
export async function buildArchive(): Promise<string> {
  const program = await runProgram(ROOT, loadStackConfig(ROOT, "dev"), make);
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-simulated-"));
  return writeArchive(theResource(program, "aws:lambda/function:Function"), folder);
}

/** Settings that the stack leaves out if they are off. */
const OPTIONAL = ["lock", "audit", "primaryKeyArn"];

function withSettings(text: string, settings: VaultSettings): string {
  let result = text;
  for (const [key, value] of Object.entries(settings)) {
    if (OPTIONAL.includes(key) && !text.includes(`__settings_value.${key} = `)) {
      const first = /^__settings_value\.vaultId = /m;
      if (!first.test(result)) throw new Error("archive: expected a line for settings.vaultId");
      const line = `__settings_value.${key} = ${JSON.stringify(value)};\n`;
      result = result.replace(first, (found) => line + found);
      continue;
    }
    const line = new RegExp(`^__settings_value\\.${key} = .*;$`, "gm");
    const found = text.match(line)?.length ?? 0;
    if (found !== 1) throw new Error(`archive: expected one line for settings.${key}, got ${found}`);
    const written = `__settings_value.${key} = ${JSON.stringify(value)};`;
    result = result.replace(line, () => written);
  }
  return result;
}

type ModuleFunction = (exports: object, require: NodeJS.Require, module: object) => void;

/** @param indexFile what {@link buildArchive} wrote */
export function archiveSource(indexFile: string): FunctionSource {
  quietEnvironment();
  if (!existsSync(indexFile)) throw new Error(`--archive: expected an archive in ${indexFile}`);
  const text = readFileSync(indexFile, "utf8");
  const load = createRequire(indexFile);
  const packages = load("./__packages.js") as Record<string, Sdk["Logger"]>;
  const pick = (member: string) => {
    const found = packages[member];
    if (found === undefined) throw new Error(`archive: expected ${member} in __packages.js`);
    return found;
  };
  const compiled = new Map<string, ModuleFunction>();
  const compile = (settings: VaultSettings): ModuleFunction => {
    const key = JSON.stringify(settings);
    const known = compiled.get(key);
    if (known !== undefined) return known;
    compiled.clear();
    const made = compileFunction(withSettings(text, settings), ["exports", "require", "module"], {
      filename: indexFile,
    }) as ModuleFunction;
    compiled.set(key, made);
    return made;
  };
  return {
    sdk: {
      clients: ["EC2Client", "KMSClient", "SchedulerClient", "SNSClient", "SQSClient"].map(pick),
      Logger: pick("Logger"),
      Metrics: pick("Metrics"),
      Signer: pick("SignatureV4"),
    },
    coldStart: (settings) => {
      const module = { exports: {} as { handler: SimulatedHandler }, folder: dirname(indexFile) };
      compile(settings)(module.exports, load, module);
      return module.exports.handler;
    },
  };
}
