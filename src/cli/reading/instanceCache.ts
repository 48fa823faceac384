/** Keeps the ids and names that a command saw, for completion. Best effort: no command fails for it. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KnownInstance } from "./instances";

export const CACHE_FOLDER = "smart-vault";
export const CACHE_FILE = "instances";

/** Shells split words, and a name may hold anything: others are left out. */
const PLAIN = /^[\w.-]+$/;

/** Returns the folder, by the XDG Base Directory Specification. */
function folderOf(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME ?? "";
  return join(base === "" ? join(homedir(), ".cache") : base, CACHE_FOLDER);
}

/** Replaces the list. */
export function rememberInstances(instances: readonly KnownInstance[], env: NodeJS.ProcessEnv): void {
  const words = new Set(
    instances.flatMap(({ instanceId, name }) => [name, instanceId]).filter((one) => PLAIN.test(one)),
  );
  try {
    const folder = folderOf(env);
    mkdirSync(folder, { recursive: true });
    const own = join(folder, `${CACHE_FILE}.${process.pid}`);
    writeFileSync(own, `${[...words].join("\n")}\n`, { mode: 0o600 });
    renameSync(own, join(folder, CACHE_FILE));
  } catch {
    // Completion then knows no instances.
  }
}
