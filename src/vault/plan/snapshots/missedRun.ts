/** Reports a missing scheduled run, in the sweep that takes over its slot. Pure. */
import { type Problem, problem } from "../../model/problem";
import type { SlotTask } from "../../model/trigger";
import type { VaultSettings } from "../../model/settings";
import { withCommand } from "../../lib/text";

/**
 * Returns a notice, because nothing failed. If the start window is over, each missing snapshot is a problem of its own.
 */
export function missedRun(slotTask: SlotTask | undefined, { primaryRegion, clock }: VaultSettings): Problem[] {
  if (slotTask?.isMissedRun !== true) return [];
  const { slot, mode } = slotTask;
  const next =
    mode === "open"
      ? "the hourly sweep creates its snapshots instead"
      : "the hourly sweep noticed too late to create its snapshots, so the next run creates new ones";
  return [
    problem(
      "run-missed",
      slot,
      `the scheduled run for ${slot} is missing: ${next}`,
      withCommand(
        "A single run can be lost. If the next one is missing too, check that the schedule of the runs exists and is enabled",
        `aws scheduler list-schedules --region ${primaryRegion} --group-name ${clock.groupName} --query 'Schedules[].[Name, State]'`,
      ),
    ),
  ];
}
