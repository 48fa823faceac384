/** Shared parts of pruning in all regions: the plan's two lists, and how a recovery point is kept whole. */
import { isRoot, setKeyOf } from "../../retention/recoverySets";
import { partOf } from "../../lib/text";
import type { RetentionVerdict } from "../../retention/retentionVerdict";
import type { DeleteAction } from "../../model/actions";
import type { Snapshot } from "../../model/world";
import type { PrunePlan } from "../../retention/prunePlan";

/** Returns an empty plan for what retention evaluated. */
export function emptyPlan(points: readonly Snapshot[], verdict: RetentionVerdict): PrunePlan {
  return { actions: [], kept: [], points, verdict };
}

/** Returns the snapshots that the rules release. */
export function leavingOf(points: readonly Snapshot[], { gone }: RetentionVerdict): Snapshot[] {
  return gone.size === 0 ? [] : points.filter(({ snapshotId }) => gone.has(snapshotId));
}

/** Keeps a snapshot that a change releases and nobody has approved. Returns true if it did. */
export function keepHeld(plan: PrunePlan, snapshot: Snapshot): boolean {
  const held = plan.verdict.held.get(snapshot.snapshotId);
  if (held === undefined) return false;
  keep(plan, snapshot, `${held.why}, but a change waits for its grace or an approval`);
  return true;
}

export function keep(plan: PrunePlan, { region, snapshotId }: Snapshot, reason: string): void {
  plan.kept.push({ region, snapshotId, reason });
}

/** Adds a deletion to a plan. */
export function remove(
  plan: PrunePlan,
  snapshot: Snapshot,
  { because, reason, expiredCopyTag }: Pick<DeleteAction, "because" | "reason" | "expiredCopyTag">,
): void {
  const { region, snapshotId } = snapshot;
  plan.actions.push({
    kind: "delete",
    region,
    snapshotId,
    snapshot,
    because,
    ...(because === "retention" && {
      set: setKeyOf(snapshot),
      ...(isRoot(snapshot) && { isRoot: true as const }),
    }),
    reason,
    ...(expiredCopyTag !== undefined && { expiredCopyTag }),
  });
}

/** Reasons to keep all of a recovery point, by its key. */
export type Holds = ReadonlyMap<string, string>;

/** Finds the recovery points of which something has to be kept, because then all of it is kept. */
export function holdsOf(snapshots: readonly Snapshot[], whyStays: (snapshot: Snapshot) => string | undefined): Holds {
  const holds = new Map<string, string>();
  const by = new Map<string, string>();
  for (const snapshot of snapshots) {
    const { snapshotId } = snapshot;
    const why = whyStays(snapshot);
    if (why === undefined) continue;
    const key = setKeyOf(snapshot);
    // The first by id speaks for all, so that the order in which EC2 lists them changes nothing.
    if ((by.get(key) ?? "~") < snapshotId) continue;
    by.set(key, snapshotId);
    holds.set(key, partOf(snapshotId, why));
  }
  return holds;
}
