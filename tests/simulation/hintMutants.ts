/** Lists mistakes by which something would depend on hints, or hints multiply; part of mutantList.ts. */
import type { Mutant } from "./mutantList";

export const HINT_MUTANTS: readonly Mutant[] = [
  {
    name: "a stale hint is followed, and sends the next",
    file: "clock/hint.ts",
    original: "return hint !== undefined && state?.hint !== hint;",
    mutated: "return hint !== undefined && state === undefined;",
    plausible: "the message came from the vault itself, and looking once more does no harm",
  },
  {
    name: "a hint is trusted in place of the timer",
    file: "clock/clock.ts",
    original: "await set(atMs, { ...state, hint: invocation.trigger.runId });",
    mutated: "await set(undefined, { ...state, hint: invocation.trigger.runId });",
    plausible: "the hint comes first, and a queue loses nothing",
  },
];
