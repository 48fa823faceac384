/** Plans the copies to each DR region. Pure. */
import { drCopyTags } from "./copyTags";
import type { SeenRegion } from "../../inventory/drRegions";
import { isClear } from "../../identity/ownership";
import { volumeAndSlotOf } from "../../inventory/sameSlot";
import { planCopies } from "./copies";
import type { CoreSettings } from "../../model/settings";
import type { Snapshot } from "../../model/world";
import { isCompleted } from "../../inventory/states";

/** Plans the copies of completed snapshots to each DR region that was seen. */
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

/**
 * Returns the completed canonical snapshots, and those in doubt that have no canonical twin. Anyone who changes tags
 * thus prevents no copy.
 */
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
