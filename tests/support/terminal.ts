/** Runs the command on a terminal, and takes what a person would see there. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Ended } from "./cliVault";

const ROOT = join(__dirname, "..", "..");
const PTY = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/** Runs the command's own executable with a terminal as its input, output and error output. */
export function runOnTerminal(args: readonly string[], env: Record<string, string>): Promise<Omit<Ended, "err">> {
  const command = [process.execPath, join(ROOT, "src/cli/vault.js"), ...args];
  const child = spawn("python3", ["-c", PTY, ...command], {
    cwd: ROOT,
    env: { ...process.env, TERM: "xterm", NO_COLOR: "", TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out: out.replaceAll("\r\n", "\n") });
    });
  });
}
