/** Types for what a plan is made from and its parts, and a function that merges these. Pure. */
import type { Inventory } from "../inventory/inventory";
import type { Plan } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { SlotTask } from "../model/trigger";
import type { Snapshot, World } from "../model/world";

export interface PlanRequest {
  /** The observed state. A part that is missing plans nothing that needs it. */
  world: World;
  /** The inventory of the observed state. */
  inventory: Inventory;
  settings: CoreSettings;
  /** Target slot, if there is one. */
  slotTask: SlotTask | undefined;
  /** This invocation's own id, which is on everything it makes. */
  runId: string;
  nowMs: number;
}

/** A part of a plan. A field that it does not concern is absent. */
export type PlanPart = Partial<Plan>;

/** Merges the parts of a plan, in their order. */
export function mergeParts(parts: readonly PlanPart[]): Plan {
  const all = <T>(listOf: (part: PlanPart) => readonly T[] | undefined) => parts.flatMap((part) => listOf(part) ?? []);
  return {
    slotSettled: false,
    ...(Object.assign({}, ...parts) as PlanPart),
    actions: all(({ actions }) => actions),
    kept: all(({ kept }) => kept),
    problems: all(({ problems }) => problems),
    pending: all(({ pending }) => pending),
  };
}

export function pendingOf(snapshots: readonly Snapshot[]): Plan["pending"] {
  return snapshots
    .filter((snapshot) => snapshot.state === "pending")
    .map(({ snapshotId, region, startTimeMs }) => ({ snapshotId, region, sinceMs: startTimeMs }));
}
