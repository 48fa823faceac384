/** Runs `npm start` as a user does: the real command in a child process. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { TYPESCRIPT } from "./typescript";

const ROOT = join(__dirname, "..", "..");
const COMMAND = [...TYPESCRIPT, join(ROOT, "src/local/main.ts")];

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export function start(...args: string[]) {
  const child = spawn(process.execPath, [...COMMAND, ...args], { cwd: ROOT });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => out.push(data));
  child.stderr.on("data", (data: Buffer) => err.push(data));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
    });
  });
  return { child, ended };
}

export const run = (...args: string[]): Promise<Ended> => start(...args).ended;
