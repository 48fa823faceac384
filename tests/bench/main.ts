/** `npm run bench`: what the vault costs in calls, time, memory, bytes and dollars, against what it could not go below. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Table from "cli-table3";
import { type ArchiveFigure, measureArchive } from "./archive";
import { type CallFigure, measureCalls } from "./calls";
import { type CostLine, monthlyCost } from "./cost";
import { type PlanFigure, measurePlan } from "./plan";

interface Figures {
  calls: CallFigure[];
  plan: PlanFigure[];
  archive: ArchiveFigure;
  cost: CostLine[];
}

const JSON_FILE = join(__dirname, "..", "..", "coverage", "bench.json");
const FLEETS = [10, 50, 200];
const SIZES = [100, 1_000, 10_000, 100_000];
const AT_ONCE = { snapshot: 0, copy: 0 };
const AS_EC2 = { snapshot: 3, copy: 12 };

function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function measure(): Promise<Figures> {
  progress("(d) the archive");
  const archive = await measureArchive();
  const plan: PlanFigure[] = [];
  for (const size of SIZES) {
    progress(`(c) planning ${size} snapshots`);
    plan.push(await measurePlan(size));
  }
  const calls: CallFigure[] = [];
  for (const pending of [AT_ONCE, AS_EC2]) {
    for (const fleet of FLEETS) {
      progress(`(a) a night of ${fleet} instances, copies pending for ${pending.copy} minutes`);
      calls.push(await measureCalls(fleet, pending));
    }
  }
  const night = calls.find(
    ({ instances, pendingMinutes }) => instances === 50 && pendingMinutes === AS_EC2,
  );
  const cost = monthlyCost({
    invocations: (night?.invocations ?? 0) + 24,
    seconds: 2,
    memoryGb: 0.5,
    logKb: 200,
    metricHours: 8,
    alarms: 2,
  });
  return { calls, plan, archive, cost };
}

function verdict(value: number, target: number): string {
  return value <= target ? "met" : "missed";
}

function rows({ calls, plan, archive, cost }: Figures): string[][] {
  const total = cost.reduce((sum, { usd }) => sum + usd, 0);
  return [
    ...calls.map(({ instances, pendingMinutes, ratio, total: made, floor }) => [
      `(a) EC2 calls, ${instances} instances, ${pendingMinutes.copy === 0 ? "snapshots at once" : "as EC2 takes"}`,
      `${made} of ${floor}: ${ratio.toFixed(3)}`,
      "≤ 1.05",
      verdict(ratio, 1.05),
    ]),
    ...plan.map(({ snapshots, cpuMs, peakMiB }) => [
      `(c) plan, ${snapshots} snapshots`,
      `${cpuMs.toFixed(0)} ms, ${peakMiB.toFixed(0)} MiB`,
      snapshots === 100_000 ? "< 1,000 ms, < 300 MiB" : "",
      snapshots === 100_000 ? verdict(Math.max(cpuMs / 1_000, peakMiB / 300), 1) : "",
    ]),
    [
      "(d) archive, compressed",
      `${archive.compressedMiB.toFixed(2)} MiB (${archive.unpackedMiB.toFixed(1)} unpacked)`,
      "< 4 MiB",
      verdict(archive.compressedMiB, 4),
    ],
    ["(d) cold load", `${archive.loadMs.toFixed(0)} ms`, "< 300 ms", verdict(archive.loadMs, 300)],
    ["(e) machinery a month, 100 volumes", `${total.toFixed(2)} USD`, "< 2 USD", verdict(total, 2)],
  ];
}

async function main(): Promise<void> {
  const figures = await measure();
  mkdirSync(dirname(JSON_FILE), { recursive: true });
  writeFileSync(JSON_FILE, `${JSON.stringify(figures, undefined, 2)}\n`);
  const table = new Table({
    head: ["what", "figure", "target", ""],
    style: { head: [], border: [] },
  });
  table.push(...rows(figures));
  process.stdout.write(`${table.toString()}\n${JSON_FILE}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
