/** Original snapshot of a copy. A copy of a copy has the original of the first one. */
export interface Source {
  snapshotId: string;
  volumeId: string;
  startedMs: number;
}

/** Identity of a snapshot, from its Description, which nobody can change: see description.ts. */
export interface Identity {
  vaultId: string;
  instanceId: string;
  /** Whole seconds in UTC, so the order as text is the order in time. */
  slot: string;
  /** Set on a copy, in a DR region or in the primary region. */
  source?: Source;
}

/** Reason why a snapshot is in doubt: see doubts.ts. */
export interface Doubt {
  /**
   * `tags`: they contradict the Description, which is believed. `identity`: EC2's own records contradict the
   * Description.
   */
  of: "tags" | "identity";
  what: string;
}

/** A snapshot of somebody else's that carries the vault's tag. The vault never touches it. */
export interface Stranger {
  snapshotId: string;
  region: string;
  description: string;
}
