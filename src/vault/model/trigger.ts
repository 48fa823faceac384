/**
 * Trigger of an invocation. A run has a slot from the start. A follow-up or sweep may work on one that is still open.
 */
export interface Trigger {
  kind: "run" | "follow-up" | "sweep";
  /** Scheduled time that the backup stands for. */
  slot?: string;
  /** Set if a hint invoked it: what the timer must carry for it to be worth a look. */
  hint?: string;
  /** Id of this invocation, on everything that it makes. */
  runId: string;
}

/** Target slot of an invocation: its missing snapshots are created, or reported when the slot closes. */
export interface SlotTask {
  slot: string;
  mode: "open" | "closing";
  /**
   * Older slot that still lacks something and is abandoned for this one: it is reported, but its snapshots are not
   * created.
   */
  supersedes?: string;
  /** Set if only the schedule says that the slot is due, because its run is missing. */
  isMissedRun?: true;
}
