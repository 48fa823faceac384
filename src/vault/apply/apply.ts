/**
 * Applies a plan in three parts. Snapshots and copies are made first, because they cannot wait. Then copies are locked.
 * Then what is due is deleted, unless something holds it.
 */
import { apply } from "./execute";
import { plannedOutcomes } from "./dryRun";
import type { Execution } from "../aws/tools";
import type { Findings } from "../guard/findings";
import { guardRegions } from "../guard/guard";
import { inUseNotices } from "../guard/holds";
import type { Inventory } from "../inventory/inventory";
import { makingProblems } from "./makingProblems";
import { prune } from "./prune";
import type { Action, DeleteAction, Kept, Outcome, Plan } from "../model/actions";
import type { ThrottledRead } from "../model/world";

interface CarriedOut {
  /** The plan as it was applied, with its locks, what was kept after all, and further problems. */
  plan: Plan;
  outcomes: Outcome[];
  /** Snapshots that a hold or the deletion limit kept from deletion. */
  withheld: Kept[];
  /** Reads that AWS throttled meanwhile. */
  throttled: ThrottledRead[];
}

function isDelete(action: Action): action is DeleteAction {
  return action.kind === "delete";
}

export async function applyPlan(plan: Plan, inventory: Inventory, execution: Execution): Promise<CarriedOut> {
  const { settings, budget } = execution;
  const making = plan.actions.filter((action) => !isDelete(action));
  const carry = (actions: readonly Action[]) =>
    settings.dryRun ? plannedOutcomes(actions) : apply(actions, execution);
  const made = await carry(making);
  const findings: Findings = { kept: [], problems: [], throttled: [] };
  const deletes = plan.actions.filter(isDelete);
  const regions = await guardRegions(deletes, inventory, execution, findings);
  const locked = await carry(regions.flatMap(({ locks }) => locks));
  const pruned = await prune(regions, execution, findings);
  const outcomes = [...made, ...locked, ...pruned];
  return {
    plan: {
      ...plan,
      actions: outcomes.map(({ action }) => action),
      kept: [...plan.kept, ...findings.kept],
      problems: [
        ...plan.problems,
        ...findings.problems,
        ...makingProblems(made),
        ...inUseNotices(outcomes, settings, budget.now()),
      ],
    },
    outcomes,
    withheld: [...(plan.withheld ?? []), ...findings.kept],
    throttled: findings.throttled,
  };
}
