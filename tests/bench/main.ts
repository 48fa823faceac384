/** Implements `npm run bench`: the vault's cost in calls, time, memory, bytes and dollars, against its lower bounds. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Table from "cli-table3";
import { Option, program } from "commander";
import { alarmTable } from "../../src/stack/monitoring/alarmTable";
import { SETTINGS } from "../support/world";
import { type ArchiveFigure, measureArchive } from "./archive";
import { type CallFigure, measureCalls } from "./calls";
import { type CostLine, monthlyCost } from "./cost";
import { type MakespanFigure, measureMakespans } from "./makespan";
import { metricHoursOfANight } from "./metricHours";
import { type PlanFigure, measurePlans } from "./plan";
import { type SweepFigure, measureSweep } from "./sweep";

/** Measurements; the rest is left out. */
interface Figures {
  calls?: CallFigure[];
  makespan?: MakespanFigure[];
  plan?: PlanFigure[];
  archive?: ArchiveFigure;
  sweeps?: SweepFigure[];
  cost?: CostLine[];
}

interface Options {
  only?: string[];
  events: boolean;
}

/** Benches in the order in which they are measured: those that the machine's load changes come first. */
const SECTIONS = ["archive", "plan", "sweep", "calls", "makespan"];

const JSON_FILE = join(__dirname, "..", "..", "coverage", "bench.json");
const FLEETS = [10, 50, 200];
const SIZES = [100, 1_000, 10_000, 100_000];
/** Snapshots in each of two regions; the last is AWS's quota. */
const PER_REGION = [500, 5_000, 50_000, 100_000];
/** The default `memoryMb`. */
const MEMORY_MB = 512;
const AT_ONCE = { snapshot: 0, copy: 0 };
const AS_EC2 = { snapshot: 3, copy: 12 };

function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function measureNights(): Promise<CallFigure[]> {
  const calls: CallFigure[] = [];
  for (const pending of [AT_ONCE, AS_EC2]) {
    for (const fleet of FLEETS) {
      progress(`(a) a night of ${fleet} instances, copies pending for ${pending.copy} minutes`);
      calls.push(await measureCalls(fleet, pending));
    }
  }
  return calls;
}

/** Cost of the machinery, by the night of 50 instances with two volumes each. */
async function costOf(calls: readonly CallFigure[]): Promise<CostLine[]> {
  const night = calls.find(({ instances, pendingMinutes }) => instances === 50 && pendingMinutes === AS_EC2);
  return monthlyCost({
    invocations: (night?.invocations ?? 0) + 24,
    seconds: 2,
    memoryGb: 0.5,
    logKb: 200,
    metricHours: await metricHoursOfANight(),
    alarms: alarmTable({
      ...SETTINGS,
      drRegions: ["us-west-2"],
      timeoutSeconds: 600,
      memoryMb: 512,
      maxRecoveryPointAgeHours: 0,
      copyOverdueHours: 24,
    }).length,
    dashboards: 1,
  });
}

async function measure({ only = SECTIONS, events }: Options): Promise<Figures> {
  const figures: Figures = {};
  if (only.includes("archive")) {
    progress("(d) the archive");
    figures.archive = await measureArchive();
  }
  if (only.includes("plan")) figures.plan = await measurePlans(SIZES, progress);
  if (only.includes("sweep")) {
    figures.sweeps = [];
    for (const perRegion of PER_REGION) {
      progress(`(f) a sweep with ${perRegion} snapshots in each of two regions`);
      figures.sweeps.push(await measureSweep(perRegion, MEMORY_MB));
    }
  }
  if (only.includes("calls")) {
    figures.calls = await measureNights();
    figures.cost = await costOf(figures.calls);
  }
  if (only.includes("makespan")) figures.makespan = await measureMakespans(events, progress);
  return figures;
}

function verdict(value: number, target: number): string {
  return value <= target ? "met" : "missed";
}

function callRow(figure: CallFigure): string[] {
  const { instances, pendingMinutes, ratio, total, floor, kms, invocations } = figure;
  const [kind, target] = pendingMinutes.copy === 0 ? ["snapshots at once", 1.05] : ["as EC2 takes", 1.15];
  return [
    `(a) EC2 calls, ${instances} instances, ${kind}`,
    `${total} of ${floor}: ${ratio.toFixed(3)}; ${kms} of KMS in ${invocations} invocations`,
    `≤ ${target}`,
    verdict(ratio, target),
  ];
}

function makespanRow(figure: MakespanFigure): string[] {
  const { snapshots, copyMinutes, copies, isSpread, isTimerAlone, gatheredMs, ratio, invocations, describes, usd } =
    figure;
  const around = isSpread ? "around " : "";
  const stretch = copies < snapshots ? `, the first ${copies}` : "";
  const events = gatheredMs === undefined ? "" : `, with events gathered for ${gatheredMs / 1_000} s`;
  const alone = isTimerAlone === true ? ", by the timer alone" : "";
  const isTarget = isTimerAlone !== true && !isSpread;
  const target = snapshots > 10_000 ? 1.2 : snapshots > 1_000 ? 1.15 : 1.1;
  return [
    `(b) ${snapshots} copies of ${around}${copyMinutes} minutes${stretch}${alone}${events}`,
    `${ratio.toFixed(2)}: ${invocations} invocations, ${describes} reads, ${usd.toFixed(4)} USD`,
    isTarget ? `≤ ${target} of the bound` : "",
    isTarget ? verdict(ratio, target) : "",
  ];
}

function planRow({ snapshots, cpuMs, peakMiB }: PlanFigure): string[] {
  return [
    `(c) plan, ${snapshots} snapshots`,
    `${cpuMs.toFixed(0)} ms, ${peakMiB.toFixed(0)} MiB`,
    snapshots === 100_000 ? "< 1,000 ms, < 300 MiB" : "",
    snapshots === 100_000 ? verdict(Math.max(cpuMs / 1_000, peakMiB / 300), 1) : "",
  ];
}

function sweepRow({ perRegion, memoryMb, cpuMs, peakMiB }: SweepFigure): string[] {
  return [
    `(f) a sweep of the archive, ${perRegion} snapshots in each of two regions`,
    `${cpuMs.toFixed(0)} ms of CPU, ${peakMiB.toFixed(0)} MiB resident of ${memoryMb}`,
    "≤ 400 MiB",
    verdict(peakMiB, 400),
  ];
}

function archiveRows({ compressedMiB, unpackedMiB, loadMs, loadCpuMs }: ArchiveFigure): string[][] {
  return [
    [
      "(d) archive, compressed",
      `${compressedMiB.toFixed(2)} MiB (${unpackedMiB.toFixed(1)} unpacked)`,
      "< 0.35 MiB",
      verdict(compressedMiB, 0.35),
    ],
    [
      "(d) cold load, the least of seven",
      `${loadMs.toFixed(0)} ms (${loadCpuMs.toFixed(0)} ms of CPU)`,
      "< 150 ms",
      verdict(loadMs, 150),
    ],
  ];
}

/** Returns a line per item, to show what makes it expensive. */
function costRows(cost: readonly CostLine[]): string[][] {
  const total = cost.reduce((sum, { usd }) => sum + usd, 0);
  const beyond = cost.reduce((sum, { usdBeyondFree }) => sum + usdBeyondFree, 0);
  const amount = (usd: number) => `${usd.toFixed(2)} USD`;
  return [
    ["(e) machinery a month, 100 volumes", amount(total), "< 2 USD", verdict(total, 2)],
    ["(e) … beyond the free tiers of CloudWatch and SQS", amount(beyond), "< 2 USD", verdict(beyond, 2)],
    ...cost.map(({ what, usd, usdBeyondFree }) => [
      `    ${what}`,
      usd === usdBeyondFree ? amount(usd) : `${amount(usd)}; ${amount(usdBeyondFree)}`,
      "",
      "",
    ]),
  ];
}

function rows({ calls = [], makespan = [], plan = [], sweeps = [], archive, cost }: Figures): string[][] {
  return [
    ...calls.map(callRow),
    ...makespan.map(makespanRow),
    ...plan.map(planRow),
    ...sweeps.map(sweepRow),
    ...(archive === undefined ? [] : archiveRows(archive)),
    ...(cost === undefined ? [] : costRows(cost)),
  ];
}

async function main(): Promise<void> {
  const only = new Option("--only <what...>", "measure only this").choices(SECTIONS);
  program
    .name("npm run bench --")
    .addOption(only)
    .option(
      "--events",
      "(b) also by the timer alone, and with EBS's events, which the vault does not use (ADR 27)",
      false,
    )
    .parse();
  const figures = await measure(program.opts<Options>());
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
