/** What a plan is asked with, and what its parts are: types, and how parts become one. Pure. */
import type { Inventory } from "../inventory/inventory";
import type { Plan } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { SlotTask } from "../model/trigger";
import type { Snapshot, World } from "../model/world";

export interface PlanRequest {
  /** What was seen; a part that is missing plans nothing that needs it. */
  world: World;
  /** What that amounts to. */
  inventory: Inventory;
  settings: CoreSettings;
  /** The slot to create for, if any. */
  slotTask: SlotTask | undefined;
  /** This invocation's own id, on everything it makes. */
  runId: string;
  nowMs: number;
}

/** A part of a plan: what it has nothing to say of is absent. */
export type PlanPart = Partial<Plan>;

/** Returns the plan that its parts make, in their order. */
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
