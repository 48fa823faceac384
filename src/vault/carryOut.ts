/**
 * Carries out a plan in two parts: what is created or copied comes first, since it can't wait; then what holds the
 * snapshots that would go is looked at, and what nothing holds is deleted, unless that is more than the brake allows.
 */
import { type Budget, apply } from "./apply";
import { rehearse } from "./dryRun";
import type { VaultClients } from "./clients";
import { volumeAndSlotOf } from "./duplicates";
import { guardDeletions } from "./guards";
import { inUseNotices } from "./holds";
import { type Braked, brake } from "./planBrake";
import { readRegions } from "./readRegions";
import type {
  Action,
  DeleteAction,
  Kept,
  Outcome,
  Plan,
  Snapshot,
  ThrottledRead,
  VaultPolicy,
  World,
} from "./types";

interface CarriedOut {
  /** The plan as it was carried out: with what was locked, what was kept after all, and what is to be told of it. */
  plan: Plan;
  outcomes: Outcome[];
  /** What a hold or the brake kept from deletion. */
  withheld: Kept[];
  /** Reads that AWS throttled on the way. */
  throttled: ThrottledRead[];
}

function isDelete(action: Action): action is DeleteAction {
  return action.kind === "delete";
}

/** Of each region's deletions those that the brake lets pass. */
function brakeRegions(deletes: readonly DeleteAction[], world: World, policy: VaultPolicy): Braked {
  if (deletes.length === 0) return { actions: [], kept: [], problems: [] };
  const braked = readRegions(world, policy).map(({ region, own }) => {
    const here = deletes.filter((action) => action.region === region);
    // Of a volume and slot one: an original and its stand-in are one recovery point.
    const points = new Set(own.filter(({ state }) => state === "completed").map(volumeAndSlotOf));
    return brake(region, here, points.size, policy);
  });
  return {
    actions: braked.flatMap(({ actions }) => actions),
    kept: braked.flatMap(({ kept }) => kept),
    problems: braked.flatMap(({ problems }) => problems),
  };
}

/** Finds what a deletion is about; looked for one by one, since hardly any is asked for. */
function seenIn({ snapshots = [], copies }: World, { primaryRegion }: VaultPolicy) {
  return ({ region, snapshotId }: DeleteAction): Snapshot | undefined => {
    const here = region === primaryRegion ? snapshots : (copies[region] ?? []);
    return here.find((snapshot) => snapshot.snapshotId === snapshotId);
  };
}

export async function carryOut(
  clients: VaultClients,
  plan: Plan,
  world: World,
  policy: VaultPolicy,
  budget: Budget,
): Promise<CarriedOut> {
  const making = plan.actions.filter((action) => !isDelete(action));
  const carry = (actions: readonly Action[]) =>
    policy.dryRun ? rehearse(actions) : apply(clients, actions, policy, budget);
  const made = await carry(making);
  const guarded = await guardDeletions(
    clients,
    plan.actions.filter(isDelete),
    world,
    policy,
    budget,
  );
  const pruning = brakeRegions(guarded.actions.filter(isDelete), world, policy);
  const locking = guarded.actions.filter((action) => !isDelete(action));
  const withheld = [...guarded.kept, ...pruning.kept];
  const rest = [...locking, ...pruning.actions];
  const outcomes = [...made, ...(await carry(rest))];
  return {
    plan: {
      ...plan,
      actions: [...making, ...rest],
      kept: [...plan.kept, ...withheld],
      problems: [
        ...plan.problems,
        ...guarded.problems,
        ...pruning.problems,
        ...inUseNotices(outcomes, seenIn(world, policy), policy, budget.now()),
      ],
    },
    outcomes,
    withheld,
    throttled: guarded.throttled,
  };
}
