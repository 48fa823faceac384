/** What the alarm clock's payload carries from one invocation to the next. Types only. */
import type { ChangeMemory } from "./changeMemory";
import type { PointMemory } from "./pointMemory";

/** Problem key → when it was told, as an ISO instant. */
export type NotifiedAt = Readonly<Record<string, string>>;

export interface ClockState {
  /** The slot that still lacks a snapshot. */
  slot?: string;
  /** An older slot that still lacked something when `slot` came: to be told, not made. */
  abandoned?: string;
  /** The newest slot that lacks nothing any more, or whose window is over. */
  done?: string;
  /** Since when reads have been throttled without a break. */
  throttledSince?: string;
  /** Up to which completion manifests of recovery points were written for good (report/audit/audit.ts). */
  manifestsTo?: string;
  /** The schedule that `slot` and `done` are of, as `<expression> <time zone>`. */
  schedule?: string;
  /** When that schedule was first seen, by a sweep of a new vault or after an edit: it owes nothing of before. */
  dueSince?: string;
  /** What is known of changes that would delete what was kept before them. */
  changes?: ChangeMemory;
  /** Which recovery points the next look expects, and which the last ones missed (missingPoints.ts). */
  points?: PointMemory;
  /** When the vault's tag was last looked for on what is not the vault's (strangers.ts). */
  strangersAt?: string;
  notified: NotifiedAt;
}

/** A clock that is stopped stands here: Scheduler may refuse a time that has passed, even of a disabled schedule. */
export const STOPPED_CLOCK = "at(2099-01-01T00:00:00)";
