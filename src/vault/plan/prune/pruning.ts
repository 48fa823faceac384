/**
 * Prunes all regions: first the primary one, then the copies of what that leaves. The deletion limit applies to each.
 * Pure.
 */
import type { RedundantSnapshot, Twin } from "../../inventory/dedupe";
import type { SeenRegion } from "../../inventory/drRegions";
import { sourceFinder, stayingFinder } from "../../inventory/replacements";
import type { PruneRules } from "../../retention/historyVerdict";
import { prunePrimary } from "./prunePrimary";
import { pruneDr } from "./pruneDr";
import type { PrunePlan } from "../../retention/prunePlan";
import type { ReadRegion } from "../../inventory/regions";
import type { DeleteAction } from "../../model/actions";
import type { CoreSettings } from "../../model/settings";
import type { Snapshot } from "../../model/world";

/** The primary region as pruning sees it. */
export interface SeenHere {
  own: readonly Snapshot[];
  /** Those of `own` that are not in doubt. */
  clear: readonly Snapshot[];
  canonical: readonly Snapshot[];
  redundant: readonly RedundantSnapshot[];
  twins: readonly Twin[];
  doubted: readonly Snapshot[];
  /** Ids of the volumes that the plan snapshots. */
  wanted: ReadonlySet<string>;
}

export interface PruneBy {
  settings: CoreSettings;
  rules: PruneRules;
  /** Returns what the deletion limit leaves of a region's plan. */
  limit: (pruned: PrunePlan, read: Omit<ReadRegion, "seen">) => PrunePlan;
}

export interface Pruning {
  /** Plan of all that is due in the primary region. */
  due: PrunePlan;
  /** The part of `due` that can be deleted with the DR regions as they were seen. */
  primary: PrunePlan;
  pruned: PrunePlan[];
  isAllSeen: boolean;
}

/** Returns the ids of the snapshots to delete. */
export function idsOf(deletes: readonly DeleteAction[]): Set<string> {
  return new Set(deletes.map(({ snapshotId }) => snapshotId));
}

/**
 * Plans the pruning of all regions.
 * @param unsafe returns why a snapshot cannot be deleted yet, because its copy is not verified
 */
export function planPruning(
  { own, clear, canonical, ...here }: SeenHere,
  seen: readonly SeenRegion[],
  unsafe: (snapshot: Snapshot) => string | undefined,
  { settings: { primaryRegion, dr }, rules, limit }: PruneBy,
): Pruning {
  const planned = prunePrimary(primaryRegion, { own: clear, canonical, ...here }, unsafe, rules);
  const due = limit(planned, { region: primaryRegion, own });
  // A copy that cannot be seen may be missing, so nothing is deleted that it could be made from.
  const isAllSeen = seen.length === dr.length;
  const failed = due.actions.filter(({ because }) => because === "failed");
  const primary = isAllSeen ? due : { ...due, actions: failed, kept: [] };
  const leaving = idsOf(primary.actions);
  const left = leaving.size === 0 ? canonical : canonical.filter((one) => !leaving.has(one.snapshotId));
  const all = sourceFinder(own, canonical);
  const sources = {
    sources: all,
    stays: stayingFinder(all, left, leaving),
    counts: sourceFinder(left),
  };
  const pruned = seen.map((one) =>
    limit(pruneDr(one, sources, rules), { region: one.dr.region, dr: one.dr, own: one.copies }),
  );
  return { due, primary, pruned, isAllSeen };
}
