/** Deletes one by one what nothing holds, as long as there is time. */
import { groupBy } from "../lib/collections";
import { type Step, runSteps } from "../lib/pool";
import { executeAction, notStarted } from "./execute";
import type { VaultClients } from "../aws/clients";
import type { Execution } from "../aws/tools";
import { plannedOutcomes } from "./dryRun";
import { type Findings, keepHeld } from "../guard/findings";
import { partOf } from "../lib/text";
import { askSharing } from "../guard/sharing";
import type { DeleteAction, Outcome } from "../model/actions";

/** Deletions in flight. EC2 refills 5 a second; the SDK's adaptive retry paces what is above. */
const CONCURRENCY = 8;

/** What a recovery point's snapshots in a region share; anything else is alone. */
function groupKeyOf({ region, set, snapshotId }: DeleteAction): string {
  return `${region} ${set ?? snapshotId}`;
}

/** What goes one after the other: a recovery point's snapshots, the root last; anything else is alone. */
function groupsOf(deletes: readonly DeleteAction[]): DeleteAction[][] {
  const groups = groupBy(deletes, groupKeyOf);
  const last = ({ isRoot }: DeleteAction) => (isRoot ? 1 : 0);
  return [...groups.values()].map((group) => group.sort((a, b) => last(a) - last(b)));
}

interface DeletedGroup {
  outcomes: Outcome[];
  /** Why nothing more can be done in the region. */
  stopLane?: string;
}

/** Asks of each whom it is shared with. Nothing of the group goes where one is held, or could not be asked. */
async function askAll(
  clients: VaultClients,
  group: readonly DeleteAction[],
  findings: Findings,
): Promise<DeletedGroup & { free: DeleteAction[] }> {
  const outcomes: Outcome[] = [];
  const free: DeleteAction[] = [];
  for (const action of group) {
    const sharing = await askSharing(clients, action, findings);
    const others = group.filter((one) => one !== action && !outcomes.some((o) => o.action === one));
    if (sharing.is === "free") free.push(action);
    if (sharing.is === "gone") {
      outcomes.push({ action, status: "skipped", detail: "it is gone", snapshotIds: [] });
    }
    if (sharing.is === "held") {
      for (const one of others) keepHeld(findings, one, partOf(action.snapshotId, sharing.held));
      return { outcomes, free: [] };
    }
    if (sharing.is === "unknown") {
      const { code, message } = sharing.cause;
      const detail = `it is not known whom ${action.snapshotId} is shared with: ${code}: ${message}`;
      for (const one of [action, ...others])
        outcomes.push({ action: one, status: "deferred", detail, code, snapshotIds: [] });
      return { outcomes, free: [], stopLane: sharing.stopLane };
    }
  }
  return { outcomes, free };
}

/** Deletes a group, until one of it can't go. */
async function deleteGroup(
  group: readonly DeleteAction[],
  execution: Execution,
  findings: Findings,
): Promise<DeletedGroup> {
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

/** Asks of each whom it is shared with, and deletes it where that is nobody; of a recovery point all or nothing. */
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

/** What an invocation has deleted, or found gone. */
function goneOf(outcomes: readonly Outcome[]): Set<string> {
  const gone = new Set<string>();
  for (const { action, status, heldBy } of outcomes) {
    const isGone = status === "done" || (status === "skipped" && heldBy === undefined);
    if (action.kind === "delete" && isGone) gone.add(action.snapshotId);
  }
  return gone;
}

/**
 * A copy whose source goes, too, waits for that: a source that is gone needs no mark, and to ask for one may be denied
 * rather than not found, since the right goes by the snapshot's tags.
 */
export async function deleteInOrder(
  deletes: readonly DeleteAction[],
  primaryRegion: string,
  carry: (deletes: readonly DeleteAction[]) => Promise<Outcome[]>,
): Promise<Outcome[]> {
  const leaving = new Set(deletes.map(({ snapshotId }) => snapshotId));
  const goesLater = ({ region, expiredCopyTag }: DeleteAction) =>
    expiredCopyTag !== undefined && region !== primaryRegion && leaving.has(expiredCopyTag.snapshotId);
  // All of a recovery point waits for what one of it waits for.
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
