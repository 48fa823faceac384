/** State that the follow-up timer's payload carries from one invocation to the next. Types only. */
import type { ChangeMemory } from "./changeMemory";
import type { PointMemory } from "./pointMemory";

/** Time at which each problem was reported, as an ISO instant, by problem key. */
export type NotifiedAt = Readonly<Record<string, string>>;

/** ISO instants, by region. */
export type ManifestsTo = Readonly<Record<string, string>>;

/** Work under way in a region. */
export interface Awaited {
  /** Hash of the ids of what is pending. */
  pending: string;
  /** Start of the youngest of it. */
  since: string;
  /** Time by which half of it is expected to have ended; absent if nothing is known of such work. */
  until?: string;
}

/** Work under way by region. */
export type AwaitedWork = Readonly<Record<string, Awaited>>;

export interface ClockState {
  /** Slot that still lacks a snapshot. */
  slot?: string;
  /**
   * Older slot that still lacked something when `slot` came. The vault reports it, but no longer creates its snapshots.
   */
  abandoned?: string;
  /** Newest slot that is complete, or whose window is over. */
  done?: string;
  /** Time since which reads have been throttled without a break. */
  throttledSince?: string;
  /** Completion time up to which all manifests have been written, by DR region (report/manifests/write.ts). */
  manifestsTo?: ManifestsTo;
  /** Schedule of `slot` and `done`, as `<expression> <time zone>`. */
  schedule?: string;
  /** First sight of that schedule: by a new vault's first sweep, or after an edit. No earlier slot is due. */
  dueSince?: string;
  /** Memory of changes that would delete what was kept before them. */
  changes?: ChangeMemory;
  /** Recovery points that the next look expects, and those that the last looks missed (missingPoints.ts). */
  points?: PointMemory;
  /** Last look for the vault's tag on snapshots of others (strangers.ts). */
  strangersAt?: string;
  /**
   * Work under way by region, if the next follow-up comes for nothing else. While it is all still pending, no other read is
   * worth a call.
   */
  awaited?: AwaitedWork;
  /** Id of the hint that is expected. Any other is of an earlier setting of the timer. */
  hint?: string;
  notified: NotifiedAt;
}

/** Expression of a stopped timer: Scheduler may refuse a time that has passed, even in a disabled schedule. */
export const STOPPED_CLOCK = "at(2099-01-01T00:00:00)";
