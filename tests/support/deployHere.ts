/** Deploys vaults in emulated accounts in this process, each again and again. */
import { openAccount } from "../../src/local/account/account";
import type { Program } from "../../src/local/deploy/declared";
import { type Declare, declaringHere } from "../../src/local/deploy/declaring";
import type { Deployed } from "./declarerClient";
import { readArchive } from "./stackHere";
import { ROOT } from "./stackProgram";

const vaults = new Map<string, Declare>();

/** Returns inputs as plain data: an archive with its texts. */
async function plain({ code, ...inputs }: Record<string, unknown>): Promise<Record<string, unknown>> {
  if (code === undefined) return inputs;
  const files = Object.entries(await readArchive(code));
  return { ...inputs, code: { assets: Object.fromEntries(files.map(([name, text]) => [name, { text }])) } };
}

export async function deployHere({ vault, endpoint, primaryRegion, config }: Deployed): Promise<Program> {
  const declare = vaults.get(vault) ?? declaringHere(ROOT, openAccount(endpoint, primaryRegion));
  vaults.set(vault, declare);
  const { declared, outputs } = await declare(config);
  const all = declared.map(async ({ inputs, state: { code: _code, ...state }, ...one }) => ({
    ...one,
    inputs: await plain(inputs),
    state,
  }));
  return { declared: await Promise.all(all), outputs };
}
