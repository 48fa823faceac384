/** The command as a process: how soon it says something, and what Ctrl-C does while AWS does not answer. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runCli, startCli } from "../support/cliVault";

const VAULT = join(__dirname, "..", "..", "src", "cli", "vault.js");

let server: Server;
let env: Record<string, string>;
let calls = 0;
beforeAll(async () => {
  server = createServer(() => (calls += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: "us-east-1" };
  // The first start after an install compiles.
  await Promise.all([runCli(["--help"], {}), runCli(["list", "--region", "here"], {})]);
}, 60_000);
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Waits for a call that the server will not answer. */
async function untilAsked(): Promise<void> {
  const before = calls;
  while (calls === before) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Clock ticks of Linux in milliseconds (proc(5): USER_HZ is 100). */
const TICK_MS = 10;

/** Returns the CPU time that a process has used, in milliseconds; Infinity on a system that does not say so. */
function cpuMsOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Infinity;
  // The name before `)` may have spaces.
  const fields = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  return (userTicks + systemTicks) * TICK_MS;
}

/** Returns what a process takes until it first writes anything: time that passes, and of the CPU, in milliseconds. */
function firstOutput(args: readonly string[]): Promise<[passedMs: number, cpuMs: number]> {
  const startMs = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve) => {
    const end = () => {
      resolve([performance.now() - startMs, cpuMsOf(child.pid ?? 0)]);
      child.kill("SIGKILL");
    };
    child.stdout.once("data", end);
    child.stderr.once("data", end);
  });
}

it.each([["--help"], ["list"], ["run"]])("says something soon after Node is up: vault %s", async (verb) => {
  // The bound is 100 ms beyond Node's own start, and twice that here: the best of five counts. A busy machine lets more
  // time pass, but takes no more of the CPU.
  const least = async (best: readonly number[], args: readonly string[]) =>
    (await firstOutput(args)).map((ms, at) => Math.min(ms, best[at] ?? Infinity));
  let [node, vault]: [number[], number[]] = [[], []];
  for (let n = 0; n < 5; n += 1) {
    node = await least(node, ["-p", "0"]);
    vault = await least(vault, [VAULT, verb]);
  }
  const beyondMs = vault.map((ms, at) => ms - (node[at] ?? 0)).filter(Number.isFinite);
  expect(Math.min(...beyondMs)).toBeLessThan(200);
});

it("ends 130 at Ctrl-C, and says that nothing was changed", async () => {
  const running = startCli(["list"], env);
  await untilAsked();
  running.interrupt();
  const { code, out, err } = await running.ended;
  expect(err).toBe(
    "vault list: reading us-east-1\nvault list: interrupted: nothing was changed by this command (Interrupted)\n",
  );
  expect([code, out]).toStrictEqual([130, ""]);
});

it("says so as JSON too", async () => {
  const running = startCli(["plan", "--json"], env);
  await untilAsked();
  running.interrupt();
  const { code, out, err } = await running.ended;
  expect(JSON.parse(out)).toMatchObject({ command: "plan", exitCode: 130, error: { code: "Interrupted" } });
  expect([code, err]).toStrictEqual([130, ""]);
});
