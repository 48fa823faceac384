/** Mistakes about recovery points that somebody else deleted; part of tamperingMutants.ts. */
import type { Mutant } from "./mutantList";

export const MISSING_MUTANTS: readonly Mutant[] = [
  {
    name: "a copy that was made again hides that one is gone",
    file: "missingPoints.ts",
    original: "countPoints(region.own, { beforeMs: parseIso(gone.since) ?? 0 })",
    mutated: "countPoints(region.own)",
    plausible: "what is there is there",
  },
  {
    name: "what the rules let go of is missed, too",
    file: "dueAnyway.ts",
    original: "const isDue = gone.has(snapshotId) || isAnothers(id, slot, region, given);",
    mutated: "const isDue = isAnothers(id, slot, region, given);",
    plausible: "the vault says what it deletes, and an invocation that is killed is forgotten",
  },
  {
    name: "a recovery point that is gone waits for ever",
    file: "missingPoints.ts",
    original: "(still.isSure && isLong ? confirmed : waiting)",
    mutated: "(still.isSure && isLong ? waiting : waiting)",
    plausible: "two lists, and the hand that tidied the line took one of them twice",
  },
];
