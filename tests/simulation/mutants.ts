/**
 * `npm run simulate:mutants`: shows that the simulation can fail. Each mutant of mutantList.ts is applied to a copy of
 * the sources, and the simulation is run on it until a seed breaks a rule; `-- lock stand-in`: those alone with one of these
 * words in their name. Exits with 1 where a mutant survives, 2 where the list does not fit the sources any more.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import { type Mutant, MUTANTS } from "./mutantList";
import { mutated } from "./mutate";
import type { Totals } from "./summary";

const ROOT = join(__dirname, "..", "..");
const COPIED = ["src", "tests", "package.json", "tsconfig.json"];
/** How many seeds a mutant may live through, of how many days. */
const SEEDS = 400;
const DAYS = 20;

interface Caught {
  seeds: number;
  seed?: number;
  rule?: string;
}

/** Runs the copy's own simulation, in a process of its own. */
function hunt(folder: string): Caught {
  const main = join(folder, "tests", "simulation", "main.ts");
  const args = ["-r", "ts-node/register/transpile-only", main, "--json", "--bail", "--jobs", "2"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, "--seeds", String(SEEDS), "--days", String(DAYS)],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0 && status !== 1) throw new Error(`the simulation ended with ${String(status)}:\n${stderr}`); // prettier-ignore
  const totals = JSON.parse(stdout) as Totals;
  const [failed] = totals.failed;
  return { seeds: totals.seeds, seed: failed?.seed, rule: failed?.violations[0]?.rule };
}

/** All before the first is run, which takes a while; none where one does not fit. */
function textsOf(chosen: readonly Mutant[]): { mutant: Mutant; text: string }[] | undefined {
  try {
    return chosen.map((mutant) => ({ mutant, text: mutated(mutant) }));
  } catch (error) {
    console.error(pc.red((error as Error).message));
    return undefined;
  }
}

function main(): number {
  const words = process.argv.slice(2);
  const chosen = MUTANTS.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (chosen.length === 0) {
    console.error(`no mutant has any of these words in its name: ${words.join(", ")}`);
    return 2;
  }
  const mutations = textsOf(chosen);
  if (mutations === undefined) return 2;
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-mutants-"));
  const table = new Table({ head: ["mutant", "file", "caught by", "seed", "seeds run"] });
  let survivors = 0;
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
    for (const { mutant, text } of mutations) {
      const file = join(folder, "src", "vault", mutant.file);
      const original = readFileSync(file, "utf8");
      writeFileSync(file, text);
      const { rule, seed, seeds } = hunt(folder);
      writeFileSync(file, original);
      if (rule === undefined) survivors += 1;
      const verdict = rule ?? pc.red("SURVIVED");
      console.error(`${mutant.name}: ${verdict}`);
      table.push([mutant.name, mutant.file, verdict, String(seed ?? ""), String(seeds)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(table.toString());
  console.log(`${chosen.length - survivors} of ${chosen.length} mutants caught`);
  return survivors === 0 ? 0 : 1;
}

process.exit(main());
