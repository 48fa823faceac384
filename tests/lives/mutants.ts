/**
 * `npm run lives:mutants`: shows that lives can fail. Each mutant is applied to a copy of the sources, and lives are played on
 * it until one breaks a rule; `-- tags orphan`: those alone with one of these words in their name. Exits with 1 where a mutant
 * survives, 2 where the list does not fit the sources any more.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutated } from "../simulation/mutate";
import type { LifeResult } from "./life";
import { LIFE_MUTANTS } from "./mutantList";

const ROOT = join(__dirname, "..", "..");
const COPIED = ["src", "tests", "package.json", "tsconfig.json"];
const LIVES = 48;
const DAYS = 160;

interface Hunt {
  lives: number;
  failed: LifeResult[];
}

/** Plays the copy's own lives, in a process of its own. */
function hunt(folder: string): Hunt {
  const main = join(folder, "tests", "lives", "main.ts");
  const args = ["-r", "ts-node/register/transpile-only", main, "--json", "--bail"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, "--lives", String(LIVES), "--days", String(DAYS)],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0 && status !== 1) throw new Error(`lives ended with ${String(status)}:\n${stderr}`);
  return JSON.parse(stdout) as Hunt;
} // prettier-ignore

function main(): number {
  const words = process.argv.slice(2);
  const chosen = LIFE_MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word))); // prettier-ignore
  // All before the first is played: none where one does not fit.
  const mutations = chosen.map((mutant) => ({ mutant, text: mutated(mutant) }));
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-life-mutants-"));
  let survivors = 0;
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
    for (const { mutant, text } of mutations) {
      const file = join(folder, "src", "vault", mutant.file);
      const original = readFileSync(file, "utf8");
      writeFileSync(file, text);
      const { lives, failed } = hunt(folder);
      writeFileSync(file, original);
      const [first] = failed;
      if (first === undefined) survivors += 1;
      const verdict = first === undefined ? "SURVIVED" : `life ${first.seed}, ${first.violations[0]?.rule ?? ""}`; // prettier-ignore
      console.log(`${mutant.name} (${mutant.file}): ${verdict} (${lives} played)`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survivors} of ${chosen.length} mutants caught`);
  return survivors === 0 ? 0 : 1;
}

try {
  process.exit(main());
} catch (error) {
  console.error(error);
  process.exit(2);
}
