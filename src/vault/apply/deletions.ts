/** Deletes the snapshots that nothing holds, as long as there is time. */
import { type Step, runSteps } from "../lib/pool";
import { executeAction, notStarted } from "./execute";
import type { Execution } from "../aws/tools";
import { plannedOutcomes } from "./dryRun";
import { type Findings, keepHeld } from "../guard/findings";
import { partOf } from "../lib/text";
import { type AskedGroup, askAll, groupKeyOf, groupsOf } from "../guard/sharedGroups";
import type { DeleteAction, Outcome } from "../model/actions";

/** Deletions in flight. EC2 refills 5 per second, and the SDK's adaptive retry paces the rest. */
const CONCURRENCY = 8;

/** Deletes a group until one of its snapshots cannot be deleted. */
async function deleteGroup(
  group: readonly DeleteAction[],
  execution: Execution,
  findings: Findings,
): Promise<Omit<AskedGroup, "free">> {
  const { outcomes, free, stopLane } = await askAll(execution.clients, group, findings);
  if (execution.settings.dryRun) return { outcomes: [...outcomes, ...plannedOutcomes(free)], stopLane };
  for (const [index, action] of free.entries()) {
    const done = await executeAction(action, execution);
    outcomes.push(done.outcome);
    const { status, heldBy, detail, code } = done.outcome;
    const isGone = status === "done" || (status === "skipped" && heldBy === undefined);
    if (isGone && done.stopLane === undefined) continue;
    const rest = free.slice(index + 1);
    for (const one of rest) {
      if (heldBy === undefined) outcomes.push(notStarted(one, code));
      else keepHeld(findings, one, partOf(action.snapshotId, detail));
    }
    return { outcomes, stopLane: done.stopLane };
  }
  return { outcomes, stopLane };
}

/** Deletes the snapshots that are shared with nobody. A recovery point with a shared snapshot is kept whole. */
export async function deleteUnshared(
  deletes: readonly DeleteAction[],
  execution: Execution,
  findings: Findings,
): Promise<Outcome[]> {
  const { now, deadlineMs } = execution.budget;
  const groups = groupsOf(deletes);
  const outcomes: Outcome[][] = groups.map(() => []);
  const steps: Step[] = groups.map((group, index) => ({
    lane: group[0]?.region ?? "",
    run: async () => {
      const done = await deleteGroup(group, execution, findings);
      outcomes[index] = done.outcomes;
      return { stopLane: done.stopLane };
    },
    defer: (code) => {
      outcomes[index] = group.map((action) => notStarted(action, code));
    },
  }));
  await runSteps(steps, CONCURRENCY, () => now() < deadlineMs);
  return outcomes.flat();
}

/** Returns the ids of the snapshots that an invocation deleted or found gone. */
function goneOf(outcomes: readonly Outcome[]): Set<string> {
  const gone = new Set<string>();
  for (const { action, status, heldBy } of outcomes) {
    const isGone = status === "done" || (status === "skipped" && heldBy === undefined);
    if (action.kind === "delete" && isGone) gone.add(action.snapshotId);
  }
  return gone;
}

/**
 * Deletes each snapshot after the one that its copy-expired tag is for, if the plan deletes both: a copy after its
 * source, an original after its encrypted replacement. What is gone needs no such tag. Writing one could be denied
 * instead of not found, because the permission depends on the snapshot's tags.
 */
export async function deleteInOrder(
  deletes: readonly DeleteAction[],
  carry: (deletes: readonly DeleteAction[]) => Promise<Outcome[]>,
): Promise<Outcome[]> {
  const leaving = new Set(deletes.map(({ snapshotId }) => snapshotId));
  const goesLater = ({ expiredCopyTag }: DeleteAction) =>
    expiredCopyTag !== undefined && leaving.has(expiredCopyTag.snapshotId);
  // A recovery point waits as a whole if one of its snapshots waits.
  const later = new Set(deletes.filter(goesLater).map(groupKeyOf));
  const waits = (action: DeleteAction) => later.has(groupKeyOf(action));
  const first = await carry(deletes.filter((action) => !waits(action)));
  const gone = goneOf(first);
  const rest = deletes
    .filter(waits)
    .map(({ expiredCopyTag, ...action }): DeleteAction =>
      expiredCopyTag === undefined || gone.has(expiredCopyTag.snapshotId) ? action : { ...action, expiredCopyTag },
    );
  return [...first, ...(await carry(rest))];
}
