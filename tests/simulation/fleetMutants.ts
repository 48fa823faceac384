/** Mistakes about instances that drop out or are shown late; part of mutantList.ts. */
import type { Mutant } from "./mutantList";

export const FLEET_MUTANTS: readonly Mutant[] = [
  {
    name: "only what runs can drop out",
    file: "aws/ec2Existing.ts",
    original: `const EXISTING_STATES = ["pending", "running", "stopping", "stopped"];`,
    mutated: `const EXISTING_STATES = ["running"];`,
    plausible: "who stops an instance does not miss its backups",
  },
  {
    name: "an instance without mappings has no volume",
    file: "plan/snapshots/wholeness.ts",
    original: "return lacks && wasLaunchedWithin(instance, MAPPED_AFTER_MS, nowMs);",
    mutated: "return lacks && wasLaunchedWithin(instance, 0, nowMs);",
    plausible: "the vault's own state until it was reviewed: what a describe shows is so",
  },
];
