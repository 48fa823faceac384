/**
 * Implements `npm run lives:mutants`, which shows that lives can fail, by the mutants of mutantList.ts. `-- tags
 * orphan` selects mutants with one of these words in their name. Exits with 1 if a mutant survives, 2 if the list does
 * not fit the sources.
 */
import { huntMutants } from "../simulation/mutants/mutantHunt";
import { LIFE_MUTANTS } from "./mutantList";

const main = "tests/lives/main.ts";
const args = ["--only-retention"];
process.exit(
  huntMutants({ mutants: LIFE_MUTANTS, main, args, unit: "lives", most: 48, days: 160 }, process.argv.slice(2)),
);
