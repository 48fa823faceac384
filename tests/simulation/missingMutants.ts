/** Mistakes about recovery points that somebody else deleted; part of tamperingMutants.ts. */
import type { Mutant } from "./mutantList";

export const MISSING_MUTANTS: readonly Mutant[] = [
  {
    name: "a copy that was made again hides that one is gone",
    file: "missing/missingPoints.ts",
    original: "countPoints(own.filter(({ startTimeMs }) => startTimeMs < beforeMs))",
    mutated: "countPoints(own)",
    plausible: "what is there is there",
  },
  {
    name: "the clock learns only afterwards what was deleted",
    file: "clock/clockWriter.ts",
    original: "if (look === undefined || carried.points === undefined) return true;",
    mutated: "if (look !== undefined || carried.points === undefined) return true;",
    plausible: "every invocation says at its end what it deleted, so why twice",
  },
  {
    name: "one look is enough",
    file: "missing/wantedPoints.ts",
    original: "const CERTAIN_MS = 30 * MINUTE_MS;",
    mutated: "const CERTAIN_MS = 0 * MINUTE_MS;",
    plausible: "the sooner a person hears of it the better",
  },
  {
    name: "what the vault is about to delete is expected, too",
    file: "missing/pointCounts.ts",
    original: "if (first === undefined || gone.has(first.snapshotId) || held.has(first.snapshotId)) continue;",
    mutated: "if (first === undefined) continue;",
    plausible: "all recovery points are counted",
  },
  {
    name: "a recovery point that is gone waits for ever",
    file: "missing/missingPoints.ts",
    original: "(isSure ? confirmed : waiting)",
    mutated: "(isSure ? waiting : waiting)",
    plausible: "two lists, and the hand that tidied the line took one of them twice",
  },
];
