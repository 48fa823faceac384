/**
 * Deletes what the brake lets pass. The brake counts what is due, not what could be looked at in time: throttled reads
 * would else cut a plan that is too large into slices that are small enough. So it comes before the first snapshot is asked
 * for whom it is shared with, and each is asked just before it goes.
 */
import { type Budget, notBegun } from "./apply";
import type { VaultClients } from "./clients";
import type { AllowedPlans } from "./clockState";
import { deleteInOrder, deleteUnshared, goneOf } from "./deletions";
import { isClear, volumeAndSlotOf } from "./duplicates";
import { type Findings, keepHeld } from "./findings";
import type { GuardedRegion } from "./guards";
import { lossesOf } from "./losses";
import { type Braked, brake, planHash } from "./planBrake";
import { askSharing } from "./sharing";
import type { DeleteAction, Outcome, VaultPolicy } from "./types";
import { type Step, runSteps } from "./workers";

/** Reads in flight. */
const CONCURRENCY = 8;
/** The share of the time left that may go into finding out that a plan is smaller than it looks. */
const ASKING_SHARE = 0.25;

interface Pruned {
  outcomes: Outcome[];
  /** What is left of plans that a person allowed, for the clock. */
  allowed: AllowedPlans;
}

/** Of what is due those that somebody holds by sharing, or that are gone; asked of all, as far as time goes. */
async function sharedOf(
  clients: VaultClients,
  due: readonly DeleteAction[],
  { now, deadlineMs }: Budget,
  findings: Findings,
): Promise<Set<string>> {
  const shared = new Set<string>();
  const untilMs = now() + (deadlineMs - now()) * ASKING_SHARE;
  const steps: Step[] = due.map((action) => ({
    lane: action.region,
    run: async () => {
      const sharing = await askSharing(clients, action, findings);
      if (sharing.is === "gone") keepHeld(findings, action, "it is gone");
      if (sharing.is === "held" || sharing.is === "gone") shared.add(action.snapshotId);
      return sharing.is === "unknown" ? { stopLane: sharing.stopLane } : {};
    },
    defer: () => undefined,
  }));
  await runSteps(steps, CONCURRENCY, () => now() < untilMs);
  return shared;
}

/** One region's deletions as the brake has them. What is shared is asked for only where it may make the difference. */
async function brakeRegion(
  clients: VaultClients,
  { region, dr, own, deletes }: GuardedRegion,
  policy: VaultPolicy,
  budget: Budget,
  findings: Findings,
  allowed: AllowedPlans,
): Promise<Braked> {
  // Of a volume and slot one: an original and its stand-in are one recovery point.
  const completed = own.filter((one) => one.state === "completed" && isClear(one));
  const points = new Set(completed.map(volumeAndSlotOf));
  const losses = lossesOf(deletes, { own, dr });
  const plan = { region, deletions: deletes, losses, points: points.size, begun: allowed[region] };
  const first = brake(plan, new Set(), policy);
  if (first.problems.length === 0) return first;
  const due = deletes.filter(({ snapshotId }) => losses.has(snapshotId));
  const held = await sharedOf(clients, due, budget, findings);
  return brake(plan, held, policy);
}

/** What is left of the region's plan, where a person allowed it: the next pass goes on with that. */
function restOf(
  { region, dr, deletes, own }: GuardedRegion,
  plan: string | undefined,
  outcomes: readonly Outcome[],
): AllowedPlans {
  if (plan === undefined) return {};
  const gone = goneOf(outcomes);
  const losses = lossesOf(deletes, { own, dr });
  const left = deletes.filter(({ snapshotId }) => losses.has(snapshotId) && !gone.has(snapshotId));
  if (left.length === 0) return {};
  const rest = planHash(region, left.map(({ snapshotId }) => snapshotId)); // prettier-ignore
  return { [region]: { plan, rest } };
}

/**
 * @param findings what is kept, and what is to be told, is noted here
 * @param allowed what the clock carries of plans that were begun
 * @returns an outcome for each deletion that the brake let pass and that nothing held; never throws
 */
export async function prune(
  clients: VaultClients,
  regions: readonly GuardedRegion[],
  policy: VaultPolicy,
  budget: Budget,
  findings: Findings,
  allowed: AllowedPlans,
): Promise<Pruned> {
  const late = regions.filter((one) => one.late).flatMap(({ deletes }) => deletes);
  const looked = regions.filter((one) => !one.late && one.deletes.length > 0);
  const braked = await Promise.all(
    looked.map((one) => brakeRegion(clients, one, policy, budget, findings, allowed)),
  );
  for (const { kept, problems } of braked) {
    findings.kept = [...findings.kept, ...kept];
    findings.problems.push(...problems);
  }
  const going = braked.flatMap(({ actions }) => actions);
  const outcomes = await deleteInOrder(going, policy.primaryRegion, (deletes) =>
    deleteUnshared(clients, deletes, policy, budget, findings),
  );
  const rests = looked.map((one, index) => restOf(one, braked[index]?.allowedBy, outcomes));
  const still = Object.entries(allowed).filter(([, { plan }]) => policy.allowDeletePlan.includes(plan)); // prettier-ignore
  return {
    outcomes: [...outcomes, ...late.map((action) => notBegun(action))],
    allowed: Object.assign({}, Object.fromEntries(still), ...rests) as AllowedPlans,
  };
}
