/** Lists mistakes about instances that drop out or are shown late; part of mutantList.ts. */
import type { Mutant } from "./mutantList";

export const FLEET_MUTANTS: readonly Mutant[] = [
  {
    name: "only running instances can drop out",
    file: "aws/ec2Existing.ts",
    original: `const EXISTING_STATES = ["pending", "running", "stopping", "stopped"];`,
    mutated: `const EXISTING_STATES = ["running"];`,
    plausible: "nobody misses backups of an instance that they stopped",
  },
  {
    name: "an instance without mappings has no volume",
    file: "plan/snapshots/wholeness.ts",
    original: "return lacks && wasLaunchedWithin(instance, MAPPED_AFTER_MS, nowMs);",
    mutated: "return lacks && wasLaunchedWithin(instance, 0, nowMs);",
    plausible: "the vault's own state until it was reviewed: what a describe shows is true",
  },
];
