/**
 * Decides what is deleted and what is kept in the primary region, and why. Some rules never break
 * (docs/ARCHITECTURE.md). The newest completed recovery points of a volume are kept. A snapshot is kept while its copy
 * is missing, pending or unusable. Nothing is touched that the vault did not make. Every snapshot is in the plan once,
 * deleted or kept.
 */
import type { RedundantSnapshot, Twin } from "../../inventory/dedupe";
import { dataStartMs } from "../../inventory/sameSlot";
import { isClear } from "../../identity/ownership";
import { isCopy } from "../../inventory/copies";
import { evaluate } from "../../retention/evaluate";
import type { PruneRules } from "../../retention/historyVerdict";
import { whyKept } from "../../retention/retentionVerdict";
import { emptyPlan, holdsOf, keep, keepHeld, leavingOf, remove } from "./pruneDecisions";
import { failedAttempts } from "./pruneFailed";
import type { PrunePlan } from "../../retention/prunePlan";
import { setKeyOf } from "../../retention/recoverySets";
import { serialSnapshots } from "../../inventory/attempts";
import type { Snapshot } from "../../model/world";

/** The primary region as pruning sees it. */
export interface PrimaryRegion {
  /** The vault's own snapshots that are not in doubt. */
  own: readonly Snapshot[];
  /** The canonical snapshot of each volume and slot. */
  canonical: readonly Snapshot[];
  /** The snapshots beside them. */
  redundant: readonly RedundantSnapshot[];
  /** Snapshots of the same data as a canonical one, in the same recovery point. */
  twins: readonly Twin[];
  /** Snapshots in doubt. The rest of their recovery points is kept with them. */
  doubted: readonly Snapshot[];
  /** Ids of the volumes that the plan snapshots. */
  wanted: ReadonlySet<string>;
}

/** Returns when the newest data of each volume was taken, of the snapshots that are completed. */
function newestDataMs(own: readonly Snapshot[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const one of own) {
    if (one.state !== "completed") continue;
    const knownMs = newest.get(one.volumeId) ?? -Infinity;
    newest.set(one.volumeId, Math.max(knownMs, dataStartMs(one)));
  }
  return newest;
}

/** Adds failed attempts to the plan. */
function addFailed(
  plan: PrunePlan,
  failed: readonly Snapshot[],
  { own, canonical, wanted }: PrimaryRegion,
  nowMs: number,
): void {
  const newestMs = newestDataMs(own);
  const ofVolumes = failedAttempts(
    failed.filter((one) => !isCopy(one)),
    {
      // Failed snapshots use up the five that EC2 takes of a volume at a time.
      attemptsAt: ({ volumeId }) => volumeId,
      replacedBy: ({ volumeId, startTimeMs }) =>
        (newestMs.get(volumeId) ?? -Infinity) > startTimeMs ? "failed, and a newer one is completed" : undefined,
      blocks: (one) => {
        const type = wanted.has(one.volumeId) ? serialSnapshots(one) : undefined;
        return type && `failed, and ${type} takes no other beside it`;
      },
    },
    nowMs,
  );
  const originalOf = ({ identity }: Snapshot) => identity.source?.snapshotId ?? "";
  const replacements = new Map(canonical.filter(isCopy).map((one) => [originalOf(one), one.snapshotId]));
  // Other snapshots of the volume say nothing about a failed replacement, nor about a failed copy.
  const ofOriginals = failedAttempts(
    failed.filter(isCopy),
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

/** Snapshots of the same data share their copies, and only the canonical one has their copy-expired tags. */
function askingCanonical(
  unsafe: (snapshot: Snapshot) => string | undefined,
  twins: readonly Twin[],
): (snapshot: Snapshot) => string | undefined {
  if (twins.length === 0) return unsafe;
  const canonicalOf = new Map(twins.map(({ snapshot, canonical }) => [snapshot.snapshotId, canonical]));
  return (snapshot) => unsafe(canonicalOf.get(snapshot.snapshotId) ?? snapshot);
}

/**
 * Prunes the primary region.
 * @param whyUnsafe returns why a snapshot's copies do not allow its deletion yet; `undefined` if they do
 */
export function prunePrimary(
  region: string,
  here: PrimaryRegion,
  whyUnsafe: (snapshot: Snapshot) => string | undefined,
  rules: PruneRules,
): PrunePlan {
  const { own, canonical, redundant, twins, doubted } = here;
  const unsafe = askingCanonical(whyUnsafe, twins);
  const all = twins.length === 0 ? canonical : [...canonical, ...twins.map(({ snapshot }) => snapshot)];
  const points = all.filter((snapshot) => snapshot.state === "completed");
  const verdict = evaluate({ snapshots: points, side: "keep", region }, rules);
  const plan = emptyPlan(points, verdict);
  const { gone } = verdict;
  const leaving = leavingOf(points, verdict);
  const unsure = leaving.length === 0 ? [] : [...all.filter((one) => one.state !== "completed"), ...doubted];
  const holds = holdsOf([...leaving, ...unsure], (snapshot) => {
    if (!isClear(snapshot)) return "it is in doubt";
    return snapshot.state === "completed" ? unsafe(snapshot) : `it is ${snapshot.state}`;
  });
  for (const snapshot of all) {
    if (snapshot.state !== "completed") {
      keep(plan, snapshot, `it is ${snapshot.state}`);
      continue;
    }
    // Nearly all are kept.
    const kept = whyKept(verdict, snapshot);
    if (kept === undefined && keepHeld(plan, snapshot)) continue;
    const reason = kept === undefined ? gone.get(snapshot.snapshotId) : undefined;
    if (reason === undefined) keep(plan, snapshot, kept ?? "kept");
    else {
      const but = unsafe(snapshot) ?? holds.get(setKeyOf(snapshot));
      if (but === undefined) remove(plan, snapshot, { because: "retention", reason });
      else keep(plan, snapshot, `${reason}, but ${but}`);
    }
  }
  for (const { snapshot, canonical: kept, why, but, expiredCopyTag } of redundant) {
    // A snapshot that only waits for its replacement waits no longer once all of its slot is deleted.
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
