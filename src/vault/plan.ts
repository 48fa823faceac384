/**
 * plan: what to do about the world. Pure, total and deterministic: the same world, policy and time give the same plan,
 * and it imports neither AWS nor Pulumi. The Lambda, the local vault and the tests all use this one.
 */
import { makeCalendar } from "./calendar";
import { bestFirst, isOwn, isOwnCopy, sameVolumeAndSlot } from "./duplicates";
import { type Coverage, copiesBySource, copyState, coverageOf, planCopies } from "./planCopies";
import { prunePrimary } from "./planPrune";
import { pruneDr } from "./planPruneDr";
import { planSnapshots } from "./planSnapshots";
import { newestFirst } from "./retention";
import { MAX_TRIES, failuresBySlot } from "./slots";
import { TAG } from "./tags";
import { HOUR_MS, humanDuration, parseIso } from "./time";
import type { Plan, Problem, ProtectedInstance, Serving, Snapshot, VaultPolicy, World } from "./types"; // prettier-ignore
import { volumeRules } from "./volumeRules";

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

/** A snapshot that failed is tried again; a person is told when that came to nothing. */
function failedSnapshots(own: readonly Snapshot[], policy: VaultPolicy, nowMs: number): Problem[] {
  const windowMs = policy.startWindowHours * HOUR_MS;
  return [...failuresBySlot(own).entries()].flatMap(([subject, failed]) => {
    const [latest] = [...failed].sort(newestFirst);
    const slotMs = parseIso(latest?.tags[TAG.slot] ?? "") ?? 0;
    const over = failed.length >= MAX_TRIES || nowMs - slotMs > windowMs;
    if (latest === undefined || !over) return [];
    return {
      kind: "failed-snapshot",
      subject,
      message: `the snapshot of ${latest.volumeId} failed in EC2 ${failed.length} times, last ${latest.snapshotId}: ${latest.stateMessage ?? "no reason given"}`,
      hint: "The next scheduled run takes a new one. If it fails again, look at the volume's health and its key.",
    };
  });
}

/** A copy that EC2 does not finish is not replaced, since it may still come; a person can ask AWS. */
function stuckCopies(copies: readonly Snapshot[], policy: VaultPolicy, nowMs: number): Problem[] {
  return copies
    .filter((copy) => copy.state === "pending")
    .filter((copy) => nowMs - copy.startTimeMs > policy.copyStuckHours * HOUR_MS)
    .map((copy) => ({
      kind: "copy-stuck",
      subject: copy.snapshotId,
      message: `the copy ${copy.snapshotId} in ${copy.region} has been pending for ${humanDuration(nowMs - copy.startTimeMs)}`,
      hint: "A first copy of a large volume takes long. Raise copyStuckHours if that is so; else ask AWS Support.",
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
  instances: readonly ProtectedInstance[] | undefined,
  policy: VaultPolicy,
  nowMs: number,
): void {
  const bySource = copiesBySource(copies);
  const coverage = (snapshot: Snapshot) =>
    coverageOf(snapshot, bySource.get(snapshot.snapshotId), policy.drKeyArn);
  const { counted, extra } = countedAndExtra(own, coverage);
  const completed = counted.filter((snapshot) => snapshot.state === "completed");
  const copying = planCopies(completed, bySource, policy, nowMs);
  const { rulesOf, problems } = volumeRules(own, copies, instances, policy, nowMs);
  const rules = { rulesOf, calendar: makeCalendar(policy.timezone), nowMs };
  const primary = prunePrimary(own, counted, extra, coverage, rules);
  const leaving = new Set(primary.actions.map((action) => action.snapshotId));
  const sources = new Map(own.map((snapshot) => [snapshot.snapshotId, snapshot]));
  const dr = pruneDr(copies, sources, leaving, policy, rules);
  // Not `push(...)`: a hundred thousand arguments are more than a call takes.
  plan.actions = [...plan.actions, ...copying.actions, ...primary.actions, ...dr.actions];
  plan.kept = [...primary.kept, ...dr.kept];
  plan.problems = [
    ...plan.problems,
    ...copying.problems,
    ...stuckCopies(copies, policy, nowMs),
    ...problems,
  ];
  const stillPending = copies.filter((c) => copyState(c, policy.drKeyArn) === "pending");
  plan.pending = [...plan.pending, ...pendingOf(stillPending)];
}

/**
 * @param world what {@link observe} saw; a part that is missing plans nothing that needs it
 * @param serving the slot to create for, if any
 * @returns snapshots first, then copies, then deletions; what is kept, with reasons; problems; what is under way
 */
export function planVault(
  world: World,
  policy: VaultPolicy,
  serving: Serving | undefined,
  runId: string,
  nowMs: number,
): Plan {
  const problems = [...world.problems];
  const plan: Plan = { actions: [], kept: [], problems, pending: [], slotSettled: false };
  if (world.snapshots === undefined) return plan;
  const own = world.snapshots.filter((snapshot) => isOwn(snapshot, policy.vaultId));
  if (world.instances !== undefined && serving !== undefined) {
    const snapshots = planSnapshots(world.instances, own, policy, serving, runId, nowMs);
    plan.actions = snapshots.actions;
    plan.problems = [...plan.problems, ...snapshots.problems];
    plan.slotSettled = snapshots.settled;
    if (serving.overtakes !== undefined) {
      const given: Serving = { slot: serving.overtakes, mode: "closing" };
      const { problems } = planSnapshots(world.instances, own, policy, given, runId, nowMs);
      const missed = problems.filter(({ kind }) => kind === "slot-missed");
      plan.problems = [...plan.problems, ...missed];
    }
  }
  plan.problems = [...plan.problems, ...failedSnapshots(own, policy, nowMs)];
  plan.pending = pendingOf(own);
  if (world.copies !== undefined) {
    const copies = world.copies.filter((copy) => isOwnCopy(copy, policy.vaultId));
    planBothRegions(plan, own, copies, world.instances, policy, nowMs);
  }
  return plan;
}
