/**
 * `npm run simulate`: years of the vault in virtual time.
 * Exits with 0 when no rule was broken, 1 when one was, 2 when it was asked wrongly or broke itself, 130 when it was
 * interrupted, after telling what it found so far.
 */
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { buildArchive } from "./archiveSource";
import { type SimulationResult, simulate } from "./simulate";
import { type Totals, add, failureText, makeTotals, summaryText } from "./summary";
import { type Work, runSeeds, sourceFor } from "./workers";

const INTERRUPTED = 130;

interface Options {
  seed?: number;
  seeds: number;
  first: number;
  days: number;
  jobs: number;
  archive: boolean;
  json: boolean;
  bail: boolean;
}

function whole(min: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} on, got "${text}".`);
    }
    return value;
  };
}

function parse(argv: readonly string[]): Options {
  return new Command("simulate")
    .description("Runs the vault against a model of AWS with limits and faults, in virtual time.")
    .option("--seed <n>", "replay one seed and tell its story", whole(0))
    .option("--seeds <k>", "how many seeds", whole(1), 100)
    .option("--first <n>", "the first of them", whole(0), 1)
    .option("--days <d>", "days of virtual time a seed", whole(2), 60)
    .option("--jobs <j>", "processes at once", whole(1), 1)
    .option("--archive", "run the serialized archive instead of the sources", false)
    .option("--bail", "stop at the first rule that is broken", false)
    .option("--json", "print one JSON document", false)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    })
    .parse(argv)
    .opts<Options>();
}

/** Overwrites one line of a terminal; says nothing into a file but now and then. */
function makeProgress(total: number): (totals: Totals) => void {
  const startMs = performance.now();
  const { isTTY } = process.stderr;
  const everyMs = isTTY ? 500 : 30_000;
  let lastMs = startMs;
  return ({ seeds, failed }) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < everyMs) return;
    lastMs = nowMs;
    const perSecond = seeds / ((nowMs - startMs) / 1_000);
    const leftMinutes = (total - seeds) / perSecond / 60;
    const line = `${seeds}/${total} seeds, ${perSecond.toFixed(2)} a second, ${leftMinutes.toFixed(1)} minutes left, ${failed.length} failed`;
    process.stderr.write(isTTY ? `\r${line}  ` : `${line}\n`);
  };
}

async function replayOne(seed: number, work: Work, { json, archive }: Options): Promise<number> {
  const listen = (line: string) => {
    console.log(line);
  };
  const telling = { ...work, ...(!json && { listen }) };
  const result = await simulate(seed, work.days, sourceFor(work), telling);
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else {
    for (const { rule, day, detail } of result.violations) {
      console.log(pc.red(`day ${day}: ${rule}: ${detail}`));
    }
    console.log(`trace hash ${result.hash}${archive ? " (archive)" : ""}`);
  }
  return result.violations.length === 0 ? 0 : 1;
}

async function runMany(work: Work, options: Options): Promise<number> {
  const { seeds, first, days, jobs, json, archive, bail } = options;
  const startMs = performance.now();
  const totals = makeTotals(days);
  const progress = makeProgress(seeds);
  let given = 0;
  const underWay = new Set<number>();
  const isOver = () => given >= seeds || (bail && totals.failed.length > 0);
  const next = () => {
    if (isOver()) return undefined;
    const seed = first + given++;
    underWay.add(seed);
    return seed;
  };
  const onResult = (result: SimulationResult) => {
    underWay.delete(result.seed);
    add(totals, result);
    if (result.violations.length > 0 && !json) console.log(failureText(result, archive));
    progress(totals);
  };
  const tell = () => {
    const elapsedMs = performance.now() - startMs;
    if (json)
      console.log(JSON.stringify({ ...totals, elapsedMs: Math.round(elapsedMs) }, undefined, 2));
    else console.log(summaryText(totals, elapsedMs));
  };
  // What hours of work found is not lost.
  process.once("SIGINT", () => {
    tell();
    const from = Math.min(...underWay);
    console.error(`interrupted; go on with --first ${from} --seeds ${first + seeds - from}`);
    process.exit(INTERRUPTED);
  });
  await runSeeds(work, jobs, next, onResult);
  tell();
  return totals.failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parse(process.argv);
  const work: Work = { days: options.days, bail: options.bail };
  if (options.archive) work.indexFile = await buildArchive();
  if (options.seed !== undefined) return replayOne(options.seed, work, options);
  return runMany(work, options);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
