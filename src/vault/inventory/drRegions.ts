/** Where the snapshots of the primary region stand on their way to all DR regions that could be read. Pure. */
import { isClear } from "../identity/ownership";
import { type BySource, type Coverage, type Released, copiesBySource, copiesOf, coverageOf } from "./copies";
import type { ReadDrRegion } from "./regions";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

/** A DR region that could be read. */
export interface SeenRegion {
  dr: KeyedRegion;
  /** The vault's own there. */
  copies: readonly Snapshot[];
  bySource: BySource;
  /** Of those in no doubt: nothing is deleted on account of another. */
  clearBySource: BySource;
  released: Released;
}

const NEAREST_FIRST: readonly Coverage[] = ["verified", "expired", "pending", "unusable", "missing"];

/** Returns what is known of DR regions. A mark is believed until {@link SeenRegion.released} is set. */
export function seenRegions(regions: readonly ReadDrRegion[]): SeenRegion[] {
  return regions.map(({ dr, own }) => {
    const bySource = copiesBySource(own);
    const clear = own.filter(isClear);
    const clearBySource = clear.length === own.length ? bySource : copiesBySource(clear);
    return { dr, copies: own, bySource, clearBySource, released: () => true };
  });
}

function coverageIn({ dr, clearBySource, released }: SeenRegion, snapshot: Snapshot): Coverage {
  return coverageOf(snapshot, copiesOf(snapshot, clearBySource), dr, released);
}

/** How far a snapshot is from being copied everywhere; 0 where it is. */
export function copyProgressRank(seen: readonly SeenRegion[]): (snapshot: Snapshot) => number {
  return (snapshot) => seen.reduce((sum, one) => sum + NEAREST_FIRST.indexOf(coverageIn(one, snapshot)), 0);
}

/** Why a snapshot can't go yet: a region's copy of it is neither verified nor has lived its time. */
export function unsafeIn(seen: readonly SeenRegion[], snapshot: Snapshot): string | undefined {
  for (const one of seen) {
    const coverage = coverageIn(one, snapshot);
    if (coverage === "verified") continue;
    const all = copiesOf(snapshot, one.bySource);
    const isDoubted = ["missing", "expired"].includes(coverage) && all.some(({ doubt }) => doubt !== undefined);
    if (coverage === "expired" && !isDoubted) continue;
    return `its copy in ${one.dr.region} is ${isDoubted ? "in doubt" : coverage}`;
  }
  return undefined;
}
