/**
 * (f) Measures whole sweeps of the archive against a server that answers EC2's pages: CPU time and resident memory of the
 * function's process, from its start to its answer. Nothing is due, as in most of the hourly sweeps.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inChild, printFigure } from "./child";
import { type Fleet } from "./sweepFleet";
import { startSweepServer } from "./sweepServer";
import { runProgram, theResource } from "../../src/local/deploy/program";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { writeArchive } from "../../src/local/runtime/lambda";
import type { InvocationResult } from "../../src/vault/invocation";
import { HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import type { DescribedVault } from "../../src/vault/model/settings";

export interface SweepFigure {
  /** Snapshots in each of two regions. */
  perRegion: number;
  /** Memory of the function that V8's limits are set for, in MB. */
  memoryMb: number;
  cpuMs: number;
  peakMiB: number;
  /** The same for the first sweep of a day, which also looks for strangers' snapshots. */
  daily: { cpuMs: number; peakMiB: number };
}

interface Answer {
  result?: unknown;
  error?: string;
  cpuMs: number;
  peakMiB: number;
}

const ROOT = join(__dirname, "..", "..");
const CONTEXT = {
  awsRequestId: "5f1e8a44-0c55-4bbd-9d3f-000000000001",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:smart-vault-dev",
  logGroupName: "/aws/lambda/smart-vault-dev",
};

/** Returns the flags that Lambda's own bootstrap starts Node with: a tenth is for the young generation. */
function limitsOf(memoryMb: number): string[] {
  const young = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(young / 2)}`, `--max-old-space-size=${memoryMb - young}`];
}

/** Invokes the archive in a new process with nothing of this one's environment. */
async function invoke(index: string, endpoint: string, event: unknown, memoryMb: number): Promise<Answer> {
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "function",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  const child: ChildProcess = fork(join(__dirname, "sweepChild.js"), [index], {
    execArgv: ["--preserve-symlinks", "--expose-gc", ...limitsOf(memoryMb)],
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let answer: Answer | undefined;
  child.on("message", (message) => {
    if (message === "ready") child.send({ event, context: CONTEXT });
    else answer = message as Answer;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((done) => {
    child.on("close", (...how) => {
      done(how);
    });
  });
  if (answer === undefined) throw new Error(`the function's process ended with ${String(code ?? signal)}`);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

/** Throws unless the sweep had nothing to do. */
function idle({ result }: Answer): void {
  const { counts, problems } = result as InvocationResult;
  if (Object.values(counts).some((count) => count !== 0) || problems.length > 0)
    throw new Error(`the sweep was not idle: ${JSON.stringify(result)}`);
}

/** Writes the archive of a vault whose newest run was hours ago. */
async function archiveIn(folder: string, newestSlotMs: number): Promise<string> {
  const make = (type: string, name: string) => ({ arn: `arn:aws:${type}:${name}` });
  const slot = new Date(newestSlotMs);
  const schedule = `schedule=cron(${slot.getUTCMinutes()} ${slot.getUTCHours()} * * ? *)`;
  const kept = ["retentionDays=30", "drRetentionDays=30"];
  const program = await runProgram(ROOT, loadStackConfig(ROOT, "dev", [schedule, ...kept]), make);
  return writeArchive(theResource(program, "aws:lambda/function:Function"), folder);
}

async function measureHere(perRegion: number, memoryMb: number): Promise<SweepFigure> {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-sweep-"));
  const nowMs = Date.now();
  const newestSlotMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - 10 * HOUR_MS;
  try {
    const index = await archiveIn(folder, newestSlotMs);
    const { result } = await invoke(index, "http://127.0.0.1:1", { kind: "describe" }, memoryMb);
    const { settings } = result as DescribedVault;
    const fleet: Fleet = { settings, perRegion, newestSlotMs };
    const written = Object.fromEntries(settings.manifests.map(({ region }) => [region, isoSeconds(nowMs - HOUR_MS)]));
    const input = JSON.stringify({ kind: "follow-up", notified: {}, manifestsTo: written });
    const server = await startSweepServer(fleet, input);
    try {
      const sweep = { kind: "sweep" };
      const first = await invoke(index, server.endpoint, sweep, memoryMb);
      idle(first);
      const { cpuMs, peakMiB, ...other } = await invoke(index, server.endpoint, sweep, memoryMb);
      idle({ ...other, cpuMs, peakMiB });
      return { perRegion, memoryMb, cpuMs, peakMiB, daily: { cpuMs: first.cpuMs, peakMiB: first.peakMiB } };
    } finally {
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function measureSweep(perRegion: number, memoryMb: number): Promise<SweepFigure> {
  return inChild(__filename, String(perRegion), String(memoryMb));
}

printFigure(require.main === module, ([perRegion, memoryMb]) => measureHere(Number(perRegion), Number(memoryMb)));
