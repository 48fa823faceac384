/** Lives that once found a mistake of the vault's. */
export const LIVES_THAT_FOUND = [
  { days: 120, seeds: [4, 14, 29] },
  // Beside a volume that had been two instances' copies were made and deleted every minute.
  { days: 80, seeds: [7015] },
] as const;
