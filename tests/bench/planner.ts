/**
 * Loads the functions that plan: from the sources of a checkout, or from the archive that Pulumi would upload, which is
 * what runs.
 */
import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveOf, load } from "./checkout";
import type { takeInventory } from "../../src/vault/inventory/inventory";
import type { planVault } from "../../src/vault/plan/plan";

export interface Planner {
  takeInventory: typeof takeInventory;
  planVault: typeof planVault;
}

/** Returns the functions of the sources in a checkout's folder. */
export function sourcePlanner(folder: string): Planner {
  const vault = (file: string) => load(join(folder, "src", "vault", file)) as Planner;
  return {
    takeInventory: vault("inventory/inventory").takeInventory,
    planVault: vault("plan/plan").planVault,
  };
}

const NAMES = ["takeInventory", "planVault"] as const;

/**
 * Returns the functions of an archive.
 * @param index the file that {@link writePlanner} wrote
 */
export function deployedPlanner(index: string): Planner {
  process.env.AWS_REGION ??= "us-east-1";
  return load(index) as Planner;
}

/**
 * Writes a checkout's archive into a new folder, with the functions that plan among its exports.
 * @returns its `__index.js`
 */
export async function writePlanner(checkout: string): Promise<string> {
  const index = await archiveOf(checkout, mkdtempSync(join(tmpdir(), "smart-vault-planner-")));
  const text = readFileSync(index, "utf8");
  for (const name of NAMES) {
    if (!new RegExp(`^(const|function) __${name}\\b`, "m").test(text))
      throw new Error(`the archive has no function ${name}`);
    appendFileSync(index, `\nexports.${name} = __${name};`);
  }
  return index;
}
