/**
 * What the world amounts to, computed once an invocation: plan, guard, manifests, metrics and reports are handed this. Which of
 * several snapshots of one slot is canonical is the plan's to say, since it hangs on which marks the rules bear out. Pure.
 */
import { isClear, isOwn } from "../identity/ownership";
import type { CoreSettings } from "../model/settings";
import type { Snapshot, World } from "../model/world";
import { type SeenRegion, seenRegions } from "./drRegions";
import { type ReadRegion, readDrRegions } from "./regions";

export interface Inventory {
  /** The primary region; absent where it could not be read. */
  primary?: ReadRegion;
  /** All regions that could be read, the primary one first. */
  regions: readonly ReadRegion[];
  /** The DR regions that could be read. A mark is believed there until the rules are known. */
  dr: readonly SeenRegion[];
  /** Of the vault's own in the primary region those in no doubt: the same list where none is. */
  clear: readonly Snapshot[];
}

/** Returns the inventory of what was read. */
export function takeInventory(
  world: Pick<World, "snapshots" | "copies">,
  settings: Pick<CoreSettings, "primaryRegion" | "dr">,
): Inventory {
  const drRegions = readDrRegions(world, settings);
  const dr = seenRegions(drRegions);
  const { snapshots: seen } = world;
  if (seen === undefined) return { regions: drRegions, dr, clear: [] };
  const own = seen.filter(isOwn);
  const primary = { region: settings.primaryRegion, seen, own };
  const clear = own.every(isClear) ? own : own.filter(isClear);
  return { primary, regions: [primary, ...drRegions], dr, clear };
}
