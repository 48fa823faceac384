/** Shows that a command can fail: each mutant is applied to a copy of the sources, and seeds are played on it until one breaks a rule. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import type { Mutant } from "./mutantList";
import { TYPESCRIPT } from "../../support/typescript";
import { mutated } from "./mutate";

const ROOT = join(__dirname, "..", "..", "..");
const COPIED = ["src", "tests", "package.json", "tsconfig.json"];

/** Parameters of a hunt. */
export interface Hunting {
  mutants: readonly Mutant[];
  /** The command's file, from the root. */
  main: string;
  /** More arguments, unless one seed shows the mutant. */
  args?: readonly string[];
  /** `seeds` or `lives`: how the command counts. */
  unit: "seeds" | "lives";
  /** Maximum number of seeds or lives per mutant, and their days. */
  most: number;
  days: number;
}

interface Caught {
  played: number;
  seed?: number;
  rule?: string;
}

interface Totals {
  seeds?: number;
  lives?: number;
  failed: { seed: number; violations: { rule: string }[] }[];
}

/** Runs the copy's own command, in a process of its own. */
function hunt(folder: string, { main, args: more = [], unit, most, days }: Hunting, { shownBy }: Mutant): Caught {
  const args = [...TYPESCRIPT, join(folder, main), "--json", "--bail", "--jobs", "2"];
  const played =
    shownBy === undefined ? { [unit]: most, days } : { [unit]: 1, first: shownBy.seed, days: shownBy.days };
  args.push(...(shownBy === undefined ? more : (shownBy.args ?? [])));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, ...Object.entries(played).flatMap(([name, value]) => [`--${name}`, String(value)])],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0 && status !== 1) throw new Error(`${main} ended with ${String(status)}:\n${stderr}`);
  const totals = JSON.parse(stdout) as Totals;
  const [failed] = totals.failed;
  return { played: totals[unit] ?? 0, seed: failed?.seed, rule: failed?.violations[0]?.rule };
}

/** Returns all texts before the first is run, which takes a while; none if one does not fit. */
function textsOf(chosen: readonly Mutant[]): { mutant: Mutant; text: string }[] | undefined {
  try {
    return chosen.map((mutant) => ({ mutant, text: mutated(mutant) }));
  } catch (error) {
    console.error(pc.red((error as Error).message));
    return undefined;
  }
}

/**
 * @param words selects mutants with one of these in their name; all if empty
 * @returns the exit code: 1 if a mutant survives, 2 if the list no longer fits the sources
 */
export function huntMutants(hunting: Hunting, words: readonly string[]): number {
  const chosen = hunting.mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0) {
    console.error(`no mutant has any of these words in its name: ${words.join(", ")}`);
    return 2;
  }
  const mutations = textsOf(chosen);
  if (mutations === undefined) return 2;
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-mutants-"));
  const table = new Table({ head: ["mutant", "file", "caught by", "seed", `${hunting.unit} run`] });
  let survivors = 0;
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
    for (const { mutant, text } of mutations) {
      const file = join(folder, "src", "vault", mutant.file);
      const original = readFileSync(file, "utf8");
      writeFileSync(file, text);
      const { rule, seed, played } = hunt(folder, hunting, mutant);
      writeFileSync(file, original);
      if (rule === undefined) survivors += 1;
      const verdict = rule ?? pc.red("SURVIVED");
      console.error(`${mutant.name}: ${verdict}`);
      table.push([mutant.name, mutant.file, verdict, String(seed ?? ""), String(played)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(table.toString());
  console.log(`${chosen.length - survivors} of ${chosen.length} mutants caught`);
  return survivors === 0 ? 0 : 1;
}
