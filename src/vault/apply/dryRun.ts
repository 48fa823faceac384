/**
 * A dry run: all is seen, planned, guarded and limited as ever, and nothing is written to EC2. The run's mail and log say
 * what would have been. Pure.
 */
import type { Action, Outcome } from "../model/actions";

/** What takes the place of `apply`. */
export function plannedOutcomes(actions: readonly Action[]): Outcome[] {
  return actions.map((action) => ({
    action,
    status: "planned",
    detail: "not done: dryRun is on",
    snapshotIds: [],
  }));
}
