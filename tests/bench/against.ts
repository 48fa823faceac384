/**
 * Implements `npm run bench:against -- <folder>`: compares planning with that of another checkout, such as the commit
 * before. Seeded vaults must have the same plan in both; the ratio of CPU time is of cold processes, in turns.
 */
import { rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { program } from "commander";
import { ROOT } from "./checkout";
import { deployedIn, measureOnce } from "./plan";
import { type Planner, sourcePlanner } from "./planner";
import { planHash } from "../support/planHash";
import { type SeededVault, seededVault } from "../support/seededVault";

interface Options {
  seeds: string;
  records: string;
  pairs: string;
  size: string;
  seed?: string;
  deployed: boolean;
}

function hashBy({ takeInventory, planVault }: Planner, vault: SeededVault): string {
  const inventory = takeInventory(vault.world, vault.settings);
  return planHash(inventory, planVault({ ...vault, inventory }));
}

/** Returns the seeds whose plan is another one. */
function differing(other: Planner, seeds: number, records: number): number[] {
  const here = sourcePlanner(ROOT);
  const all = Array.from({ length: seeds }, (_, index) => index + 1);
  return all.filter((seed) => {
    const vault = seededVault(seed, records);
    return hashBy(here, vault) !== hashBy(other, vault);
  });
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function measurePairs([other, here]: [string, string], size: number, options: Options): Promise<string> {
  const seed = options.seed === undefined ? undefined : Number(options.seed);
  const [before, after]: [number[], number[]] = [[], []];
  const peaks: [number[], number[]] = [[], []];
  for (let pair = 0; pair < Number(options.pairs); pair += 1) {
    const was = await measureOnce({ snapshots: size, from: other, seed });
    const is = await measureOnce({ snapshots: size, from: here, seed });
    before.push(was.cpuMs);
    after.push(is.cpuMs);
    peaks[0].push(was.peakMiB);
    peaks[1].push(is.peakMiB);
  }
  const ratios = after.map((ms, index) => ms / (before[index] ?? NaN)).sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [ratios[0], ratios.at(-1)];
  const ratio = `${medianOf(ratios).toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const memory = `${Math.max(...peaks[0]).toFixed(0)} → ${Math.max(...peaks[1]).toFixed(0)} MiB`;
  return `${size}: ${medianOf(before).toFixed(0)} → ${medianOf(after).toFixed(0)} ms, ratio ${ratio}, ${memory}`;
}

async function main(folder: string, options: Options): Promise<void> {
  const other = resolve(folder);
  const [seeds, records, pairs] = [options.seeds, options.records, options.pairs].map(Number) as [
    number,
    number,
    number,
  ];
  const changed = differing(sourcePlanner(other), seeds, records);
  const plans = changed.length === 0 ? "identical" : `DIFFERENT for seeds ${changed.join(", ")}`;
  process.stdout.write(`${seeds} seeded vaults of ${records} records: plans ${plans}\n`);
  if (changed.length > 0) process.exitCode = 1;
  const indexes = options.deployed && pairs > 0 ? [await deployedIn(other), await deployedIn(ROOT)] : [];
  const [was = other, is = ROOT] = indexes;
  for (const size of pairs === 0 ? [] : options.size.split(",").map(Number)) {
    process.stdout.write(`${options.deployed ? "deployed " : ""}${await measurePairs([was, is], size, options)}\n`);
  }
  for (const index of indexes) rmSync(dirname(index), { recursive: true });
}

program
  .name("npm run bench:against --")
  .argument("<folder>", "checkout to compare with, its packages installed")
  .option("--seeds <count>", "seeded vaults to plan", "24")
  .option("--records <count>", "snapshots and copies of each", "2000")
  .option("--pairs <count>", "pairs of cold processes, 0 for none", "7")
  .option("--size <counts>", "snapshots and copies to plan in each, separated by commas", "100000")
  .option("--seed <number>", "measure this seeded vault instead of one in which nothing failed")
  .option("--deployed", "measure the archive's functions instead of the sources", false)
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
