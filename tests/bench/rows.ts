/** The bench's table: each figure, its ratio to the base's, its goal, and by how much it misses that. */
import type { ArchiveFigure } from "./archive";
import type { CallFigure } from "./calls";
import type { CostLine } from "./cost";
import type { Base, Figures } from "./figures";
import type { MakespanFigure } from "./makespan";
import type { PlanFigure } from "./plan";
import { SNAPSHOT_QUOTA, type SweepFigure, growthOf, onLambda } from "./sweep";

export interface Row {
  what: string;
  figure: string;
  /** Ratio to the base's figure, or that figure where a ratio says nothing. */
  ofBase?: string;
  /** Absent for what is only shown. */
  goal?: string;
  verdict?: string;
}

/** What is measured, with the limit that it may reach. */
type Limit = [value: number, limit: number];

/** Returns whether all limits are kept, or by how much the worst is missed. */
function verdict(...limits: Limit[]): string {
  const worst = Math.max(...limits.map(([value, limit]) => value / limit));
  return worst <= 1 ? "met" : `missed by ${Math.max(1, Math.round((worst - 1) * 100))} %`;
}

function of(value: number, base: number | undefined): string | undefined {
  return base === undefined ? undefined : (value / base).toFixed(2);
}

/** Sizes of a sweep that have a goal. */
const WITH_GOAL = [SNAPSHOT_QUOTA / 2, SNAPSHOT_QUOTA];
/** Size of a plan that has one. */
const LARGEST_PLAN = 100_000;

function callRow(figure: CallFigure, base: Base): Row {
  const { instances, pendingMinutes, ratio, total, floor, kms, invocations } = figure;
  const { copy } = pendingMinutes;
  const [kind, goal] = copy === 0 ? ["snapshots at once", 1.05] : ["as EC2 takes", 1.15];
  const before = base.calls.find((one) => one.instances === instances && one.copyMinutes === copy);
  return {
    what: `(a) EC2 calls, ${instances} instances, ${kind}`,
    figure: `${total} of ${floor}: ${ratio.toFixed(3)}; ${kms} of KMS in ${invocations} invocations`,
    ofBase: before && `${before.total} calls`,
    goal: `≤ ${goal}`,
    verdict: verdict([ratio, goal]),
  };
}

/** Ratios to AWS's limits that copies of two minutes may reach, by the number of snapshots. */
const MOST_OF_LEAST: Readonly<Record<number, number>> = { 100: 1.1, 1_000: 1.1, 10_000: 1.15, 100_000: 1.2 };
/** The ratio that copies of twenty minutes may reach. */
const MOST_OF_LEAST_LONG = 1.2;

function makespanRow(figure: MakespanFigure, base: Base): Row {
  const { snapshots, copyMinutes, copies, isSpread, isTimerAlone, gatheredMs } = figure;
  const { ratio, invocations, describes, usd } = figure;
  const around = isSpread ? "around " : "";
  const stretch = copies < snapshots ? `, the first ${copies}` : "";
  const events = gatheredMs === undefined ? "" : `, with events gathered for ${gatheredMs / 1_000} s`;
  const alone = isTimerAlone === true ? ", by the timer alone" : "";
  const row: Row = {
    what: `(b) ${snapshots} copies of ${around}${copyMinutes} minutes${stretch}${alone}${events}`,
    figure: `${ratio.toFixed(2)}: ${invocations} invocations, ${describes} reads, ${usd.toFixed(4)} USD`,
  };
  if (isTimerAlone === true || isSpread) return row;
  const before = base.makespan.find((one) => one.snapshots === snapshots && one.copyMinutes === copyMinutes);
  if (before === undefined) return row;
  const limit = copyMinutes === 2 ? (MOST_OF_LEAST[snapshots] ?? MOST_OF_LEAST_LONG) : MOST_OF_LEAST_LONG;
  const most = before.invocations;
  return {
    ...row,
    ofBase: most === undefined ? before.ratio.toFixed(2) : `${before.ratio.toFixed(2)}, ${most} invocations`,
    goal: most === undefined ? `≤ ${limit}` : `≤ ${limit}, ≤ ${most} invocations`,
    verdict: verdict([ratio, limit], ...(most === undefined ? [] : ([[invocations, most]] satisfies Limit[]))),
  };
}

function planRow({ snapshots, cpuMs, peakMiB }: PlanFigure, base: Base): Row {
  const before = base.plan.find((one) => one.snapshots === snapshots);
  const row = {
    what: `(c) plan as deployed, ${snapshots} snapshots`,
    figure: `${cpuMs.toFixed(0)} ms of CPU, ${peakMiB.toFixed(0)} MiB`,
    ofBase: of(cpuMs, before?.cpuMs),
  };
  if (snapshots !== LARGEST_PLAN || before === undefined) return row;
  const limits: Limit[] = [
    [cpuMs / before.cpuMs, 0.3],
    [peakMiB, 300],
  ];
  return { ...row, goal: "≤ 0.3 of the CPU, < 300 MiB", verdict: verdict(...limits) };
}

function archiveRows({ compressedMiB, unpackedMiB, loadMs, loadCpuMs }: ArchiveFigure, { archive }: Base): Row[] {
  return [
    {
      what: "(d) archive, compressed",
      figure: `${compressedMiB.toFixed(2)} MiB (${unpackedMiB.toFixed(1)} unpacked)`,
      ofBase: of(compressedMiB, archive.compressedMiB),
      goal: "< 0.35 MiB",
      verdict: verdict([compressedMiB, 0.35]),
    },
    {
      what: "(d) cold load, the least of seven",
      figure: `${loadCpuMs.toFixed(0)} ms of CPU (${loadMs.toFixed(0)} ms by the clock)`,
      ofBase: of(loadCpuMs, archive.loadCpuMs),
      goal: "≤ 0.33 of the CPU",
      verdict: verdict([loadCpuMs / archive.loadCpuMs, 0.33]),
    },
  ];
}

function sweepRow(figure: SweepFigure, base: Base): Row {
  const { perRegion, memoryMb, cpuMs, peakMiB, daily } = figure;
  const before = base.sweeps.find((one) => one.perRegion === perRegion);
  const { seconds, usd } = onLambda(figure);
  // With more memory, Node uses more before it cleans up.
  const memory = before?.memoryMb === memoryMb ? `, ${(peakMiB / before.peakMiB).toFixed(2)} of the memory` : "";
  const row = {
    what: `(f) a sweep of the archive, ${perRegion} snapshots in each of two regions`,
    figure:
      `${cpuMs.toFixed(0)} ms of CPU, ${peakMiB.toFixed(0)} MiB resident of ${memoryMb};\n` +
      `the day's first ${daily.cpuMs.toFixed(0)} ms, ${daily.peakMiB.toFixed(0)} MiB;\n` +
      `on Lambda about ${seconds.toFixed(1)} s, hourly ${usd.toFixed(2)} USD per month`,
    ofBase: before && `${(cpuMs / before.cpuMs).toFixed(2)} of the CPU${memory}`,
  };
  if (before === undefined || !WITH_GOAL.includes(perRegion)) return row;
  const limits: Limit[] = [
    [cpuMs / before.cpuMs, 0.15],
    [Math.max(peakMiB, daily.peakMiB), 400],
  ];
  return { ...row, goal: "≤ 0.15 of the CPU, ≤ 400 MiB", verdict: verdict(...limits) };
}

function growthRows(figures: readonly SweepFigure[]): Row[] {
  if (figures.length < 2) return [];
  const { cpu, memory } = growthOf(figures);
  const what = "(f) growth with the number of snapshots, as a share of n log n";
  const figure = `${cpu.toFixed(2)} of CPU, ${memory.toFixed(2)} of memory`;
  return [{ what, figure, goal: "≤ 1", verdict: verdict([cpu, 1], [memory, 1]) }];
}

/** Returns a line per item, to show what makes it expensive. */
function costRows(cost: readonly CostLine[]): Row[] {
  const total = cost.reduce((sum, { usd }) => sum + usd, 0);
  const beyond = cost.reduce((sum, { usdBeyondFree }) => sum + usdBeyondFree, 0);
  const amount = (usd: number) => `${usd.toFixed(2)} USD`;
  const limited = (what: string, usd: number) => ({
    what,
    figure: amount(usd),
    goal: "< 2 USD",
    verdict: verdict([usd, 2]),
  });
  return [
    limited("(e) machinery a month, 100 volumes", total),
    limited("(e) … beyond the free tiers of CloudWatch and SQS", beyond),
    ...cost.map(({ what, usd, usdBeyondFree }) => ({
      what: `    ${what}`,
      figure: usd === usdBeyondFree ? amount(usd) : `${amount(usd)}; ${amount(usdBeyondFree)}`,
    })),
  ];
}

/** Returns the row of what the bench cannot measure, because it is part of that. */
function checkRow({ checks }: Base): Row {
  return { what: "(g) `npm cit`", figure: "not measured here: docs/BENCHMARKS.md", ofBase: checks, goal: "half of it" };
}

/** Returns the rows of all that was measured. */
export function rowsOf(
  { calls = [], makespan = [], plan = [], sweeps = [], archive, cost = [] }: Figures,
  base: Base,
): Row[] {
  return [
    ...plan.map((one) => planRow(one, base)),
    ...(archive === undefined ? [] : archiveRows(archive, base)),
    ...sweeps.map((one) => sweepRow(one, base)),
    ...growthRows(sweeps),
    ...calls.map((one) => callRow(one, base)),
    ...makespan.map((one) => makespanRow(one, base)),
    ...(cost.length === 0 ? [] : [...costRows(cost), checkRow(base)]),
  ];
}
