/** Where the snapshots of the primary region stand on their way to all DR regions that could be read. Pure. */
import { type BySource, type Coverage, copiesBySource, copiesOf, coverageOf } from "./planCopies";
import { readDrRegions } from "./readRegions";
import type { KeyedRegion, Snapshot, VaultPolicy, World } from "./types";

/** A DR region that could be read. */
export interface SeenRegion {
  dr: KeyedRegion;
  /** The vault's own there. */
  copies: Snapshot[];
  bySource: BySource;
}

const NEAREST_FIRST: readonly Coverage[] = ["sound", "expired", "pending", "broken", "missing"];

export function seenRegions(world: World, policy: VaultPolicy): SeenRegion[] {
  return readDrRegions(world, policy).map(({ dr, own }) => ({
    dr,
    copies: own,
    bySource: copiesBySource(own),
  }));
}

function coverageIn({ dr, bySource }: SeenRegion, snapshot: Snapshot): Coverage {
  return coverageOf(snapshot, copiesOf(snapshot, bySource), dr);
}

/** How far a snapshot is from being copied everywhere; 0 where it is. */
export function distanceIn(seen: readonly SeenRegion[]): (snapshot: Snapshot) => number {
  return (snapshot) =>
    seen.reduce((sum, one) => sum + NEAREST_FIRST.indexOf(coverageIn(one, snapshot)), 0);
}

/** Why a snapshot can't go yet: a region's copy of it is neither sound nor has lived its time. */
export function unsafeIn(seen: readonly SeenRegion[], snapshot: Snapshot): string | undefined {
  for (const one of seen) {
    const coverage = coverageIn(one, snapshot);
    if (coverage !== "sound" && coverage !== "expired") {
      return `its copy in ${one.dr.region} is ${coverage}`;
    }
  }
  return undefined;
}
