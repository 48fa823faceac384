/** Asks whom the snapshots of a recovery point are shared with: it is deleted as a whole or not at all. */
import type { VaultClients } from "../aws/clients";
import { groupBy } from "../lib/collections";
import { partOf } from "../lib/text";
import type { DeleteAction, Outcome } from "../model/actions";
import { type Findings, keepHeld } from "./findings";
import { askSharing } from "./sharing";

/** Returns a key that a recovery point's snapshots in a region share. Any other snapshot has a key of its own. */
export function groupKeyOf({ region, set, snapshotId }: DeleteAction): string {
  return `${region} ${set ?? snapshotId}`;
}

/**
 * Groups snapshots that are deleted one after the other: those of a recovery point, the root last. Any other snapshot
 * is a group of its own.
 */
export function groupsOf(deletes: readonly DeleteAction[]): DeleteAction[][] {
  const groups = groupBy(deletes, groupKeyOf);
  const last = ({ isRoot }: DeleteAction) => (isRoot ? 1 : 0);
  return [...groups.values()].map((group) => group.sort((a, b) => last(a) - last(b)));
}

/** A group whose sharing was asked. */
export interface AskedGroup {
  /** Those that are gone, or could not be asked. */
  outcomes: Outcome[];
  /** Those that can be deleted. */
  free: DeleteAction[];
  /** Error code that stops the region's other deletions. */
  stopLane?: string;
}

/**
 * Asks whom each snapshot of a group is shared with. Nothing of the group is deleted if one is held or could not be
 * read.
 */
export async function askAll(
  clients: VaultClients,
  group: readonly DeleteAction[],
  findings: Findings,
): Promise<AskedGroup> {
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
