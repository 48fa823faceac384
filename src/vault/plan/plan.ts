/**
 * Plans what to do about the world. Pure, total and deterministic: the same world, settings and time give the same
 * plan. It imports neither AWS nor Pulumi. The Lambda function, the local vault and the tests all use this one.
 */
import { planDropouts } from "./snapshots/dropoutProblems";
import { restoreLimits } from "./snapshots/restoreLimits";
import { planSnapshots } from "./snapshots/snapshots";
import { keyProblems, lostKeys } from "./keyGate";
import { leftNotices } from "../changes/leftRegions";
import type { Action, Plan } from "../model/actions";
import type { Snapshot } from "../model/world";
import type { SlotTask } from "../model/trigger";
import { failedSnapshots } from "./problems";
import { planDoubts } from "./doubts";
import { planRegions } from "./regions";
import { type PlanPart, type PlanRequest, mergeParts, pendingOf } from "./request";

/** Returns the ids of the volumes that an action snapshots. */
function volumesOf(action: Action): string[] {
  return action.kind === "snapshot" ? action.volumes.map(({ volumeId }) => volumeId) : [];
}

/** Plans the snapshots of the slot, and what is reported about it and about dropouts. */
function planSlot(own: readonly Snapshot[], { world, settings, slotTask, runId, nowMs }: PlanRequest): PlanPart {
  if (world.instances === undefined || slotTask === undefined) return {};
  const snapshots = planSnapshots(world.instances, own, settings, { slotTask, runId, nowMs });
  const dropouts = planDropouts(world.dropouts, settings, slotTask, nowMs);
  const waits = [snapshots.waitsSinceMs, dropouts.waitsSinceMs].filter((ms) => ms !== undefined);
  const missed = () => {
    if (slotTask.supersedes === undefined) return [];
    const given: SlotTask = { slot: slotTask.supersedes, mode: "closing" };
    const { problems } = planSnapshots(world.instances ?? [], own, settings, { slotTask: given, runId, nowMs });
    return problems.filter(({ kind }) => kind === "slot-missed");
  };
  return {
    actions: snapshots.actions,
    problems: [...snapshots.problems, ...dropouts.problems, ...missed(), ...world.instances.flatMap(restoreLimits)],
    slotSettled: snapshots.settled && dropouts.settled,
    ...(waits.length > 0 && { waitsSinceMs: Math.max(...waits) }),
  };
}

/**
 * Plans an invocation.
 * @returns snapshots first, then copies, then deletions; what is kept, with reasons; problems; what is under way
 */
export function planVault(request: PlanRequest): Plan {
  const { world, inventory, settings, nowMs } = request;
  // These are reported even if the primary region cannot be read.
  const lost = keyProblems(lostKeys(world, settings));
  const always: PlanPart = { problems: [...world.problems, ...lost, ...leftNotices(world, inventory, settings)] };
  if (inventory.primary === undefined) return mergeParts([always, planDoubts(world)]);
  const { own } = inventory.primary;
  const slot = planSlot(own, request);
  const wanted = new Set((slot.actions ?? []).flatMap(volumesOf));
  return mergeParts([
    always,
    slot,
    { problems: failedSnapshots(inventory.clear, settings, nowMs), pending: pendingOf(own) },
    planRegions(own, wanted, request),
    planDoubts(world),
  ]);
}
