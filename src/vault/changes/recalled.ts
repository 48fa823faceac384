/** Collects what an invocation knows of the past. Pure. */
import type { ClockState } from "../model/memory/clockState";
import { remember } from "./changeMemory";
import { sourceRegions } from "../inventory/leftRegions";
import { isMadeForDr } from "../retention/verdict";
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
  const slots = [...snapshots, ...Object.values(copies).flat()].map(({ identity }) => identity.slot);
  const oldest = slots.reduce<string | undefined>((a, b) => (a !== undefined && a < b ? a : b), undefined);
  const isAllSeen = settings.dr.every(({ region }) => copies[region] !== undefined);
  const madeIn = snapshots.some(isMadeForDr) ? sourceRegions(snapshots) : [];
  const oldestSlot = isAllSeen ? oldest : (oldest ?? "");
  return remember({ memory: clock?.changes, oldestSlot, madeIn }, settings, nowMs);
}
