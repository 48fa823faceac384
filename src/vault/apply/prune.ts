/** Deletes what the guards let pass; each snapshot is asked whom it is shared with just before it goes. */
import { notStarted } from "./execute";
import type { Execution } from "../aws/tools";
import { deleteInOrder, deleteUnshared } from "./deletions";
import type { Findings } from "../guard/findings";
import type { GuardedRegion } from "../guard/guard";
import type { Outcome } from "../model/actions";

/**
 * @param findings what is kept, and what is to be told, is noted here
 * @returns an outcome for each deletion that nothing held; never throws
 */
export async function prune(
  regions: readonly GuardedRegion[],
  execution: Execution,
  findings: Findings,
): Promise<Outcome[]> {
  const { settings, budget } = execution;
  const late = regions.filter((one) => one.late).flatMap(({ deletes }) => deletes);
  const leaving = regions.filter((one) => !one.late).flatMap(({ deletes }) => deletes);
  // Nobody restores from what failed, so nobody expects it either.
  const isAsked = !settings.dryRun && leaving.some(({ because }) => because !== "failed");
  const may = !isAsked || budget.mayDelete === undefined || (await budget.mayDelete());
  const put = may ? [] : leaving.filter(({ because }) => because !== "failed");
  const rest = may ? leaving : leaving.filter(({ because }) => because === "failed");
  const outcomes = await deleteInOrder(rest, settings.primaryRegion, (deletes) =>
    deleteUnshared(deletes, execution, findings),
  );
  return [
    ...outcomes,
    ...put.map((action) => notStarted(action, "ClockNotSet")),
    ...late.map((action) => notStarted(action)),
  ];
}
