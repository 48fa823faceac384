/** The world region by region: what was seen in each region that could be read, and what of it is the vault's own. Pure. */
import { isOwn, isOwnCopy } from "./duplicates";
import type { KeyedRegion, Snapshot, VaultPolicy, World } from "./types";

export interface ReadRegion {
  region: string;
  /** Set for a DR region. */
  dr?: KeyedRegion;
  /** All that was seen there. */
  seen: readonly Snapshot[];
  /** The vault's own of it: snapshots and stand-ins in the primary region, copies in a DR region. */
  own: Snapshot[];
}

/** @returns the regions that could be read, the primary one first */
export function readRegions(
  { snapshots, copies }: World,
  { primaryRegion, dr, vaultId }: Pick<VaultPolicy, "primaryRegion" | "dr" | "vaultId">,
): ReadRegion[] {
  const primary =
    snapshots === undefined
      ? []
      : [
          {
            region: primaryRegion,
            seen: snapshots,
            own: snapshots.filter((s) => isOwn(s, vaultId)),
          },
        ];
  const others = dr.flatMap((one): ReadRegion[] => {
    const seen = copies[one.region];
    if (seen === undefined) return [];
    return [{ region: one.region, dr: one, seen, own: seen.filter((s) => isOwnCopy(s, vaultId)) }];
  });
  return [...primary, ...others];
}
