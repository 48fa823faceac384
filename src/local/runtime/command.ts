/** Runs the command `vault` as a person does: its own executable, without a terminal. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** @param env replaces variables of this process; `undefined` removes one */
export function runCli(args: readonly string[], env: Record<string, string | undefined>): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, "src/cli/vault.js"), ...args], {
    cwd: ROOT,
    env: { ...process.env, TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
}
