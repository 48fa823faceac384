/** Runs the command `vault` as a person does: its own executable, without a terminal. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  ended: Promise<Ended>;
  /** Waits until it wrote a text, on either stream. */
  says: (text: string) => Promise<void>;
  /** Does what Ctrl-C does. */
  interrupt: () => void;
}

/** @param env replaces variables of this process; `undefined` removes one */
export function startCli(args: readonly string[], env: Record<string, string | undefined>): Running {
  const child = spawn(process.execPath, [join(ROOT, "src/cli/vault.js"), ...args], {
    cwd: ROOT,
    env: { ...process.env, TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
  return {
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (out.includes(text) || err.includes(text)) resolve();
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        child.on("close", () => {
          reject(new Error(`it ended without "${text}": ${err}`));
        });
        look();
      }),
    interrupt: () => child.kill("SIGINT"),
  };
}

/** Runs it to its end. */
export function runCli(args: readonly string[], env: Record<string, string | undefined>): Promise<Ended> {
  return startCli(args, env).ended;
}
