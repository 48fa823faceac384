/**
 * plan: what to do about the world. Pure, total and deterministic: the same world, policy and time give the same plan,
 * and it imports neither AWS nor Pulumi. The Lambda, the local vault and the tests all use this one.
 */
import { bestFirst, isOwn, isOwnCopy, sameVolumeAndSlot } from "./duplicates";
import { type Coverage, copiesBySource, copyState, coverageOf, planCopies } from "./planCopies";
import { pruneDr, prunePrimary } from "./planPrune";
import { planSnapshots } from "./planSnapshots";
import type { Plan, Problem, Snapshot, VaultPolicy, Wake, World } from "./types";

const COVERAGES: readonly Coverage[] = ["sound", "expired", "pending", "broken", "missing"];

/** Splits a region's snapshots into the one that counts of each volume and slot, and its duplicates. */
function countedAndExtra(own: readonly Snapshot[], coverage: (snapshot: Snapshot) => Coverage) {
  const rank = (snapshot: Snapshot) =>
    (snapshot.state === "completed" ? 0 : COVERAGES.length) + COVERAGES.indexOf(coverage(snapshot));
  const counted: Snapshot[] = [];
  const extra: { duplicate: Snapshot; of: Snapshot }[] = [];
  const alive = own.filter((snapshot) => snapshot.state !== "error");
  for (const group of sameVolumeAndSlot(alive)) {
    const [of, ...duplicates] = bestFirst(group, rank);
    if (of === undefined) continue;
    counted.push(of);
    for (const duplicate of duplicates) extra.push({ duplicate, of });
  }
  return { counted, extra };
}

function failedSnapshots(own: readonly Snapshot[]): Problem[] {
  return own
    .filter((snapshot) => snapshot.state === "error")
    .map((snapshot) => ({
      kind: "failed-snapshot",
      subject: snapshot.snapshotId,
      message: `the snapshot ${snapshot.snapshotId} of ${snapshot.volumeId} failed in EC2: ${snapshot.stateMessage ?? "no reason given"}`,
      hint: "The next run takes a new one. If it fails again, look at the volume's health and its key.",
    }));
}

function pendingOf(snapshots: readonly Snapshot[]): Plan["pending"] {
  return snapshots
    .filter((snapshot) => snapshot.state === "pending")
    .map(({ snapshotId, region, startTimeMs }) => ({ snapshotId, region, sinceMs: startTimeMs }));
}

/** Adds to the plan what needs both regions seen: copies and pruning. */
function planBothRegions(
  plan: Plan,
  own: readonly Snapshot[],
  copies: readonly Snapshot[],
  policy: VaultPolicy,
  nowMs: number,
): void {
  const bySource = copiesBySource(copies);
  const coverage = (snapshot: Snapshot) =>
    coverageOf(snapshot, bySource.get(snapshot.snapshotId), policy.drKeyArn);
  const { counted, extra } = countedAndExtra(own, coverage);
  const completed = counted.filter((snapshot) => snapshot.state === "completed");
  const copying = planCopies(completed, bySource, policy, nowMs);
  const primary = prunePrimary(own, counted, extra, coverage, policy, nowMs);
  const leaving = new Set(primary.actions.map((action) => action.snapshotId));
  const sources = new Map(own.map((snapshot) => [snapshot.snapshotId, snapshot]));
  const dr = pruneDr(copies, sources, leaving, policy, nowMs);
  plan.actions.push(...copying.actions, ...primary.actions, ...dr.actions);
  plan.kept.push(...primary.kept, ...dr.kept);
  plan.problems.push(...copying.problems);
  const stillPending = copies.filter((c) => copyState(c, policy.drKeyArn) === "pending");
  plan.pending.push(...pendingOf(stillPending));
}

/**
 * @param world what {@link observe} saw; a part that is missing plans nothing that needs it
 * @returns snapshots first, then copies, then deletions; what is kept, with reasons; problems; what is under way
 */
export function planVault(world: World, policy: VaultPolicy, wake: Wake, nowMs: number): Plan {
  const plan: Plan = { actions: [], kept: [], problems: [...world.problems], pending: [] };
  if (world.snapshots === undefined) return plan;
  const own = world.snapshots.filter((snapshot) => isOwn(snapshot, policy.vaultId));
  if (world.instances !== undefined && wake.slot !== undefined) {
    const slot = { slot: wake.slot, runId: wake.runId };
    const snapshots = planSnapshots(world.instances, own, policy, slot);
    plan.actions.push(...snapshots.actions);
    plan.problems.push(...snapshots.problems);
  }
  plan.problems.push(...failedSnapshots(own));
  plan.pending.push(...pendingOf(own));
  if (world.copies !== undefined) {
    const copies = world.copies.filter((copy) => isOwnCopy(copy, policy.vaultId));
    planBothRegions(plan, own, copies, policy, nowMs);
  }
  return plan;
}
