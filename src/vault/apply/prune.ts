/** Deletes what passed the pre-deletion checks. Sharing is asked for each snapshot just before it is deleted. */
import { notStarted } from "./execute";
import type { Execution } from "../aws/tools";
import { deleteInOrder, deleteUnshared } from "./deletions";
import type { Findings } from "../guard/findings";
import type { GuardedRegion } from "../guard/guard";
import type { Outcome } from "../model/actions";

/**
 * Deletes what the checks left, unless the timer cannot be set first. Never throws.
 * @param findings receives what is kept and what is reported
 * @returns an outcome for each deletion that nothing held
 */
export async function prune(
  regions: readonly GuardedRegion[],
  execution: Execution,
  findings: Findings,
): Promise<Outcome[]> {
  const { settings, budget } = execution;
  const late = regions.filter((one) => one.late).flatMap(({ deletes }) => deletes);
  const leaving = regions.filter((one) => !one.late).flatMap(({ deletes }) => deletes);
  // Failed snapshots are not recovery points, so the timer does not expect them.
  const isAsked = !settings.dryRun && leaving.some(({ because }) => because !== "failed");
  const may = !isAsked || budget.mayDelete === undefined || (await budget.mayDelete());
  const put = may ? [] : leaving.filter(({ because }) => because !== "failed");
  const rest = may ? leaving : leaving.filter(({ because }) => because === "failed");
  const outcomes = await deleteInOrder(rest, (deletes) => deleteUnshared(deletes, execution, findings));
  return [
    ...outcomes,
    ...put.map((action) => notStarted(action, "ClockNotSet")),
    ...late.map((action) => notStarted(action)),
  ];
}
