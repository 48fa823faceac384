/** The command as a process: how soon it says something, and what Ctrl-C does while AWS does not answer. */
import { spawn } from "node:child_process";
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

/** Returns the milliseconds until a process first writes anything. */
function firstOutputMs(args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve) => {
    const end = () => {
      resolve(performance.now() - startMs);
      child.kill("SIGKILL");
    };
    child.stdout.once("data", end);
    child.stderr.once("data", end);
  });
}

it.each([["--help"], ["list"], ["run"]])("says something soon after Node is up: vault %s", async (verb) => {
  // The bound is 100 ms beyond Node's own start; this machine may be busy, so the best of five counts, and twice that.
  let [bestMs, nodeMs] = [Infinity, Infinity];
  for (let n = 0; n < 5; n += 1) {
    nodeMs = Math.min(nodeMs, await firstOutputMs(["-p", "0"]));
    bestMs = Math.min(bestMs, await firstOutputMs([VAULT, verb]));
  }
  expect(bestMs - nodeMs).toBeLessThan(200);
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
