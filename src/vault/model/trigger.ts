/** Why an invocation happens. A run has a slot from the start; a pass or sweep may be given one that is still open. */
export interface Trigger {
  kind: "run" | "follow-up" | "sweep";
  /** The scheduled time that the backup stands for. */
  slot?: string;
  /** This invocation's own id, on everything it makes. */
  runId: string;
}

/** The slot that an invocation serves: creates what is missing, or says what is missing and closes it. */
export interface SlotTask {
  slot: string;
  mode: "open" | "closing";
  /** An older slot that still lacked something and is given up for this one: told, not made. */
  supersedes?: string;
  /** Set where the schedule alone says that the slot is due: its run is missing. */
  isMissedRun?: true;
}
