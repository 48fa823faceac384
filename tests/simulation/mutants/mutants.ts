/**
 * Implements `npm run simulate:mutants`, which shows that the simulation can fail, by the mutants of mutantList.ts. `--
 * lock replacement` selects mutants with one of these words in their name. Exits with 1 if a mutant survives, 2 if the
 * list does not fit the sources.
 */
import { huntMutants } from "./mutantHunt";
import { MUTANTS } from "./mutantList";

const main = "tests/simulation/main.ts";
process.exit(huntMutants({ mutants: MUTANTS, main, unit: "seeds", most: 400, days: 20 }, process.argv.slice(2)));
