/** Recovery points that the vault expects to find again, as the clock carries them (docs/adr/0020). */

/** One region's recovery points. */
export interface CountedRegion {
  region: string;
  /** The first in seconds since 1970, each other in seconds after the one before it, to the base of 36. */
  slots: readonly string[];
  /** Instances by what they have: a number for each slot, in the order of `slots`. */
  has: Readonly<Record<string, readonly string[]>>;
}

/** Recovery points of one instance, or of all, that a look did not find any more. */
export interface GonePoints {
  region: string;
  of: string;
  /** They were there then; what was started since is not they. An ISO instant. */
  seen: string;
  /** When a look first missed them, as an ISO instant. */
  since: string;
  count: number;
  /** The newest of them: of how many volumes there were snapshots, by slot. */
  slots: Readonly<Record<string, number>>;
}

export interface PointMemory {
  /** All of `counted` was there then: an ISO instant, or nothing in a vault that has not looked yet. */
  at: string;
  /** When the vault last deleted something, or lost count: a list may show for a while what is gone. */
  deletedAt?: string;
  counted: readonly CountedRegion[];
  gone: readonly GonePoints[];
}

/** What a vault expects that has not looked yet. */
export const NO_POINTS: PointMemory = { at: "", counted: [], gone: [] };

/** By instance and slot, of how many volumes there is a snapshot. {@link ALL} stands for all instances. */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A region's recovery points that the rules want. */
export interface Wanted {
  counts: Counts;
  /** Of those the ones that are surely there, and not shown by a list that lags. */
  sure: Counts;
  /** Of those, and their sums, the ones that were begun since the clock's were counted. */
  startedSince: Counts;
}

/** What a look came to. */
export interface PointsLook {
  /** What it was compared with. */
  memory: PointMemory;
  /** When it was compared. */
  nowMs: number;
  /** The stack's, read or not. */
  regions: readonly string[];
  wanted: ReadonlyMap<string, Wanted>;
  /** Gone at this look, or not yet for long enough. */
  waiting: readonly GonePoints[];
  /** Gone at two looks: to be reported. */
  confirmed: readonly GonePoints[];
}

/** The instance of sums. */
export const ALL = "*";
