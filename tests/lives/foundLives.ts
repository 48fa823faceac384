/** Lives that once found a mistake in the vault. */
export const LIVES_THAT_FOUND = [
  { days: 120, seeds: [4, 14, 29], onlyRetention: true },
  // Beside a volume that had been two instances' copies were made and deleted every minute. It catches that what is not copied
  // keeps copies (released.ts), which none of the lives that mutants are hunted in does.
  { days: 80, seeds: [7015], onlyRetention: true },
  // The deletion limit stopped a part of recovery points, and let go the snapshots of a volume that two instances had. No life
  // in which mutants are hunted does that either.
  { days: 260, seeds: [8235], onlyRetention: true },
  // A DR copy of when the regions were swapped was taken for one that is copied again, although its original is released.
  // It kept another instance's copies, which were made and deleted every minute.
  { days: 365, seeds: [8938], onlyRetention: true },
] as const;
