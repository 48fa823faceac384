/** Sums up many runs: counts, the seeds that broke a rule, and the speed. */
import pc from "picocolors";
import { hashText } from "./random";
import type { SimulationResult } from "./simulate";

export interface Totals {
  seeds: number;
  days: number;
  counts: Record<string, number>;
  /** Number of seeds that had each kind of fault. */
  kinds: Record<string, number>;
  failed: SimulationResult[];
  /** Hash of all seeds' events, in whatever order they were run: the same before and after a change without effect. */
  hash: number;
  /** Hash of their calls alone: also the same after a change of words. */
  callsHash: number;
}

export function makeTotals(days: number): Totals {
  return { seeds: 0, days, counts: {}, kinds: {}, failed: [], hash: 0, callsHash: 0 };
}

export function add(totals: Totals, result: SimulationResult): void {
  totals.seeds += 1;
  totals.hash = (totals.hash ^ hashText(`${result.seed} ${result.hash}`)) >>> 0;
  totals.callsHash = (totals.callsHash ^ hashText(`${result.seed} ${result.callsHash}`)) >>> 0;
  for (const [name, count] of Object.entries(result.counts)) {
    totals.counts[name] = (totals.counts[name] ?? 0) + count;
  }
  for (const kind of result.kinds.length === 0 ? ["none"] : result.kinds) {
    totals.kinds[kind] = (totals.kinds[kind] ?? 0) + 1;
  }
  if (result.violations.length > 0) totals.failed.push(result);
}

/** Returns the command that replays a seed. */
function replay({ seed, days }: SimulationResult, isArchive: boolean): string {
  return `npm run simulate -- --seed ${seed} --days ${days}${isArchive ? " --archive" : ""}`;
}

/** Describes a failed seed: what broke, the last events before, and how to replay it. */
export function failureText(result: SimulationResult, isArchive: boolean): string {
  const { seed, kinds, violations, lastEvents } = result;
  return [
    pc.red(`seed ${seed} (${kinds.join(", ") || "no faults"})`),
    ...violations.map(({ rule, day, detail }) => `  day ${day}: ${pc.bold(rule)}: ${detail}`),
    "  the last events before the first:",
    ...lastEvents.map((line) => `    ${line}`),
    `  replay: ${replay(result, isArchive)}`,
  ].join("\n");
}

function row(name: string, count: number): string {
  return `  ${name.padEnd(44)} ${count.toLocaleString("en-US").padStart(13)}`;
}

export function summaryText(totals: Totals, elapsedMs: number): string {
  const { seeds, days, counts, kinds, failed } = totals;
  const perSecond = (seeds / (elapsedMs / 1_000)).toFixed(2);
  const verdict =
    failed.length === 0 ? pc.green("no rule was broken") : pc.red(`${failed.length} of ${seeds} seeds broke a rule`);
  const hex = (value: number) => value.toString(16).padStart(8, "0");
  return [
    "seeds with each kind of fault:",
    ...Object.keys(kinds)
      .sort()
      .map((name) => row(name, kinds[name] ?? 0)),
    "what happened:",
    ...Object.keys(counts)
      .sort()
      .map((name) => row(name, counts[name] ?? 0)),
    "",
    `trace hash of all: ${hex(totals.hash)}; of their calls: ${hex(totals.callsHash)}`,
    `${seeds} seeds of ${days} days in ${(elapsedMs / 1_000).toFixed(0)} s (${perSecond} seeds a second): ${verdict}`,
  ].join("\n");
}
