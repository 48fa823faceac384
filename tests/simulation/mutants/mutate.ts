/** Puts a mutant into the text of its file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutantList";

const VAULT = join(__dirname, "..", "..", "..", "src", "vault");

/**
 * @returns the file's text with the mistake in it
 * @throws Error if the list no longer fits the sources
 */
export function mutated({ name, file, original, mutated: mistake }: Mutant): string {
  const text = readFileSync(join(VAULT, file), "utf8");
  const found = text.split(original).length - 1;
  if (found !== 1) {
    throw new Error(`${name}: expected once in src/vault/${file}, got ${found} times: ${original}`);
  }
  return text.replace(original, () => mistake);
}
