/**
 * Replaces the actions of a dry run. Everything is read, planned, checked and limited as usual, but nothing is written
 * to EC2. The run's mail and log say what would have been done. Pure.
 */
import type { Action, Outcome } from "../model/actions";

/** Returns the outcomes that a dry run has instead of those of `apply`. */
export function plannedOutcomes(actions: readonly Action[]): Outcome[] {
  return actions.map((action) => ({
    action,
    status: "planned",
    detail: "not done: dryRun is on",
    snapshotIds: [],
  }));
}
