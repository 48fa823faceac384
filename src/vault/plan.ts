/**
 * plan: what to do about the world. Pure, total and deterministic: the same world, policy and time give the same plan,
 * and it imports neither AWS nor Pulumi. The Lambda, the local vault and the tests all use this one.
 */
import { makeCalendar } from "./calendar";
import { drCopyTags } from "./copyTags";
import { countedAndExtra } from "./counted";
import { planDropouts } from "./dropoutProblems";
import { type SeenRegion, distanceIn, seenRegions, unsafeIn } from "./drRegions";
import { isOwn } from "./duplicates";
import { encryptionTarget, isStandIn, sourceFinder } from "./encryption";
import { copiesBySource, planCopies } from "./planCopies";
import { prunePrimary } from "./planPrune";
import { pruneDr } from "./planPruneDr";
import { planSnapshots } from "./planSnapshots";
import { newestFirst } from "./retention";
import { TAG } from "./tags";
import { HOUR_MS, humanDuration, parseIso } from "./time";
import { failuresBySlot, nextTry, oneAtATime } from "./tries";
import type { Action, DeleteAction, Plan, Problem, Serving, Snapshot, VaultPolicy, World } from "./types"; // prettier-ignore
import { volumeRules } from "./volumeRules";

/** A snapshot that failed is tried again; a person is told when that came to nothing. */
function failedSnapshots(own: readonly Snapshot[], policy: VaultPolicy, nowMs: number): Problem[] {
  const windowMs = policy.startWindowHours * HOUR_MS;
  return [...failuresBySlot(own).entries()].flatMap(([subject, failed]) => {
    const [latest] = [...failed].sort(newestFirst);
    const slotMs = parseIso(latest?.tags[TAG.slot] ?? "") ?? 0;
    const over = nextTry(failed, policy, nowMs) === "never" || nowMs - slotMs > windowMs;
    if (latest === undefined || !over) return [];
    // Of a volume that leaves no remains but the last, nobody knows how often.
    const times = oneAtATime(latest) === undefined ? ` ${failed.length} times` : "";
    return {
      kind: "failed-snapshot",
      subject,
      message: `the snapshot of ${latest.volumeId} failed in EC2${times}, last ${latest.snapshotId}: ${latest.stateMessage ?? "no reason given"}`,
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

/** Copies that are wanted, of what counts. */
function planCopying(
  completed: readonly Snapshot[],
  seen: readonly SeenRegion[],
  policy: VaultPolicy,
  nowMs: number,
) {
  const { vaultId } = policy;
  return seen.map(({ dr, bySource }) => {
    const target = { ...dr, vaultId, tagsOf: drCopyTags };
    return planCopies(completed, bySource, target, nowMs);
  });
}

function idsOf(deletes: readonly DeleteAction[]): Set<string> {
  return new Set(deletes.map(({ snapshotId }) => snapshotId));
}

/** The volumes that an action snapshots. */
function volumesOf(action: Action): string[] {
  return action.kind === "snapshot" ? action.volumes.map(({ volumeId }) => volumeId) : [];
}

/** Encrypted copies of what is not encrypted and stays. */
function planEncrypting(
  own: readonly Snapshot[],
  completed: readonly Snapshot[],
  leaving: ReadonlySet<string>,
  policy: VaultPolicy,
  nowMs: number,
) {
  const target = encryptionTarget(policy);
  if (target === undefined) return [];
  const plain = completed.filter(
    (one) => !one.encrypted && !isStandIn(one) && !leaving.has(one.snapshotId),
  );
  return [planCopies(plain, copiesBySource(own.filter(isStandIn)), target, nowMs)];
}

/** Adds to the plan what needs other regions seen: copies and pruning. */
function planRegions(
  plan: Plan,
  own: readonly Snapshot[],
  world: World,
  policy: VaultPolicy,
  nowMs: number,
): void {
  const seen = seenRegions(world, policy);
  const { counted, extra } = countedAndExtra(own, distanceIn(seen), policy);
  const completed = counted.filter((snapshot) => snapshot.state === "completed");
  const copies = seen.flatMap((region) => region.copies);
  const { rulesOf, problems } = volumeRules(own, copies, world.instances, policy, nowMs);
  const rules = { rulesOf, calendar: makeCalendar(policy.timezone), nowMs };
  const wanted = new Set(plan.actions.flatMap(volumesOf));
  const unsafe = (snapshot: Snapshot) => unsafeIn(seen, snapshot);
  const due = prunePrimary(own, counted, extra, unsafe, rules, wanted);
  // A copy that can't be seen may be missing: then nothing goes that it could be made of.
  const isAllSeen = seen.length === policy.dr.length;
  const failed = due.actions.filter(({ because }) => because === "failed");
  const primary = isAllSeen ? due : { actions: failed, kept: [] };
  const leaving = idsOf(primary.actions);
  const staying = (all: readonly Snapshot[]) => all.filter((one) => !leaving.has(one.snapshotId));
  const left = staying(counted);
  const all = sourceFinder(own, counted);
  const sources = {
    sources: all,
    stays: leaving.size === 0 ? all : sourceFinder(staying(own), left),
    counts: sourceFinder([], left),
  };
  const pruned = seen.map(({ dr, copies }) => pruneDr(copies, sources, dr, rules));
  const making = [
    ...planCopying(completed, seen, policy, nowMs),
    ...planEncrypting(own, completed, idsOf(due.actions), policy, nowMs),
  ];
  // Not `push(...)`: a hundred thousand arguments are more than a call takes.
  plan.actions = [
    ...plan.actions,
    ...making.flatMap(({ actions }) => actions),
    ...[primary, ...pruned].flatMap(({ actions }) => actions),
  ];
  plan.kept = [primary, ...pruned].flatMap(({ kept }) => kept);
  plan.problems = [
    ...plan.problems,
    ...making.flatMap((one) => one.problems),
    ...stuckCopies([...own.filter(isStandIn), ...copies], policy, nowMs),
    ...problems,
  ];
  plan.pending = [...plan.pending, ...pendingOf(copies)];
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
    const dropouts = planDropouts(world.dropouts, policy, serving, nowMs);
    plan.problems = [...plan.problems, ...snapshots.problems, ...dropouts.problems];
    plan.slotSettled = snapshots.settled && dropouts.settled;
    const waits = [snapshots.waitsSinceMs, dropouts.waitsSinceMs].filter((ms) => ms !== undefined);
    if (waits.length > 0) plan.waitsSinceMs = Math.max(...waits);
    if (serving.overtakes !== undefined) {
      const given: Serving = { slot: serving.overtakes, mode: "closing" };
      const { problems } = planSnapshots(world.instances, own, policy, given, runId, nowMs);
      const missed = problems.filter(({ kind }) => kind === "slot-missed");
      plan.problems = [...plan.problems, ...missed];
    }
  }
  plan.problems = [...plan.problems, ...failedSnapshots(own, policy, nowMs)];
  plan.pending = pendingOf(own);
  planRegions(plan, own, world, policy, nowMs);
  return plan;
}
