/** Copies that are wanted, region by region. Pure. */
import { drCopyTags } from "./copyTags";
import type { SeenRegion } from "../../inventory/drRegions";
import { isClear } from "../../identity/ownership";
import { volumeAndSlotOf } from "../../inventory/sameSlot";
import { planCopies } from "./copies";
import type { CoreSettings } from "../../model/settings";
import type { Snapshot } from "../../model/world";
import { isCompleted } from "../../inventory/states";

/** Copies that are wanted, of what counts. */
export function planCopying(
  completed: readonly Snapshot[],
  seen: readonly SeenRegion[],
  { tags }: CoreSettings,
  nowMs: number,
) {
  return seen.map(({ dr, bySource, released }) => {
    const target = { ...dr, released, tagsOf: (source: Snapshot) => drCopyTags(source, tags) };
    return planCopies(completed, bySource, target, nowMs);
  });
}

/** Adds what is in doubt and has no twin that is not: who changes tags keeps nothing from being copied. */
export function worthCopying(own: readonly Snapshot[], canonical: readonly Snapshot[]): Snapshot[] {
  const completed = canonical.filter(isCompleted);
  const doubted = own.filter((one) => !isClear(one) && isCompleted(one));
  if (doubted.length === 0) return completed;
  const known = new Set(canonical.map(volumeAndSlotOf));
  for (const one of doubted) {
    if (known.has(volumeAndSlotOf(one))) continue;
    known.add(volumeAndSlotOf(one));
    completed.push(one);
  }
  return completed;
}
