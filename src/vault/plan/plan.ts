/**
 * plan: what to do about the world. Pure, total and deterministic: the same world, policy and time give the same plan,
 * and it imports neither AWS nor Pulumi. The Lambda, the local vault and the tests all use this one.
 */
import { makeCalendar } from "../retention/calendar";
import { drCopyTags } from "./copyTags";
import { beginChanges } from "../changes/changing";
import { countedAndExtra } from "../inventory/duplicates";
import { planDropouts } from "./dropoutProblems";
import { type SeenRegion, distanceIn, seenRegions, unsafeIn } from "../inventory/drRegions";
import { doubtProblems, strangerProblems } from "../identity/doubts";
import { isClear, isOwn } from "../identity/ownership";
import { volumeAndSlotOf } from "../inventory/sameSlot";
import { isStandIn } from "../inventory/replacements";
import { planCopies } from "./copies";
import { idsOf, planPruning } from "./pruning";
import { orphanNotices } from "./orphans";
import { planSnapshots } from "./snapshots";
import { instanceRules } from "../retention/effectiveRules";
import { holdDeletions, isUnderLost, keyProblems, lostKeys, withoutLost } from "./keyGate";
import { ignoredMarks, releasedIn } from "./released";
import { leftNotices } from "../changes/leftRegions";
import { pointsLook } from "../missing/missingPoints";
import { missingProblems } from "../missing/missingWords";
import { latestStartedFirst } from "../inventory/order";
import { HOUR_MS, humanDuration, parseIso } from "../lib/time";
import { failuresBySlot, nextTry, oneAtATime } from "../inventory/attempts";
import type { Action, Kept, Plan } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot, World } from "../model/world";
import type { Serving } from "../model/trigger";
import type { Problem } from "../model/problem";
import { planEncrypting } from "./encryption";

/** A snapshot that failed is tried again; a person is told when that came to nothing. */
function failedSnapshots(own: readonly Snapshot[], policy: CoreSettings, nowMs: number): Problem[] {
  const windowMs = policy.startWindowHours * HOUR_MS;
  return [...failuresBySlot(own).entries()].flatMap(([subject, failed]) => {
    const [latest] = [...failed].sort(latestStartedFirst);
    const slotMs = parseIso(latest?.identity.slot ?? "") ?? 0;
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
function stuckCopies(copies: readonly Snapshot[], policy: CoreSettings, nowMs: number): Problem[] {
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

function isCompleted({ state }: Snapshot): boolean {
  return state === "completed";
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
  { tags }: CoreSettings,
  nowMs: number,
) {
  return seen.map(({ dr, bySource, released }) => {
    const target = { ...dr, released, tagsOf: (source: Snapshot) => drCopyTags(source, tags) };
    return planCopies(completed, bySource, target, nowMs);
  });
}

/** Adds what is in doubt and has no twin that is not: who changes tags keeps nothing from being copied. */
function worthCopying(own: readonly Snapshot[], counted: readonly Snapshot[]): Snapshot[] {
  const completed = counted.filter(isCompleted);
  const doubted = own.filter((one) => !isClear(one) && isCompleted(one));
  if (doubted.length === 0) return completed;
  const known = new Set(counted.map(volumeAndSlotOf));
  for (const one of doubted) {
    if (known.has(volumeAndSlotOf(one))) continue;
    known.add(volumeAndSlotOf(one));
    completed.push(one);
  }
  return completed;
}

/** What is in doubt is kept, whatever the rules say. */
function keptInDoubt(snapshots: readonly Snapshot[]): Kept[] {
  return snapshots.flatMap((snapshot) => {
    const { region, snapshotId, doubt } = snapshot;
    if (doubt === undefined || isClear(snapshot)) return [];
    return [{ region, snapshotId, reason: `in doubt: ${doubt.what}` }];
  });
}

/** The volumes that an action snapshots. */
function volumesOf(action: Action): string[] {
  return action.kind === "snapshot" ? action.volumes.map(({ volumeId }) => volumeId) : [];
}

/** Adds what is in doubt, in every region that was seen, and what only looks like the vault's. */
function addDoubts(plan: Plan, { snapshots = [], copies, strangers = [] }: World): void {
  const all = [...snapshots, ...Object.values(copies).flat()];
  plan.kept = [...plan.kept, ...keptInDoubt(all)];
  plan.problems = [...plan.problems, ...doubtProblems(all), ...strangerProblems(strangers)];
}

/** Adds to the plan what needs other regions seen: copies and pruning. */
function planRegions(
  plan: Plan,
  own: readonly Snapshot[],
  world: World,
  policy: CoreSettings,
  slot: string | undefined,
  nowMs: number,
): void {
  const marked = seenRegions(world, policy);
  const clear = own.every(isClear) ? own : own.filter(isClear);
  const copies = marked.flatMap((region) => region.copies);
  const { problems, ...ruled } = instanceRules([...own, ...copies], world, policy, nowMs);
  const changing = beginChanges(world, ruled, policy, slot, nowMs);
  const calendar = makeCalendar(policy.timezone);
  const rules = { ...ruled, calendar, nowMs, formersOf: changing.formersOf };
  const finished = clear.filter(isCompleted);
  const believed = marked.map((one) => ({ one, ...releasedIn(one, finished, rules) }));
  const seen = believed.map(({ one, released }): SeenRegion => ({ ...one, released }));
  const { counted, extra } = countedAndExtra(clear, distanceIn(seen), policy);
  const completed = counted.filter(isCompleted);
  const wanted = new Set(plan.actions.flatMap(volumesOf));
  const unsafe = (snapshot: Snapshot) => unsafeIn(seen, snapshot);
  const doubted = clear === own ? [] : own.filter((one) => !isClear(one));
  const seenHere = { own, clear, counted, extra, doubted, wanted };
  const { due, primary, pruned, isAllSeen } = planPruning(seenHere, seen, unsafe, {
    policy,
    rules,
    limit: changing.limit,
  });
  const copying = believed.map(({ one, forCopying }): SeenRegion => ({ ...one, released: forCopying }));
  const making = [
    ...planCopying(worthCopying(own, counted), copying, policy, nowMs),
    ...planEncrypting(own, completed, idsOf(due.actions), policy, nowMs),
  ];
  // Not `push(...)`: a hundred thousand arguments are more than a call takes.
  const lost = lostKeys(world, policy);
  const pruning = [primary, ...pruned];
  const deletions = pruning.flatMap(({ actions }) => actions);
  const held = holdDeletions(deletions, lost, world);
  const copied = making.flatMap(({ actions }) => actions);
  const changed = changing.end(isAllSeen, rules);
  plan.points = pointsLook(world, policy, [due, ...pruned], nowMs);
  if (ruled.orphans !== undefined) plan.orphans = ruled.orphans;
  plan.changes = changed.changes;
  plan.withheld = changed.withheld;
  plan.actions = [...plan.actions, ...withoutLost(copied, own, lost), ...held.actions];
  plan.kept = [...pruning.flatMap(({ kept }) => kept), ...held.kept];
  plan.problems = [
    ...plan.problems,
    ...making.flatMap((one) => one.problems).filter(({ subject }) => !isUnderLost(subject, lost)),
    ...stuckCopies([...own.filter(isStandIn), ...copies], policy, nowMs),
    ...copying.flatMap((one) => ignoredMarks(one, completed)),
    ...problems,
    ...orphanNotices([...own, ...copies], ruled.orphans ?? [], policy),
    ...changed.problems,
    ...(plan.points === undefined ? [] : missingProblems(plan.points, policy.primaryRegion)),
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
  policy: CoreSettings,
  serving: Serving | undefined,
  runId: string,
  nowMs: number,
): Plan {
  // Keys and DR regions are reported on even when the primary region can't be read.
  const problems = [...world.problems, ...keyProblems(lostKeys(world, policy)), ...leftNotices(world, policy)];
  const plan: Plan = { actions: [], kept: [], problems, pending: [], slotSettled: false };
  if (world.snapshots === undefined) {
    addDoubts(plan, world);
    return plan;
  }
  const own = world.snapshots.filter(isOwn);
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
  plan.problems = [...plan.problems, ...failedSnapshots(own.filter(isClear), policy, nowMs)];
  plan.pending = pendingOf(own);
  // What a sweep only reports as missed is no run: nobody is an orphan by that.
  const slot = serving?.mode === "open" ? serving.slot : undefined;
  planRegions(plan, own, world, policy, slot, nowMs);
  addDoubts(plan, world);
  return plan;
}
