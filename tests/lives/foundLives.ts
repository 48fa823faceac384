/** Lives that once found a mistake of the vault's. */
export const LIVES_THAT_FOUND = { days: 120, seeds: [4, 14, 29] } as const;
