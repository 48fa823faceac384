/** Collects what an invocation knows of the past. Pure. */
import type { ClockState } from "../model/memory/clockState";
import { remember } from "./changeMemory";
import { sourceRegions } from "../inventory/leftRegions";
import { isMadeForDr } from "../inventory/copies";
import type { CoreSettings } from "../model/settings";
import type { World } from "../model/world";

/**
 * Returns the memory of changes; `undefined` if the snapshots could not be read, because then it is unknown whether the
 * vault is new.
 */
export function recalled(
  clock: ClockState | undefined,
  { snapshots, copies }: World,
  settings: CoreSettings,
  nowMs: number,
): World["changes"] {
  if (snapshots === undefined) return undefined;
  const isAllSeen = settings.dr.every(({ region }) => copies[region] !== undefined);
  const madeIn = snapshots.some(isMadeForDr) ? sourceRegions(snapshots) : [];
  // A region that could not be read may have some.
  const hasPoints = !isAllSeen || [snapshots, ...Object.values(copies)].some(({ length }) => length > 0);
  return remember({ memory: clock?.changes, hasPoints, madeIn }, settings, nowMs);
}
