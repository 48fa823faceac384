/** Seeds that found a mistake of the vault's, each with what it was. They are run by every `npm test`. */
export interface KeptSeed {
  seed: number;
  days: number;
  /** What the vault did wrong. */
  found: string;
}

export const KEPT_SEEDS: readonly KeptSeed[] = [];
