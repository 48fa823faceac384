/** Deletions that wait for an approval or for the end of a grace period. Pure. */
import { isOf, knownOf, overFromMs } from "../../vault/changes/changeKeys";
import { isoSeconds } from "../../vault/lib/time";
import type { Plan } from "../../vault/model/actions";
import type { CoreSettings } from "../../vault/model/settings";

/** One plan that waits, as a mail names it. */
export interface WaitingDeletions {
  region: string;
  /** What a person puts into `approvedDeletePlan`. */
  hash: string;
  /** `limit`: the deletion limit stops them until they are approved. `change`: an edit makes them due. */
  because: "limit" | "change";
  recoveryPoints: number;
  snapshotIds: string[];
  /** When they are deleted without an approval; absent: not before one, or not before a mail that is yet to come. */
  from?: string;
}

/** Returns what waits, by the memory that the plan was made with. */
export function waitingIn({ changes }: Plan, settings: CoreSettings): WaitingDeletions[] {
  if (changes === undefined) return [];
  const known = knownOf(changes.memory);
  return changes.plans.map((plan): WaitingDeletions => {
    const { region, hash, held, keys, fresh } = plan;
    const isLimit = isOf(plan, "limit");
    const ends = keys.map((key) => overFromMs(known.get(key), "", settings) ?? Infinity);
    const endMs = ends.reduce((a, b) => Math.max(a, b), -Infinity);
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
