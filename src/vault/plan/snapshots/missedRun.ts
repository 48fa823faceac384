/** Reports a missing scheduled run, in the sweep that takes over its slot. Pure. */
import { type Problem, problem } from "../../model/problem";
import type { SlotTask } from "../../model/trigger";
import type { VaultSettings } from "../../model/settings";

/**
 * Returns a notice, because nothing failed. If the start window is over, each missing snapshot is a problem of its own.
 */
export function missedRun(slotTask: SlotTask | undefined, { primaryRegion, clock }: VaultSettings): Problem[] {
  if (slotTask?.isMissedRun !== true) return [];
  const { slot, mode } = slotTask;
  const next =
    mode === "open"
      ? "the hourly sweep creates its snapshots instead"
      : "the hourly sweep found out too late to create its snapshots";
  return [
    problem(
      "run-missed",
      slot,
      `the scheduled run for ${slot} is missing: ${next}`,
      "A single run can be lost. If the next one is missing too, check that the schedule of the runs exists and is enabled: " +
        `aws scheduler list-schedules --region ${primaryRegion} --group-name ${clock.groupName} --query 'Schedules[].[Name, State]'`,
    ),
  ];
}
