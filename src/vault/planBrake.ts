/**
 * The brake: pruning that would take more of a region's recovery points than the stack allows takes none, and a
 * person is told the plan and how to allow exactly it. A mistaken retention edit can't empty a vault. Pure.
 */
import { createHash } from "node:crypto";
import type { AllowedPlans } from "./clockState";
import type { Losses } from "./losses";
import type { DeleteAction, Kept, Problem, VaultPolicy } from "./types";
import { listed } from "./words";

const HASH_LENGTH = 16;

export interface Braked {
  actions: DeleteAction[];
  kept: Kept[];
  problems: Problem[];
  /** The hash in the configuration by which a plan passes that is too large. */
  allowedBy?: string;
}

/** What a person allows: these snapshots and no others, in any order. */
export function planHash(region: string, snapshotIds: readonly string[]): string {
  const text = [region, ...[...snapshotIds].sort()].join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}

/** Why it is too much, or `undefined`. */
function excess(count: number, points: number, policy: VaultPolicy): string | undefined {
  const { maxDeletePercent, maxDeletes } = policy;
  if (maxDeletes > 0 && count > maxDeletes) return `maxDeletes is ${maxDeletes}`;
  const percent = (100 * count) / points;
  if (percent <= maxDeletePercent) return undefined;
  return `${Math.round(percent)} %, maxDeletePercent is ${maxDeletePercent}`;
}

/** The first of them with their reasons, and how many more. */
export function listedDeletions(deletions: readonly DeleteAction[]): string {
  return listed(deletions.map((one) => `${one.snapshotId}: ${one.reason}`));
}

/** The allowed plan that these are all of, or all that is left of; `undefined` where there is none. */
function allowedBy(
  hash: string,
  { allowDeletePlan }: VaultPolicy,
  begun: AllowedPlans[string] | undefined,
): string | undefined {
  const plan = begun?.rest === hash ? begun.plan : hash;
  return allowDeletePlan.includes(plan) ? plan : undefined;
}

/** What a region's plan would delete, and what that takes. */
export interface DuePlan {
  region: string;
  /** All that are planned in the region. */
  deletions: readonly DeleteAction[];
  /** Of those that take a recovery point, whatever they are for: which. */
  losses: Losses;
  /** Completed recovery points in the region, those to be deleted among them. */
  points: number;
  /** What the clock carries of a plan that was allowed here. */
  begun?: AllowedPlans[string];
}

/**
 * Stops a plan that takes too many recovery points.
 * @param held ids among the deletions that will not go, since somebody is seen to hold them: not counted
 */
export function brake(due: DuePlan, held: ReadonlySet<string>, policy: VaultPolicy): Braked {
  const { region, deletions, losses, points, begun } = due;
  const expired = deletions.filter(({ snapshotId }) => losses.has(snapshotId));
  const free = deletions.filter(({ snapshotId }) => !held.has(snapshotId));
  if (expired.length === 0) return { actions: free, kept: [], problems: [] };
  const going = free.filter(({ snapshotId }) => losses.has(snapshotId));
  const lost = new Set(going.map(({ snapshotId }) => losses.get(snapshotId)));
  const why = excess(lost.size, points, policy);
  if (why === undefined) return { actions: free, kept: [], problems: [] };
  // Of all that is due: what somebody shares meanwhile does not make it another plan.
  const hash = planHash(region, expired.map(({ snapshotId }) => snapshotId)); // prettier-ignore
  const by = allowedBy(hash, policy, begun);
  if (by !== undefined) return { actions: free, kept: [], problems: [], allowedBy: by };
  // What failed is nobody's recovery point, and counts against EC2's limits while it stays.
  const actions = free.filter(({ because }) => because === "failed");
  const stopped = free.filter(({ because }) => because !== "failed");
  const kept = stopped.map(({ snapshotId, reason }) => ({ region, snapshotId, reason: `the brake is on: ${reason}` })); // prettier-ignore
  return { actions, kept, problems: [brakeOn(region, going, points, why, hash, policy)] };
}

function brakeOn(
  region: string,
  expired: readonly DeleteAction[],
  points: number,
  why: string,
  hash: string,
  { allowDeletePlan }: VaultPolicy,
): Problem {
  // Who has allowed another plan waits for it: that this one is not it is told at once, not a day after the last mail.
  const beside = allowDeletePlan.length === 0 ? "" : ` beside ${allowDeletePlan.join(" ")}`;
  return {
    kind: "delete-brake",
    subject: `${region}${beside}`,
    message: `pruning would delete ${expired.length} of ${points} recovery points in ${region} (${why}): none was deleted. The plan ${hash}: ${listedDeletions(expired)}`,
    hint: `If an edit of the retention did this by mistake, take it back. If it is meant: \`npx pulumi config set allowDeletePlan ${hash}\` and \`npx pulumi up\`; it allows this plan and no other, and the next sweep carries it out. Several plans go into one value, in quotes, with blanks between.`,
  };
}
