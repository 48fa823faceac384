/**
 * What goes and what stays in the primary region, and why. The rules that never break (docs/ARCHITECTURE.md): the
 * newest completed recovery points of a volume stay; a snapshot stays while its copy is missing, pending or broken;
 * nothing that the vault did not make is touched. Every snapshot comes back once: deleted or kept.
 */
import type { Duplicate } from "../inventory/duplicates";
import { dataStartMs } from "../inventory/sameSlot";
import { isClear } from "../identity/ownership";
import { isReplacement } from "../inventory/replacements";
import { evaluate } from "../retention/evaluate";
import type { PruneRules } from "../retention/historyVerdict";
import { whyKept } from "../retention/retentionVerdict";
import { FAILED_KEPT_MS, emptyPlan, holdsOf, keep, keepHeld, remove } from "./pruneDecisions";
import type { PrunePlan } from "../retention/prunePlan";
import { setKeyOf } from "../retention/recoverySets";
import { latestStartedFirst } from "../inventory/order";
import { MAX_ATTEMPTS, serialSnapshots } from "../inventory/attempts";
import type { Snapshot } from "../model/world";

/**
 * Remains count against the five snapshots that EC2 takes of a volume at a time, so no more stay than one slot's tries.
 * @param alive every snapshot that did not fail
 * @param wanted the volumes that the plan takes a snapshot of
 */
function pruneFailed(
  plan: PrunePlan,
  failed: readonly Snapshot[],
  alive: readonly Snapshot[],
  wanted: ReadonlySet<string>,
  nowMs: number,
) {
  const newer = new Map<string, number>();
  for (const snapshot of [...failed].sort(latestStartedFirst)) {
    const { volumeId } = snapshot;
    const after = newer.get(volumeId) ?? 0;
    newer.set(volumeId, after + 1);
    const replaced = alive.some(
      (other) =>
        other.volumeId === volumeId && other.state === "completed" && dataStartMs(other) > snapshot.startTimeMs,
    );
    const type = serialSnapshots(snapshot);
    if (replaced) remove(plan, snapshot, "failed", "failed, and a newer one is completed");
    else if (type !== undefined && wanted.has(volumeId)) {
      remove(plan, snapshot, "failed", `failed, and ${type} takes no other beside it`);
    } else if (nowMs - snapshot.startTimeMs > FAILED_KEPT_MS) {
      remove(plan, snapshot, "failed", "failed more than a day ago");
    } else if (after >= MAX_ATTEMPTS) {
      remove(plan, snapshot, "failed", `failed, and so did ${MAX_ATTEMPTS} after it`);
    } else keep(plan, snapshot, `failed: ${snapshot.stateMessage ?? "EC2 gives no reason"}`);
  }
}

/**
 * The remains of stand-ins, as those of copies: what else there is of the volume says nothing of them, and their number
 * is how often it was tried.
 */
function pruneFailedStandIns(
  plan: PrunePlan,
  failed: readonly Snapshot[],
  counted: readonly Snapshot[],
  nowMs: number,
) {
  const originalOf = ({ identity }: Snapshot) => identity.source?.snapshotId ?? "";
  const verified = new Map(counted.filter(isReplacement).map((one) => [originalOf(one), one.snapshotId]));
  const newer = new Map<string, number>();
  for (const standIn of [...failed].sort((a, b) => b.startTimeMs - a.startTimeMs)) {
    const original = originalOf(standIn);
    const tries = newer.get(original) ?? 0;
    newer.set(original, tries + 1);
    const replacement = verified.get(original);
    if (replacement !== undefined) {
      remove(plan, standIn, "failed", `not usable, and replaced by ${replacement}`);
    } else if (nowMs - standIn.startTimeMs > FAILED_KEPT_MS) {
      remove(plan, standIn, "failed", "failed more than a day ago");
    } else if (tries >= MAX_ATTEMPTS) {
      remove(plan, standIn, "failed", `failed, and so did ${MAX_ATTEMPTS} after it`);
    } else keep(plan, standIn, `failed: ${standIn.stateMessage ?? "EC2 gives no reason"}`);
  }
}

function notCompleted(name: string, { state }: Snapshot): string | undefined {
  return state === "completed" ? undefined : `${name} is ${state}`;
}

/** What pruning knows of the primary region. */
export interface PrimaryRegion {
  /** The vault's own that are in no doubt. */
  own: readonly Snapshot[];
  /** The snapshot that counts of each volume and slot. */
  counted: readonly Snapshot[];
  /** Their duplicates, with the one that counts. */
  extra: readonly Duplicate[];
  /** Those in doubt: what is of one recovery point with them stays beside them. */
  doubted: readonly Snapshot[];
  /** The volumes that the plan takes a snapshot of. */
  wanted: ReadonlySet<string>;
}

/** @param unsafe why a snapshot can't go yet: its copy is not verified; `undefined` where it can */
export function prunePrimary(
  region: string,
  { own, counted, extra, doubted, wanted }: PrimaryRegion,
  unsafe: (snapshot: Snapshot) => string | undefined,
  rules: PruneRules,
): PrunePlan {
  const points = counted.filter((snapshot) => snapshot.state === "completed");
  const judgement = evaluate({ snapshots: points, side: "keep", region }, rules);
  const plan = emptyPlan(points, judgement);
  const { gone } = judgement;
  const holds = holdsOf([...counted, ...doubted], (snapshot) => {
    if (!isClear(snapshot)) return "it is in doubt";
    if (snapshot.state !== "completed") return `it is ${snapshot.state}`;
    return gone.has(snapshot.snapshotId) ? unsafe(snapshot) : undefined;
  });
  for (const snapshot of counted) {
    if (keepHeld(plan, snapshot)) continue;
    const reason = gone.get(snapshot.snapshotId);
    if (snapshot.state !== "completed") keep(plan, snapshot, `it is ${snapshot.state}`);
    else if (reason === undefined) keep(plan, snapshot, whyKept(judgement, snapshot) ?? "kept");
    else {
      const but = unsafe(snapshot) ?? holds.get(setKeyOf(snapshot));
      if (but === undefined) remove(plan, snapshot, "retention", reason);
      else keep(plan, snapshot, `${reason}, but ${but}`);
    }
  }
  for (const { duplicate, of, why, but, mark } of extra) {
    // What only waits to be replaced waits for nothing once all of its slot goes.
    const isGone = gone.has(of.snapshotId) && !holds.has(setKeyOf(of));
    const wait =
      (isGone ? undefined : but) ?? notCompleted("it", duplicate) ?? notCompleted(of.snapshotId, of) ?? unsafe(of);
    if (wait === undefined) remove(plan, duplicate, "redundant", why, mark);
    else keep(plan, duplicate, `${why}, but ${wait}`);
  }
  const failed = own.filter((snapshot) => snapshot.state === "error");
  if (failed.length === 0) return plan;
  const alive = own.filter((snapshot) => snapshot.state !== "error");
  pruneFailed(
    plan,
    failed.filter((one) => !isReplacement(one)),
    alive,
    wanted,
    rules.nowMs,
  );
  pruneFailedStandIns(plan, failed.filter(isReplacement), counted, rules.nowMs);
  return plan;
}
