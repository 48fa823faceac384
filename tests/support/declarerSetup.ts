/**
 * Provides Jest's global setup: one process declares stacks for every test file of the run (declarer.ts). Pulumi, its
 * AWS package and the serializer take most of a stack test's time, and Jest would load them again for each file. The
 * first request starts the process; each configuration is declared once.
 */
import { type ChildProcess, fork } from "node:child_process";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Reply } from "./declarer";
import { PORT_VARIABLE } from "./declarerClient";
import { TYPESCRIPT } from "./typescript";
import "./env";

const ROOT = join(__dirname, "..", "..");

type Settle = (reply: Omit<Reply, "id">) => void;

let child: ChildProcess | undefined;
const waiting = new Map<number, Settle>();
const known = new Map<string, Promise<Omit<Reply, "id">>>();

function startChild(): ChildProcess {
  const started = fork(join(__dirname, "declarer.ts"), [], {
    cwd: ROOT,
    execArgv: [...TYPESCRIPT],
  });
  started.on("message", ({ id, ...reply }: Reply) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  started.on("exit", (code) => {
    for (const settle of waiting.values()) settle({ error: `the declarer ended: ${String(code)}` });
    waiting.clear();
    if (child === started) child = undefined;
  });
  return started;
}

function declare(question: string): Promise<Omit<Reply, "id">> {
  child ??= startChild();
  const id = known.size;
  child.send({ id, question });
  return new Promise((done) => {
    waiting.set(id, done);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const server = createServer((message, response) => {
  void (async () => {
    const question = await textOf(message);
    const asked = known.get(question) ?? declare(question);
    known.set(question, asked);
    const { answer, error } = await asked;
    response.statusCode = error === undefined ? 200 : 500;
    // Otherwise a test file's connection that waits for its next request would be closed.
    response.setHeader("connection", "close");
    response.end(answer ?? error);
  })();
});

/** Starts once for all projects of a run. */
async function setup(): Promise<void> {
  if (server.listening) return;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  process.env[PORT_VARIABLE] = String((server.address() as AddressInfo).port);
}

export { setup as default };

export function stop(): void {
  server.closeAllConnections();
  server.close();
  child?.disconnect();
  child = undefined;
  known.clear();
}
