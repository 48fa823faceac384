/**
 * Writes the archive of a checkout: of this one, or of an older commit to compare with. An older one is known by its
 * folder alone, so it cannot be imported. Pulumi's program can be loaded once per process.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

/** This checkout. */
export const ROOT = join(__dirname, "..", "..");

/** Loads a module of any checkout. */
export const load = createRequire(__filename);

/** Until the archive was packed it was links into the project, whose folder came second. */
type WriteArchive = (lambda: unknown, ...folders: string[]) => Promise<string>;

/**
 * Writes the archive that Pulumi would upload from a checkout into a folder.
 * @param pairs `key=value` over Pulumi.dev.yaml
 * @returns its `__index.js`
 */
export async function archiveOf(checkout: string, folder: string, pairs: readonly string[] = []): Promise<string> {
  const local = (file: string) => load(join(checkout, "src", "local", file)) as unknown;
  const { writeArchive } = local("runtime/lambda") as { writeArchive: WriteArchive };
  const { runProgram, theResource } = local("deploy/program") as typeof import("../../src/local/deploy/program");
  const { loadStackConfig } = local("deploy/stackConfig") as typeof import("../../src/local/deploy/stackConfig");
  const make = (type: string, name: string) => ({ arn: `arn:aws:${type}:${name}` });
  const program = await runProgram(checkout, loadStackConfig(checkout, "dev", pairs), make);
  const lambda = theResource(program, "aws:lambda/function:Function");
  return writeArchive.length > 2 ? writeArchive(lambda, checkout, folder) : writeArchive(lambda, folder);
}
