/**
 * `npm run lives:mutants`: shows that lives can fail, by the mutants of mutantList.ts; `-- tags orphan`: by those alone with one
 * of these words in their name. Exits with 1 where a mutant survives, 2 where the list does not fit the sources.
 */
import { huntMutants } from "../simulation/mutantHunt";
import { LIFE_MUTANTS } from "./mutantList";

const main = "tests/lives/main.ts";
process.exit(huntMutants({ mutants: LIFE_MUTANTS, main, unit: "lives", most: 48, days: 160 }, process.argv.slice(2)));
