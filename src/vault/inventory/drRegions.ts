/** Decides how far the snapshots of the primary region are copied to all DR regions that could be read. Pure. */
import { isClear } from "../identity/ownership";
import { type BySource, type Coverage, type Released, copiesBySource, copiesOf, coverageOf } from "./copies";
import type { ReadDrRegion } from "./regions";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

/** A DR region that could be read. */
export interface SeenRegion {
  dr: KeyedRegion;
  /** The vault's own copies there. */
  copies: readonly Snapshot[];
  /** Those that are not in doubt: the same list if none is. */
  clear: readonly Snapshot[];
  bySource: BySource;
  /** Only copies that are not in doubt: nothing is deleted because of any other. */
  clearBySource: BySource;
  released: Released;
}

const NEAREST_FIRST: readonly Coverage[] = ["verified", "expired", "pending", "unusable", "missing"];

/** Returns what is known of DR regions. Copy-expired tags are believed until {@link SeenRegion.released} is set. */
export function seenRegions(regions: readonly ReadDrRegion[]): SeenRegion[] {
  return regions.map(({ dr, own }) => {
    const bySource = copiesBySource(own);
    const clear = own.every(isClear) ? own : own.filter(isClear);
    const clearBySource = clear === own ? bySource : copiesBySource(clear);
    return { dr, copies: own, clear, bySource, clearBySource, released: () => true };
  });
}

function coverageIn({ dr, clearBySource, released }: SeenRegion, snapshot: Snapshot): Coverage {
  return coverageOf(snapshot, copiesOf(snapshot, clearBySource), dr, released);
}

/** Ranks a snapshot by how far it is from being copied everywhere; 0 if it is. */
export function copyProgressRank(seen: readonly SeenRegion[]): (snapshot: Snapshot) => number {
  return (snapshot) => seen.reduce((sum, one) => sum + NEAREST_FIRST.indexOf(coverageIn(one, snapshot)), 0);
}

/** Returns why a snapshot cannot be deleted yet: its copy in a region is neither verified nor expired. */
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
