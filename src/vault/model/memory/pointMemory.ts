/** Recovery points that the vault expects to find again, as the follow-up timer carries them (docs/adr/0020). */

/** Recovery points of one region. */
export interface CountedRegion {
  region: string;
  /** Slots in base 36: the first in seconds since 1970, each later one in seconds after the one before. */
  slots: readonly string[];
  /** Instances, by what they have: the number of volumes in each slot, in the order of `slots`. */
  has: Readonly<Record<string, readonly string[]>>;
}

/** Recovery points of one instance, or of all, that a look did not find again. */
export interface GonePoints {
  region: string;
  of: string;
  /** Time at which they were last known to exist, as an ISO instant. Snapshots started later do not replace them. */
  seen: string;
  /** Time at which a look first missed them, as an ISO instant. */
  since: string;
  count: number;
  /** Number of volumes that had a snapshot, by slot; only the newest slots. */
  slots: Readonly<Record<string, number>>;
}

export interface PointMemory {
  /** Time at which all of `counted` existed, as an ISO instant; empty in a vault that has not looked yet. */
  at: string;
  /**
   * Time at which the vault last deleted something, or lost its memory. For a while, a list may still show what is
   * deleted.
   */
  deletedAt?: string;
  counted: readonly CountedRegion[];
  gone: readonly GonePoints[];
}

/** Memory of a vault that has not looked yet. */
export const NO_POINTS: PointMemory = { at: "", counted: [], gone: [] };

/** Number of volumes with a snapshot, by instance and slot. The instance {@link ALL} stands for all instances. */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Recovery points of a region that the rules want. */
export interface Wanted {
  counts: Counts;
  /** Those of them that certainly exist, and are not just shown by a list that lags. */
  sure: Counts;
  /** Those of them, and their sums, that were started after the timer's memory was taken. */
  startedSince: Counts;
}

/** Result of one look. */
export interface PointsLook {
  /** Memory that it was compared with. */
  memory: PointMemory;
  /** Time of the comparison. */
  nowMs: number;
  /** All regions of the stack, read or not. */
  regions: readonly string[];
  wanted: ReadonlyMap<string, Wanted>;
  /** Gone at this look, or not yet gone for long enough. */
  waiting: readonly GonePoints[];
  /** Gone at two looks: these are reported. */
  confirmed: readonly GonePoints[];
}

/** Instance id of sums over all instances. */
export const ALL = "*";
