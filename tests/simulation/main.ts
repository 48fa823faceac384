/**
 * Implements `npm run simulate`: years of the vault in virtual time. Exits with 0 when no rule was broken, 1 when one
 * was, 2 when its arguments were wrong or it failed itself, 130 when it was interrupted, after reporting what it found
 * so far.
 */
import { Command } from "commander";
import pc from "picocolors";
import { buildArchive } from "./archiveSource";
import { type SeedOptions, exitWith, handOut, makeProgress, whole, withSeedOptions } from "./commandLine";
import { type Work, playSeeds } from "./seedPool";
import { simulate } from "./simulate";
import { add, failureText, makeTotals, summaryText } from "./summary";
import { SIMULATION } from "./workers";

interface Options extends SeedOptions {
  seeds: number;
}

function parse(argv: readonly string[]): Options {
  const command = new Command("simulate")
    .description("Runs the vault against a model of AWS with limits and faults, in virtual time.")
    .option("--seed <n>", "replay one seed and print its story", whole(0))
    .option("--seeds <k>", "how many seeds", whole(1), 100);
  return withSeedOptions(command, 60).parse(argv).opts<Options>();
}

async function replayOne(seed: number, work: Work, { json, archive }: Options): Promise<number> {
  const listen = (line: string) => {
    console.log(line);
  };
  const notifying = { ...work, ...(!json && { listen }) };
  const result = await simulate(seed, work.days, SIMULATION.sourceFor(work), notifying);
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else {
    for (const { rule, day, detail } of result.violations) {
      console.log(pc.red(`day ${day}: ${rule}: ${detail}`));
    }
    console.log(`trace hash ${result.hash}, of the calls ${result.callsHash}${archive ? " (archive)" : ""}`);
  }
  return result.violations.length === 0 ? 0 : 1;
}

async function runMany(work: Work, options: Options): Promise<number> {
  const { seeds, first, days, jobs, json, archive, bail } = options;
  const startMs = performance.now();
  const totals = makeTotals(days);
  const progress = makeProgress(seeds, "seeds");
  const say = () => {
    const elapsedMs = performance.now() - startMs;
    if (json) console.log(JSON.stringify({ ...totals, elapsedMs: Math.round(elapsedMs) }, undefined, 2));
    else console.log(summaryText(totals, elapsedMs));
  };
  const isOver = () => bail && totals.failed.length > 0;
  const { next, done } = handOut({ first, total: seeds, unit: "seeds", isOver, say });
  await playSeeds(SIMULATION, { ...work, jobs }, next, (result) => {
    done(result.seed);
    add(totals, result);
    if (result.violations.length > 0 && !json) console.log(failureText(result, archive));
    progress(totals.seeds, totals.failed.length);
  });
  say();
  return totals.failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parse(process.argv);
  const work: Work = { days: options.days, bail: options.bail };
  if (options.archive) work.indexFile = await buildArchive();
  if (options.seed !== undefined) return replayOne(options.seed, work, options);
  return runMany(work, options);
}

exitWith(main());
