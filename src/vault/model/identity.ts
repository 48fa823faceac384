/** What a copy was made of, first of all: of a copy's copy the snapshot that the first one was made of. */
export interface Source {
  snapshotId: string;
  volumeId: string;
  startedMs: number;
}

/** What a snapshot is, by its Description, which nobody can change: see description.ts. */
export interface Identity {
  vaultId: string;
  instanceId: string;
  /** Whole seconds in UTC, whose order as text is their order in time. */
  slot: string;
  /** Set on a copy, in a DR region or in the primary one. */
  source?: Source;
}

/** Why a snapshot is not believed: see doubts.ts. */
export interface Doubt {
  /** `tags`: they contradict the Description, which stands. `identity`: EC2's own records contradict the Description. */
  of: "tags" | "identity";
  what: string;
}

/** A snapshot that somebody gave the vault's tag. It is never touched. */
export interface Stranger {
  snapshotId: string;
  region: string;
  description: string;
}
