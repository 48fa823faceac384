/**
 * Decides what is deleted and what is kept in a DR region, and why. A copy that failed or is under another key is
 * unusable. It is deleted once a verified one has replaced it, or once its source needs no copy any more. The newest
 * verified copies of a volume are kept, because the next copy builds on them.
 */
import type { SeenRegion } from "../../inventory/drRegions";
import { groupBy } from "../../lib/collections";
import { bestFirst, sameVolumeAndSlot } from "../../inventory/sameSlot";
import { isClear } from "../../identity/ownership";
import type { SourceOf } from "../../inventory/replacements";
import { copyState } from "../../inventory/copies";
import { evaluate } from "../../retention/evaluate";
import type { PruneRules } from "../../retention/historyVerdict";
import { emptyVerdict, whyKept } from "../../retention/retentionVerdict";
import { emptyPlan, holdsOf, keep, keepHeld, leavingOf, remove } from "./pruneDecisions";
import { failedAttempts } from "./pruneFailed";
import type { PrunePlan } from "../../retention/prunePlan";
import { setKeyOf } from "../../retention/recoverySets";
import { copyExpiredTag } from "../../model/tags/tags";
import type { Snapshot } from "../../model/world";

/** Finders of the snapshots in the primary region that copies were made of. */
interface Sources {
  sources: SourceOf;
  /** Finds those that the plan does not delete. */
  stays: SourceOf;
  /** Finds those that are canonical and that the plan does not delete. */
  counts: SourceOf;
}

interface Dr extends Sources {
  plan: PrunePlan;
  region: string;
  state: (copy: Snapshot) => ReturnType<typeof copyState>;
  sourceOf: (copy: Snapshot) => string;
  /** Finds the verified copy of the same source that is in doubt. While it is there, no copy replaces a failed one. */
  inPlaceOf: (copy: Snapshot) => Snapshot | undefined;
  /** Completed copies that are kept until a verified one replaces them. They count as recovery points until then. */
  waiting: Set<Snapshot>;
  /** Decides whether a source's copy in this region is past its retention. */
  isExpired: (source: Snapshot) => boolean;
  nowMs: number;
}

/** Returns why another copy of one volume and slot is kept while the best one is not verified. */
function whyBeside({ state }: Dr, best: Snapshot): string {
  return `${best.snapshotId} is of the same slot, but is ${state(best)}`;
}

/**
 * Adds the other copies of one volume and slot to the plan.
 * @returns those under former keys of a best one that is under a former key too; they go with its recovery point
 */
function pruneOthers(dr: Dr, best: Snapshot, others: readonly Snapshot[]): Snapshot[] {
  const { plan, state, nowMs } = dr;
  const isReplaced = state(best) === "verified";
  const failed = failedAttempts(
    [best, ...others].filter((copy) => copy.state === "error"),
    {
      attemptsAt: () => "this copy",
      replacedBy: () => (isReplaced ? `not usable, and replaced by ${best.snapshotId}` : undefined),
    },
    nowMs,
  );
  const beside: Snapshot[] = [];
  for (const other of others) {
    const why = failed.get(other);
    if (why !== undefined) remove(plan, other, { because: "failed", reason: why });
    else if (best.state === "completed" && !isReplaced && other.state === "completed") beside.push(other);
    else if (!isReplaced || state(other) === "pending") keep(plan, other, whyBeside(dr, best));
    else if (state(other) === "verified") {
      remove(plan, other, { because: "redundant", reason: `a duplicate of ${best.snapshotId}` });
    } else remove(plan, other, { because: "redundant", reason: `not usable, and replaced by ${best.snapshotId}` });
  }
  return beside;
}

/**
 * Decides whether the best copy of one volume and slot is a recovery point for retention. Adds it to the plan if it is
 * none, or is kept whatever the rules say.
 */
function isPoint(dr: Dr, best: Snapshot): boolean {
  const { plan, waiting, isExpired, inPlaceOf, state, sourceOf, stays, sources } = dr;
  if (state(best) === "verified") return true;
  const source = sources(sourceOf(best));
  const expired = source !== undefined && isExpired(source);
  const doubted = best.state === "error" ? inPlaceOf(best) : undefined;
  if (state(best) === "pending") keep(plan, best, "it is pending");
  else if (doubted !== undefined) {
    remove(plan, best, {
      because: "failed",
      reason: `it is in state error, and ${doubted.snapshotId} is there, in doubt`,
    });
  } else if (stays(sourceOf(best)) !== undefined && !expired) {
    keep(plan, best, "not usable, until its replacement is verified");
    if (best.state !== "completed") return false;
    waiting.add(best);
    return true;
  } else if (best.state === "completed") return true;
  else remove(plan, best, { because: "failed", reason: `it is in state ${best.state}, and its source is gone` });
  return false;
}

/**
 * Returns the copy under a former key that counts as the recovery point while its replacement is pending or failed, as
 * it does in released.ts. Otherwise nothing of an instance would seem due while all of its copies are made again, and
 * its stop would end (changes/deletionLimit.ts).
 */
function standIn({ state, waiting }: Dr, others: readonly Snapshot[]): Snapshot | undefined {
  const former = others.find((copy) => copy.state === "completed" && state(copy) === "unusable");
  if (former !== undefined) waiting.add(former);
  return former;
}

/** Returns the ids of the newest verified copies of each volume, `keepAtLeast` of each. */
function floorOf(verified: readonly Snapshot[], { rulesOf }: PruneRules): Set<string> {
  const floor = new Set<string>();
  for (const copies of groupBy(verified, ({ volumeId }) => volumeId).values()) {
    // Slots are whole seconds in UTC, so their order as text is their order in time.
    copies.sort((a, b) => (a.identity.slot < b.identity.slot ? 1 : -1));
    for (const [index, { snapshotId, identity }] of copies.entries()) {
      if (index < rulesOf(identity.instanceId).keepAtLeast) floor.add(snapshotId);
    }
  }
  return floor;
}

/** Returns why a copy that its rules release is kept, with all of its recovery point. */
function whyStays(
  { region, waiting, sources, stays, sourceOf }: Dr,
  copy: Snapshot,
  floor: ReadonlySet<string>,
): string | undefined {
  if (!isClear(copy)) return "it is in doubt";
  if (copy.state === "pending") return `it is pending in ${region}`;
  if (waiting.has(copy)) return `its replacement in ${region} is not verified`;
  if (floor.has(copy.snapshotId)) return "it is one of the newest verified copies";
  const source = stays(sourceOf(copy)) ?? sources(sourceOf(copy));
  // The vault writes no copy-expired tag on what somebody changed, and without the tag it would be copied again.
  return source?.doubt && `its source ${source.snapshotId} is in doubt`;
}

/** Returns a function that says why a copy of the plan's points is kept although its rules release it. */
function holdsIn(dr: Dr, copies: readonly Snapshot[], rules: PruneRules): (copy: Snapshot) => string | undefined {
  const { points, verdict } = dr.plan;
  const leaving = leavingOf(points, verdict);
  if (leaving.length === 0) return () => undefined;
  const volumes = new Set(leaving.map(({ volumeId }) => volumeId));
  const verified = points.filter((copy) => volumes.has(copy.volumeId) && dr.state(copy) === "verified");
  const floor = floorOf(verified, rules);
  const unsure = copies.filter((copy) => copy.state === "pending" || !isClear(copy));
  const holds = holdsOf([...leaving, ...unsure], (copy) => whyStays(dr, copy, floor));
  return (copy) => whyStays(dr, copy, floor) ?? holds.get(setKeyOf(copy));
}

/** Removes a copy that the rules release, and has the copy-expired tag written on its source. */
function removeExpired({ plan, region, sources, stays, sourceOf }: Dr, copy: Snapshot, reason: string): void {
  const source = stays(sourceOf(copy)) ?? sources(sourceOf(copy));
  const expiredCopyTag = source && { snapshotId: source.snapshotId, regions: [region] };
  remove(plan, copy, { because: "retention", reason, expiredCopyTag });
}

/**
 * Deletes duplicates under former keys with their recovery point, and keeps the others. One that was left alone would be
 * a recovery point without its root.
 */
function pruneBeside(dr: Dr, beside: ReadonlyMap<Snapshot, readonly Snapshot[]>): void {
  if (beside.size === 0) return;
  const leaving = new Set(dr.plan.actions.map(({ snapshotId }) => snapshotId));
  for (const [best, others] of beside) {
    for (const other of others) {
      if (leaving.has(best.snapshotId)) removeExpired(dr, other, `a duplicate of ${best.snapshotId}, which expires`);
      else keep(dr.plan, other, whyBeside(dr, best));
    }
  }
}

/** Prunes a DR region. Every copy that is not in doubt is in the plan once, deleted or kept. */
export function pruneDr(
  { dr: { region, keyArn }, copies, clear, bySource, released }: SeenRegion,
  { sources, stays, counts }: Sources,
  rules: PruneRules,
): PrunePlan {
  const dr: Dr = {
    plan: emptyPlan([], emptyVerdict()),
    region,
    state: (copy) => copyState(copy, keyArn),
    sourceOf: (copy) => copy.identity.source?.snapshotId ?? "",
    sources,
    stays,
    counts,
    inPlaceOf: (copy) =>
      (bySource.get(copy.identity.source?.snapshotId ?? "") ?? []).find(
        (other) => !isClear(other) && copyState(other, keyArn) === "verified",
      ),
    waiting: new Set(),
    isExpired: (source) => source.tags[copyExpiredTag(region)] !== undefined && released(source),
    nowMs: rules.nowMs,
  };
  const { plan, state, sourceOf } = dr;
  // The best of two verified copies is the one of the canonical snapshot, which would be copied again without it.
  const rank = (copy: Snapshot) =>
    2 * ["verified", "pending", "unusable"].indexOf(state(copy)) + (counts(sourceOf(copy)) === undefined ? 1 : 0);
  const points: Snapshot[] = [];
  const beside = new Map<Snapshot, readonly Snapshot[]>();
  for (const group of sameVolumeAndSlot(clear)) {
    if (!Array.isArray(group)) {
      if (isPoint(dr, group)) points.push(group);
      continue;
    }
    const [best, ...others] = bestFirst(group, rank);
    if (best === undefined) continue;
    const duplicates = pruneOthers(dr, best, others);
    if (duplicates.length > 0) beside.set(best, duplicates);
    const point = isPoint(dr, best) ? best : standIn(dr, others);
    if (point !== undefined) points.push(point);
  }
  const verdict = evaluate({ snapshots: points, side: "drKeep", region }, rules);
  plan.points = points;
  plan.verdict = verdict;
  const holdOf = holdsIn(dr, copies, rules);
  for (const copy of points) {
    if (dr.waiting.has(copy)) continue;
    // Nearly all are kept.
    const kept = whyKept(verdict, copy);
    if (kept === undefined && keepHeld(plan, copy)) continue;
    const reason = kept === undefined ? verdict.gone.get(copy.snapshotId) : undefined;
    const but = reason && holdOf(copy);
    if (reason === undefined) keep(plan, copy, kept ?? "kept");
    else if (but !== undefined) keep(plan, copy, `${reason}, but ${but}`);
    else removeExpired(dr, copy, reason);
  }
  pruneBeside(dr, beside);
  return plan;
}
