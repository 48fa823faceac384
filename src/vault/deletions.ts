/** Deletes one by one what nothing holds, as long as there is time. */
import { type Budget, carryOutOne, notBegun } from "./apply";
import type { VaultClients } from "./clients";
import { rehearse } from "./dryRun";
import type { Findings } from "./findings";
import { askSharing } from "./sharing";
import type { DeleteAction, Outcome, VaultPolicy } from "./types";
import { type Step, runSteps } from "./workers";

/** Deletions in flight. EC2 refills 5 a second; the SDK's adaptive retry paces what is above. */
const CONCURRENCY = 8;

/** Asks of each whom it is shared with, and deletes it where that is nobody. */
export async function deleteUnshared(
  clients: VaultClients,
  deletes: readonly DeleteAction[],
  policy: VaultPolicy,
  { now, deadlineMs }: Budget,
  findings: Findings,
): Promise<Outcome[]> {
  const outcomes: (Outcome | undefined)[] = deletes.map(() => undefined);
  const steps: Step[] = deletes.map((action, index) => ({
    lane: action.region,
    run: async () => {
      const sharing = await askSharing(clients, action, findings);
      if (sharing.is === "held") return {};
      if (sharing.is === "gone") {
        outcomes[index] = { action, status: "skipped", detail: "it is gone", snapshotIds: [] };
        return {};
      }
      if (sharing.is === "unknown") {
        const { code, message } = sharing.cause;
        const detail = `it is not known whom it is shared with: ${code}: ${message}`;
        outcomes[index] = { action, status: "deferred", detail, code, snapshotIds: [] };
        return { stopLane: sharing.stopLane };
      }
      if (policy.dryRun) {
        [outcomes[index]] = rehearse([action]);
        return {};
      }
      const { outcome, stopLane } = await carryOutOne(clients, action, policy, now());
      outcomes[index] = outcome;
      return { stopLane };
    },
    defer: (code) => {
      outcomes[index] = notBegun(action, code);
    },
  }));
  await runSteps(steps, CONCURRENCY, () => now() < deadlineMs);
  return outcomes.filter((outcome) => outcome !== undefined);
}

/** What an invocation has deleted, or found gone. */
export function goneOf(outcomes: readonly Outcome[]): Set<string> {
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
  const going = new Set(deletes.map(({ snapshotId }) => snapshotId));
  const waits = ({ region, mark }: DeleteAction) =>
    mark !== undefined && region !== primaryRegion && going.has(mark.snapshotId);
  const first = await carry(deletes.filter((action) => !waits(action)));
  const gone = goneOf(first);
  const rest = deletes
    .filter(waits)
    .map(({ mark, ...action }): DeleteAction =>
      mark === undefined || gone.has(mark.snapshotId) ? action : { ...action, mark },
    );
  return [...first, ...(await carry(rest))];
}
