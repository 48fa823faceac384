/** Implements `npm run bench`: the vault's cost in calls, time, memory, bytes and dollars, against its lower bounds. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Table from "cli-table3";
import { Option, program } from "commander";
import { alarmTable } from "../../src/stack/monitoring/alarmTable";
import { SETTINGS } from "../support/world";
import { measureArchive } from "./archive";
import { type CallFigure, measureCalls } from "./calls";
import { ROOT } from "./checkout";
import { type CostLine, monthlyCost } from "./cost";
import { type Base, type Figures, machineName, readBase } from "./figures";
import { measureMakespans } from "./makespan";
import { metricHoursOfANight } from "./metricHours";
import { measurePlans } from "./plan";
import { rowsOf } from "./rows";
import { measureSweeps } from "./sweep";

interface Options {
  only: string[];
  events: boolean;
  checkout: string;
  memory?: number;
  json: boolean;
}

/** Benches in the order in which they are measured: those that the machine's load changes come first. */
const SECTIONS = ["archive", "plan", "sweep", "calls", "makespan"];

const JSON_FILE = join(ROOT, "coverage", "bench.json");
const FLEETS = [10, 50, 200];
const SIZES = [100, 1_000, 10_000, 100_000];
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

async function measure({ only, events, checkout, memory }: Options): Promise<Figures> {
  const figures: Figures = {};
  const from = resolve(checkout);
  if (only.includes("archive")) {
    progress("(d) the archive");
    figures.archive = await measureArchive(from);
  }
  if (only.includes("plan")) figures.plan = await measurePlans(from, SIZES, progress);
  if (only.includes("sweep")) figures.sweeps = await measureSweeps(from, memory, progress);
  if (only.includes("calls")) {
    figures.calls = await measureNights();
    figures.cost = await costOf(figures.calls);
  }
  if (only.includes("makespan")) figures.makespan = await measureMakespans(events, progress);
  return figures;
}

function tableOf(figures: Figures, base: Base): string {
  const head = ["what", "figure", `of ${base.commit}`, "goal", ""];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { what, figure, ofBase = "", goal = "", verdict = "" } of rowsOf(figures, base)) {
    table.push([what, figure, ofBase, goal, verdict]);
  }
  return `${table.toString()}
${base.commit} was measured on ${base.machine}; this is ${machineName()}. On another machine, measure it there
(--checkout) before you compare times.
`;
}

async function main(): Promise<void> {
  const only = new Option("--only <what...>", "measure only this").choices(SECTIONS).default(SECTIONS, "all");
  program
    .name("npm run bench --")
    .addOption(only)
    .option(
      "--events",
      "(b) also by the timer alone, and with EBS's events, which the vault does not use (ADR 27)",
      false,
    )
    .option("--checkout <folder>", "measure another checkout's archive; not (a) and (b)", ROOT)
    .option("--memory <mb>", "(f) with this memory instead of the advised one", Number)
    .option("--json", "print the figures as JSON, not as a table", false)
    .parse();
  const options = program.opts<Options>();
  const figures = await measure(options);
  const json = `${JSON.stringify(figures, undefined, 2)}\n`;
  mkdirSync(dirname(JSON_FILE), { recursive: true });
  writeFileSync(JSON_FILE, json);
  process.stdout.write(options.json ? json : `${tableOf(figures, readBase())}${JSON_FILE}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
