/** Which recovery points a schedule of before would have. Pure. */
import type { KeepSettings } from "./changeMemory";
import { nextFireMs } from "./schedule";
import { parseIso } from "./time";

/**
 * The slots that a schedule of before would have: all before its end, and of those since then the first for each time that it
 * would have fired. Without that a denser schedule would take `last: 14` from two weeks to fourteen hours.
 */
export function slotsAsBefore(
  slots: readonly string[],
  { schedule, timezone }: Pick<KeepSettings, "schedule" | "timezone">,
  until: string,
): Set<string> {
  const sorted = [...new Set(slots)].sort();
  const before = sorted.filter((slot) => slot < until);
  const kept = new Set(before);
  const lastMs = parseIso(before.at(-1) ?? until) ?? 0;
  let dueMs = nextFireMs(schedule, timezone, lastMs, lastMs);
  for (const slot of sorted.slice(before.length)) {
    const slotMs = parseIso(slot) ?? 0;
    if (dueMs === undefined || slotMs < dueMs) continue;
    kept.add(slot);
    dueMs = nextFireMs(schedule, timezone, slotMs, dueMs);
  }
  return kept;
}
