/** Lists mistakes about recovery points that somebody else deleted; part of tamperingMutants.ts. */
import type { Mutant } from "./mutantList";

export const MISSING_MUTANTS: readonly Mutant[] = [
  {
    name: "a copy that was made again hides a deletion",
    file: "missing/missingPoints.ts",
    original: "countPoints(own.filter(({ startTimeMs }) => startTimeMs < beforeMs))",
    mutated: "countPoints(own)",
    plausible: "the copy is there, so nothing is missing",
  },
  {
    name: "the timer learns of deletions only afterwards",
    file: "clock/clockWriter.ts",
    original: "if (look === undefined || carried.points === undefined) return true;",
    mutated: "if (look !== undefined || carried.points === undefined) return true;",
    plausible: "every invocation records its deletions at its end, so why twice",
  },
  {
    name: "one look is enough",
    file: "missing/wantedPoints.ts",
    original: "const CERTAIN_MS = 30 * MINUTE_MS;",
    mutated: "const CERTAIN_MS = 0 * MINUTE_MS;",
    plausible: "the sooner it is reported the better",
  },
  {
    name: "what the vault is about to delete is expected too",
    file: "missing/pointCounts.ts",
    original: "if (first === undefined || gone.has(first.snapshotId) || held.has(first.snapshotId)) continue;",
    mutated: "if (first === undefined) continue;",
    plausible: "all recovery points are counted",
  },
  {
    name: "a missing recovery point waits for ever",
    file: "missing/missingPoints.ts",
    original: "(isSure ? confirmed : waiting)",
    mutated: "(isSure ? waiting : waiting)",
    plausible: "there are two lists, and one was used twice when the line was tidied",
  },
];
