/**
 * (f) Measures whole sweeps of the archive against a server that answers EC2's pages: CPU time and resident memory of the
 * function's process, from its start to its answer. Nothing is due, as in most of the hourly sweeps.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveOf } from "./checkout";
import { inChild, printFigure } from "./child";
import { lambdaUsd } from "./cost";
import { type Fleet } from "./sweepFleet";
import { startSweepServer } from "./sweepServer";
import type { InvocationResult } from "../../src/vault/invocation";
import { HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import { WHOLE_PROCESSOR_MB } from "../../src/vault/model/memory";
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

interface Measured {
  checkout: string;
  perRegion: number;
  memoryMb: number;
}

interface Answer {
  result?: unknown;
  error?: string;
  cpuMs: number;
  peakMiB: number;
}

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
function archiveIn(folder: string, newestSlotMs: number, checkout: string): Promise<string> {
  const slot = new Date(newestSlotMs);
  const schedule = `schedule=cron(${slot.getUTCMinutes()} ${slot.getUTCHours()} * * ? *)`;
  return archiveOf(checkout, folder, [schedule, "retentionDays=30", "drRetentionDays=30"]);
}

async function measureHere({ checkout, perRegion, memoryMb }: Measured): Promise<SweepFigure> {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-sweep-"));
  const nowMs = Date.now();
  const newestSlotMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - 10 * HOUR_MS;
  try {
    const index = await archiveIn(folder, newestSlotMs, checkout);
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

/** AWS's default quota of snapshots per region. */
export const SNAPSHOT_QUOTA = 100_000;
/** Snapshots in each of two regions, with the memory that docs/COST.md advises for so many. */
const SIZES = [
  { perRegion: 500, memoryMb: 512 },
  { perRegion: 5_000, memoryMb: 512 },
  { perRegion: 50_000, memoryMb: 512 },
  { perRegion: SNAPSHOT_QUOTA, memoryMb: 512 },
  { perRegion: 150_000, memoryMb: 1_024 },
];

/**
 * Measures a sweep of each size.
 * @param given memory in place of the advised one, in MB
 */
export async function measureSweeps(
  checkout: string,
  given: number | undefined,
  progress: (message: string) => void,
): Promise<SweepFigure[]> {
  const figures: SweepFigure[] = [];
  for (const { perRegion, memoryMb } of SIZES) {
    progress(`(f) a sweep with ${perRegion} snapshots in each of two regions`);
    const measured: Measured = { checkout, perRegion, memoryMb: given ?? memoryMb };
    figures.push(await inChild(__filename, JSON.stringify(measured)));
  }
  return figures;
}

interface Growth {
  cpu: number;
  memory: number;
}

/**
 * Returns by how much CPU time and resident memory grow at most from one size to the next, as a share of what n log n
 * would grow. Leaves out the quota, which is so close to the next size that noise would decide.
 */
export function growthOf(figures: readonly SweepFigure[]): Growth {
  const sizes = figures.filter(({ perRegion }) => perRegion !== SNAPSHOT_QUOTA);
  const work = ({ perRegion }: SweepFigure) => perRegion * Math.log(perRegion);
  const most = (of: (figure: SweepFigure) => number) => {
    const shares = sizes.slice(1).map((figure, at) => {
      const before = sizes[at] ?? figure;
      return of(figure) / of(before) / (work(figure) / work(before));
    });
    return Math.max(...shares);
  };
  return { cpu: most(({ cpuMs }) => cpuMs), memory: most(({ peakMiB }) => peakMiB) };
}

const SWEEPS_A_MONTH = 24 * 30;

/** Returns what a sweep takes on a processor as fast as this one, in seconds, and what a month's cost in USD. */
export function onLambda({ cpuMs, memoryMb }: SweepFigure): { seconds: number; usd: number } {
  const seconds = (cpuMs / 1_000) * Math.max(1, WHOLE_PROCESSOR_MB / memoryMb);
  const gbSeconds = seconds * (memoryMb / 1_024);
  return { seconds, usd: lambdaUsd(gbSeconds * SWEEPS_A_MONTH, SWEEPS_A_MONTH) };
}

printFigure(require.main === module, ([measured = ""]) => measureHere(JSON.parse(measured) as Measured));
