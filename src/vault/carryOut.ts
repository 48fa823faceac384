/**
 * Carries out a plan in two parts: what is created or copied comes first, since it can't wait; then what holds the
 * snapshots that would go is looked at, and what nothing holds is deleted.
 */
import { type Budget, apply } from "./apply";
import type { VaultClients } from "./clients";
import { guardDeletions } from "./guards";
import { inUseNotices } from "./holds";
import type {
  Action,
  DeleteAction,
  Outcome,
  Plan,
  ThrottledRead,
  VaultPolicy,
  World,
} from "./types";

interface CarriedOut {
  /** The plan as it was carried out: with what was locked, what was kept after all, and what is to be told of it. */
  plan: Plan;
  outcomes: Outcome[];
  /** Reads that AWS throttled on the way. */
  throttled: ThrottledRead[];
}

function isDelete(action: Action): action is DeleteAction {
  return action.kind === "delete";
}

export async function carryOut(
  clients: VaultClients,
  plan: Plan,
  world: World,
  policy: VaultPolicy,
  budget: Budget,
): Promise<CarriedOut> {
  const making = plan.actions.filter((action) => !isDelete(action));
  const made = await apply(clients, making, policy, budget);
  const guarded = await guardDeletions(
    clients,
    plan.actions.filter(isDelete),
    world,
    policy,
    budget,
  );
  const outcomes = [...made, ...(await apply(clients, guarded.actions, policy, budget))];
  return {
    plan: {
      ...plan,
      actions: [...making, ...guarded.actions],
      kept: [...plan.kept, ...guarded.kept],
      problems: [...plan.problems, ...guarded.problems, ...inUseNotices(outcomes)],
    },
    outcomes,
    throttled: guarded.throttled,
  };
}
