/**
 * `npm run lives`: years of edits and events, with an oracle of its own at every deletion.
 * Exits with 0 when no rule was broken, 1 when one was, 2 when it was asked wrongly or broke itself.
 */
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { buildArchive } from "../simulation/archiveSource";
import { type LifeResult, playLife } from "./life";
import { type LifeWork, playLives, sourceOf } from "./lifeWorkers";

interface Options {
  seed?: number;
  lives: number;
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
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} on, got "${text}".`);
  };
}

function parse(argv: readonly string[]): Options {
  return new Command("lives")
    .description("Plays years of edits, tags, volumes and regions, and looks at every deletion.")
    .option("--seed <n>", "replay one life and tell it", whole(0))
    .option("--lives <n>", "how many", whole(1), 100)
    .option("--first <n>", "the first of them", whole(0), 1)
    .option("--days <d>", "days of each", whole(2), 365)
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

function failureText({ seed, days, violations, lastEvents }: LifeResult, archive: boolean): string {
  return [
    pc.red(`life ${seed}`),
    ...violations.map(({ rule, day, detail }) => `  day ${day}: ${pc.bold(rule)}: ${detail}`),
    "  the last events before the first:",
    ...lastEvents.map((line) => `    ${line.slice(0, 400)}`),
    `  replay: npm run lives -- --seed ${seed} --days ${days}${archive ? " --archive" : ""}`,
  ].join("\n");
}

async function replay(seed: number, work: LifeWork, { json, bail, archive }: Options) {
  const listen = (line: string) => {
    console.log(line);
  };
  const result = await playLife(seed, work.days, sourceOf(work), {
    bail,
    ...(!json && { listen }),
  });
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else {
    for (const { rule, day, detail } of result.violations) console.log(pc.red(`day ${day}: ${rule}: ${detail}`)); // prettier-ignore
    console.log(`trace hash ${result.hash}${archive ? " (archive)" : ""}`);
  }
  return result.violations.length === 0 ? 0 : 1;
}

function progressOf(lives: number, startMs: number) {
  const everyMs = process.stderr.isTTY ? 500 : 30_000;
  let lastMs = startMs;
  return (played: number, failed: number) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < everyMs) return;
    lastMs = nowMs;
    const perSecond = played / ((nowMs - startMs) / 1_000);
    const line = `${played}/${lives} lives, ${perSecond.toFixed(2)} a second, ${failed} failed`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}  ` : `${line}\n`);
  };
}

async function playMany(work: LifeWork, options: Options): Promise<number> {
  const { lives, first, days, jobs, json, archive, bail } = options;
  const startMs = performance.now();
  const progress = progressOf(lives, startMs);
  const counts: Record<string, number> = {};
  const failed: LifeResult[] = [];
  let [given, played] = [0, 0];
  const next = () => (given >= lives || (bail && failed.length > 0) ? undefined : first + given++);
  // What follows from a broken rule says nothing more.
  await playLives({ ...work, bail: true }, jobs, next, (result) => {
    played += 1;
    for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count; // prettier-ignore
    if (result.violations.length > 0) {
      failed.push(result);
      if (!json) console.log(failureText(result, archive));
    }
    progress(played, failed.length);
  });
  const elapsedMs = Math.round(performance.now() - startMs);
  if (json)
    console.log(JSON.stringify({ lives: played, days, counts, failed, elapsedMs }, undefined, 2)); // prettier-ignore
  else {
    for (const name of Object.keys(counts).sort()) console.log(`  ${name.padEnd(44)} ${counts[name] ?? 0}`); // prettier-ignore
    const verdict = failed.length === 0 ? pc.green("no rule was broken") : pc.red(`${failed.length} broke a rule`); // prettier-ignore
    console.log(`${played} lives of ${days} days in ${(elapsedMs / 1_000).toFixed(0)} s: ${verdict}`); // prettier-ignore
  }
  return failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parse(process.argv);
  const { days, bail, seed, archive } = options;
  const work: LifeWork = { days, bail, ...(archive && { indexFile: await buildArchive() }) };
  return seed === undefined ? playMany(work, options) : replay(seed, work, options);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
