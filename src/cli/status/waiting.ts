/** Deletions that wait for an approval or for the end of a grace period. Pure. */
import { isOf, soonestMs } from "../../vault/changes/changeKeys";
import { isoSeconds } from "../../vault/lib/time";
import type { Plan } from "../../vault/model/actions";

/** One plan that waits, as a mail names it. */
export interface WaitingDeletions {
  region: string;
  /** What a person puts into `approvedDeletePlan`. */
  hash: string;
  /** `limit`: the deletion limit stops them until they are approved. `change`: an edit makes them due. */
  because: "limit" | "change";
  recoveryPoints: number;
  snapshotIds: string[];
  /** When the first are deleted without an approval; absent: not before one, or not before a mail that is yet to come. */
  from?: string;
}

/** Returns what waits in a plan. */
export function waitingIn({ changes }: Plan): WaitingDeletions[] {
  if (changes === undefined) return [];
  return changes.plans.map((plan): WaitingDeletions => {
    const { region, hash, held, fresh } = plan;
    const isLimit = isOf(plan, "limit");
    const endMs = soonestMs(held);
    const hasEnd = !isLimit && fresh.size === 0 && Number.isFinite(endMs);
    return {
      region,
      hash,
      because: isLimit ? "limit" : "change",
      recoveryPoints: new Set(held.map(({ instanceId, slot }) => `${instanceId} ${slot}`)).size,
      snapshotIds: held.map(({ snapshotId }) => snapshotId),
      ...(hasEnd && { from: isoSeconds(endMs) }),
    };
  });
}

/** Returns how to approve a plan. */
export function approving({ hash }: Pick<WaitingDeletions, "hash">): string {
  return `npx pulumi config set approvedDeletePlan ${hash} && npx pulumi up`;
}
