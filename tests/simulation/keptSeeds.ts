/** Seeds that found a mistake, the vault's or the simulation's, with what it was. They are run by every `npm test`. */
export interface KeptSeed {
  seed: number;
  days: number;
  /** What was wrong. */
  found: string;
}

export const KEPT_SEEDS: readonly KeptSeed[] = [
  {
    seed: 785791950,
    days: 20,
    found:
      "a rule of the simulation's own: a copy asked for of a snapshot that is gone is no new copy",
  },
  {
    seed: 20010,
    days: 60,
    found:
      "a rule of the simulation's own: a duplicate may go when the one that was copied has just gone by retention",
  },
  {
    seed: 378,
    days: 60,
    found:
      "a rule of the simulation's own: a crowd of over an hour may end in the middle of the pass that tells of it",
  },
];
