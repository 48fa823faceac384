/** Unpacks the function's code archive, as Pulumi would upload it, into a folder and runs it with plain Node. */
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

/** The files of an archive, by name. */
export type ArchiveFiles = Readonly<Record<string, string>>;

/** An archive as far as a stack's settings change it. */
export interface Archive {
  /** `__index.js` */
  text: string;
  /** SHA-256 of every other file, by name. */
  digests: Readonly<Record<string, string>>;
}

/** The settings that the closure has captured, as plain data. */
export function settingsIn({ text }: Pick<Archive, "text">): unknown {
  const lines = text.split("\n").filter((line) => /^(var )?__settings_value/.test(line));
  const captured: unknown = runInNewContext(`${lines.join("\n")}\n__settings_value`);
  return JSON.parse(JSON.stringify(captured));
}

/** Answer of the child process. */
interface Answer {
  result?: unknown;
  error?: { name: string; message: string; stack: string; isError: boolean };
  loadMs: number;
}

/** Minimal Lambda runtime: load, call once, answer. */
const RUNTIME = `
const start = process.hrtime.bigint();
const { handler } = require("./__index.js");
const loadMs = Number(process.hrtime.bigint() - start) / 1e6;
process.once("message", ({ event, context }) => {
  const answer = (message) => process.send({ ...message, loadMs }, () => process.disconnect());
  handler(event, { ...context, getRemainingTimeInMillis: () => 600000 }).then(
    (result) => answer({ result }),
    (error) => {
      const { name, message, stack } = error;
      answer({ error: { name, message, stack, isError: error instanceof Error } });
    },
  );
});
process.send("ready");
`;

export interface Unpacked {
  folder: string;
  remove(): void;
}

/** Writes an archive's files, and a runtime, into a folder that has no other module in reach. */
export function unpack(files: ArchiveFiles): Unpacked {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-archive-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "runtime.js"), RUNTIME);
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Returns what Lambda gives a function, and nothing of this process. */
function environment(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_FUNCTION_NAME: "smart-vault-prod",
  };
}

export interface Invocation {
  answer: Answer;
  stdout: string;
  stderr: string;
}

function textOf(stream: ChildProcess["stdout"]): () => string {
  const chunks: string[] = [];
  stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return () => chunks.join("");
}

/** Runs `__index.handler` once in a new plain Node process. */
export function invokeArchive(
  { folder }: Unpacked,
  endpoint: string,
  event: unknown,
  context: object,
): Promise<Invocation> {
  const child = fork(join(folder, "runtime.js"), [], {
    execPath: process.execPath,
    execArgv: [],
    env: environment(endpoint),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  let answer: Answer | undefined;
  child.on("message", (message) => {
    if (message === "ready") child.send({ event, context });
    else answer = message as Answer;
  });
  return new Promise((done, reject) => {
    child.on("close", (code) => {
      if (answer === undefined) reject(new Error(`exit ${String(code)}: ${stderr()}`));
      else done({ answer, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** Measures the milliseconds that a new plain Node process takes to load `__index.js`. */
export function loadMs({ folder }: Unpacked): number {
  const script =
    "const s = process.hrtime.bigint(); require('./__index.js'); console.log(Number(process.hrtime.bigint() - s) / 1e6);";
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: folder,
    env: environment("http://127.0.0.1:1"),
    encoding: "utf8",
  });
  if (stderr !== "") throw new Error(stderr);
  return Number(stdout);
}

/** Returns the bytes of the archive as a gzipped tar, which is near to the uploaded zip. */
export function packedBytes({ folder }: Unpacked, files: ArchiveFiles): number {
  const args = ["-czf", "-", ...Object.keys(files)];
  const { stdout, status } = spawnSync("tar", args, { cwd: folder, maxBuffer: 2 ** 27 });
  if (status !== 0) throw new Error(`tar: exit ${String(status)}`);
  return stdout.length;
}
