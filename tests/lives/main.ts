/**
 * Implements `npm run lives`: years of edits and events, with an oracle of its own at every deletion. Exits with 0 when
 * no rule was broken, 1 when one was, 2 when its arguments were wrong or it failed itself, 130 when it was interrupted,
 * after reporting what it found so far.
 */
import { Command } from "commander";
import pc from "picocolors";
import { buildArchive } from "../simulation/archiveSource";
import { type SeedOptions, exitWith, handOut, makeProgress, whole, withSeedOptions } from "../simulation/commandLine";
import { type Work, playSeeds } from "../simulation/seedPool";
import { type LifeResult, playLife } from "./life";
import { LIVES } from "./lifeWorkers";

interface Options extends SeedOptions {
  lives: number;
  onlyRetention: boolean;
  outages: boolean;
}

function parse(argv: readonly string[]): Options {
  const command = new Command("lives")
    .description("Plays years of edits, tags, volumes and regions, and looks at every deletion.")
    .option("--seed <n>", "replay one life and print it", whole(0))
    .option("--lives <n>", "how many", whole(1), 100)
    .option(
      "--only-retention",
      "without exclusions, keys, encryption, locks, time zones, tag keys, dry runs, lost timers, outages and several edits at once",
      false,
    )
    .option("--no-outages", "without DR regions that cannot be read for a while");
  return withSeedOptions(command, 365).parse(argv).opts<Options>();
}

function failureText({ seed, days, violations, lastEvents }: LifeResult, options: Options): string {
  const { archive, onlyRetention, outages } = options;
  const flags = { "--archive": archive, "--only-retention": onlyRetention, "--no-outages": !outages };
  const more = Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [flag] : []));
  return [
    pc.red(`life ${seed}`),
    ...violations.map(({ rule, day, detail }) => `  day ${day}: ${pc.bold(rule)}: ${detail}`),
    "  the last events before the first:",
    ...lastEvents.map((line) => `    ${line.slice(0, 400)}`),
    `  replay: npm run lives -- ${[`--seed ${seed} --days ${days}`, ...more].join(" ")}`,
  ].join("\n");
}

async function replay(seed: number, work: Work, { json, archive }: Options) {
  const listen = (line: string) => {
    console.log(line);
  };
  const result = await playLife(seed, work.days, LIVES.sourceFor(work), {
    ...work,
    ...(!json && { listen }),
  });
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else {
    for (const { rule, day, detail } of result.violations) console.log(pc.red(`day ${day}: ${rule}: ${detail}`));
    console.log(`trace hash ${result.hash}${archive ? " (archive)" : ""}`);
  }
  return result.violations.length === 0 ? 0 : 1;
}

async function playMany(work: Work, options: Options): Promise<number> {
  const { lives, first, days, jobs, json, bail } = options;
  const startMs = performance.now();
  const progress = makeProgress(lives, "lives");
  const counts: Record<string, number> = {};
  const failed: LifeResult[] = [];
  let played = 0;
  const say = () => {
    const elapsedMs = Math.round(performance.now() - startMs);
    if (json) {
      console.log(JSON.stringify({ lives: played, days, counts, failed, elapsedMs }, undefined, 2));
      return;
    }
    for (const name of Object.keys(counts).sort()) console.log(`  ${name.padEnd(44)} ${counts[name] ?? 0}`);
    const verdict = failed.length === 0 ? pc.green("no rule was broken") : pc.red(`${failed.length} broke a rule`);
    console.log(`${played} lives of ${days} days in ${(elapsedMs / 1_000).toFixed(0)} s: ${verdict}`);
  };
  const isOver = () => bail && failed.length > 0;
  const { next, done } = handOut({ first, total: lives, unit: "lives", isOver, say });
  // Later violations say nothing more after a broken rule.
  await playSeeds(LIVES, { ...work, bail: true, jobs }, next, (result) => {
    done(result.seed);
    played += 1;
    for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count;
    if (result.violations.length > 0) {
      failed.push(result);
      if (!json) console.log(failureText(result, options));
    }
    progress(played, failed.length);
  });
  say();
  return failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parse(process.argv);
  const { days, bail, seed, archive, onlyRetention, outages } = options;
  const work: Work = { days, bail, onlyRetention, outages, ...(archive && { indexFile: await buildArchive() }) };
  return seed === undefined ? playMany(work, options) : replay(seed, work, options);
}

exitWith(main());
