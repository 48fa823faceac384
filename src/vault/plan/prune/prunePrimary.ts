/**
 * Decides what is deleted and what is kept in the primary region, and why. The rules that never break (docs/ARCHITECTURE.md):
 * the newest completed recovery points of a volume are kept; a snapshot is kept while its copy is missing, pending or unusable;
 * nothing that the vault did not make is touched. Every snapshot is in the plan once: deleted or kept.
 */
import type { RedundantSnapshot } from "../../inventory/dedupe";
import { dataStartMs } from "../../inventory/sameSlot";
import { isClear } from "../../identity/ownership";
import { isReplacement } from "../../inventory/replacements";
import { evaluate } from "../../retention/evaluate";
import type { PruneRules } from "../../retention/historyVerdict";
import { whyKept } from "../../retention/retentionVerdict";
import { emptyPlan, holdsOf, keep, keepHeld, remove } from "./pruneDecisions";
import { failedAttempts } from "./pruneFailed";
import type { PrunePlan } from "../../retention/prunePlan";
import { setKeyOf } from "../../retention/recoverySets";
import { serialSnapshots } from "../../inventory/attempts";
import type { Snapshot } from "../../model/world";

/** What pruning knows of the primary region. */
export interface PrimaryRegion {
  /** The vault's own that are in no doubt. */
  own: readonly Snapshot[];
  /** The canonical snapshot of each volume and slot. */
  canonical: readonly Snapshot[];
  /** Those beside them. */
  redundant: readonly RedundantSnapshot[];
  /** Those in doubt: the rest of their recovery points is kept with them. */
  doubted: readonly Snapshot[];
  /** The volumes that the plan takes a snapshot of. */
  wanted: ReadonlySet<string>;
}

/** Adds failed attempts to the plan. */
function addFailed(
  plan: PrunePlan,
  failed: readonly Snapshot[],
  { own, canonical, wanted }: PrimaryRegion,
  nowMs: number,
): void {
  const completed = own.filter(({ state }) => state === "completed");
  const isNewer = (other: Snapshot, one: Snapshot) =>
    other.volumeId === one.volumeId && dataStartMs(other) > one.startTimeMs;
  const ofVolumes = failedAttempts(
    failed.filter((one) => !isReplacement(one)),
    {
      // They count against the five snapshots that EC2 takes of a volume at a time.
      attemptsAt: ({ volumeId }) => volumeId,
      replacedBy: (one) =>
        completed.some((other) => isNewer(other, one)) ? "failed, and a newer one is completed" : undefined,
      blocks: (one) => {
        const type = wanted.has(one.volumeId) ? serialSnapshots(one) : undefined;
        return type && `failed, and ${type} takes no other beside it`;
      },
    },
    nowMs,
  );
  const originalOf = ({ identity }: Snapshot) => identity.source?.snapshotId ?? "";
  const replacements = new Map(canonical.filter(isReplacement).map((one) => [originalOf(one), one.snapshotId]));
  // Other snapshots of the volume say nothing about a failed replacement, as about a failed copy.
  const ofOriginals = failedAttempts(
    failed.filter(isReplacement),
    {
      attemptsAt: originalOf,
      replacedBy: (one) => {
        const replacement = replacements.get(originalOf(one));
        return replacement && `not usable, and replaced by ${replacement}`;
      },
    },
    nowMs,
  );
  for (const [one, why] of [...ofVolumes, ...ofOriginals]) {
    if (why === undefined) keep(plan, one, `failed: ${one.stateMessage ?? "EC2 gives no reason"}`);
    else remove(plan, one, { because: "failed", reason: why });
  }
}

function notCompleted(name: string, { state }: Snapshot): string | undefined {
  return state === "completed" ? undefined : `${name} is ${state}`;
}

/** @param unsafe why a snapshot can't go yet: its copy is not verified; `undefined` where it can */
export function prunePrimary(
  region: string,
  here: PrimaryRegion,
  unsafe: (snapshot: Snapshot) => string | undefined,
  rules: PruneRules,
): PrunePlan {
  const { own, canonical, redundant, doubted } = here;
  const points = canonical.filter((snapshot) => snapshot.state === "completed");
  const verdict = evaluate({ snapshots: points, side: "keep", region }, rules);
  const plan = emptyPlan(points, verdict);
  const { gone } = verdict;
  const holds = holdsOf([...canonical, ...doubted], (snapshot) => {
    if (!isClear(snapshot)) return "it is in doubt";
    if (snapshot.state !== "completed") return `it is ${snapshot.state}`;
    return gone.has(snapshot.snapshotId) ? unsafe(snapshot) : undefined;
  });
  for (const snapshot of canonical) {
    if (keepHeld(plan, snapshot)) continue;
    const reason = gone.get(snapshot.snapshotId);
    if (snapshot.state !== "completed") keep(plan, snapshot, `it is ${snapshot.state}`);
    else if (reason === undefined) keep(plan, snapshot, whyKept(verdict, snapshot) ?? "kept");
    else {
      const but = unsafe(snapshot) ?? holds.get(setKeyOf(snapshot));
      if (but === undefined) remove(plan, snapshot, { because: "retention", reason });
      else keep(plan, snapshot, `${reason}, but ${but}`);
    }
  }
  for (const { snapshot, canonical: kept, why, but, expiredCopyTag } of redundant) {
    // What only waits to be replaced waits for nothing once all of its slot is deleted.
    const isGone = gone.has(kept.snapshotId) && !holds.has(setKeyOf(kept));
    const wait =
      (isGone ? undefined : but) ?? notCompleted("it", snapshot) ?? notCompleted(kept.snapshotId, kept) ?? unsafe(kept);
    if (wait === undefined) remove(plan, snapshot, { because: "redundant", reason: why, expiredCopyTag });
    else keep(plan, snapshot, `${why}, but ${wait}`);
  }
  const failed = own.filter(({ state }) => state === "error");
  if (failed.length > 0) addFailed(plan, failed, here, rules.nowMs);
  return plan;
}
