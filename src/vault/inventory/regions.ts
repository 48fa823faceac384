/**
 * Splits the world by region: what was seen in each region that could be read, and which of it is the vault's own.
 * Pure.
 */
import { isOwnCopy } from "../identity/ownership";
import type { CoreSettings, KeyedRegion } from "../model/settings";
import type { Snapshot, World } from "../model/world";

export interface ReadRegion {
  region: string;
  /** Set for a DR region. */
  dr?: KeyedRegion;
  /** All snapshots that were seen there. */
  seen: readonly Snapshot[];
  /** The vault's own: snapshots and encrypted replacements in the primary region, copies in a DR region. */
  own: readonly Snapshot[];
}

/** A DR region that could be read. */
export type ReadDrRegion = ReadRegion & { dr: KeyedRegion };

/** Returns the slot of the oldest snapshot in any region that was read; `undefined` if there is none. */
export function oldestSlotIn({ snapshots = [], copies }: Pick<World, "snapshots" | "copies">): string | undefined {
  let oldest: string | undefined;
  for (const list of [snapshots, ...Object.values(copies)]) {
    for (const { identity } of list) if (oldest === undefined || identity.slot < oldest) oldest = identity.slot;
  }
  return oldest;
}

/** Returns the DR regions that could be read. */
export function readDrRegions({ copies }: Pick<World, "copies">, { dr }: Pick<CoreSettings, "dr">): ReadDrRegion[] {
  return dr.flatMap((one) => {
    const seen = copies[one.region];
    if (seen === undefined) return [];
    const own = seen.filter(isOwnCopy);
    return { region: one.region, dr: one, seen, own };
  });
}
