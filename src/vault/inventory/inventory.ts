/**
 * Derives the inventory from what was read, once per invocation, for plan, guard, manifests, metrics and reports. The
 * plan chooses the canonical snapshot of a slot, because that depends on which copy-expired tags the rules confirm.
 * Pure.
 */
import { isClear, isOwn } from "../identity/ownership";
import type { CoreSettings } from "../model/settings";
import type { Snapshot, World } from "../model/world";
import { type SeenRegion, seenRegions } from "./drRegions";
import { type ReadRegion, readDrRegions } from "./regions";

export interface Inventory {
  /** Primary region; absent if it could not be read. */
  primary?: ReadRegion;
  /** All regions that could be read, the primary region first. */
  regions: readonly ReadRegion[];
  /** DR regions that could be read. Their copy-expired tags are believed until the rules are known. */
  dr: readonly SeenRegion[];
  /** The vault's own snapshots in the primary region that are not in doubt: the same list as `own` if none is. */
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
