/** Finds the recovery points that a previous schedule would have made. Pure. */
import type { KeepSettings } from "../model/memory/changeMemory";
import { type RecoverySet, wasThere } from "../retention/recoverySets";
import { lastDueMs, nextFireMs } from "../lib/schedule";
import { parseIso } from "../lib/time";

/**
 * Returns the recovery points that a previous schedule would have made. These are all that existed when it ended, and
 * after that the first one for each time at which it would have fired. Otherwise a denser schedule would shrink `last:
 * 14` from two weeks to fourteen hours. Each is as old as the time that it stands for: the next one would otherwise seem
 * to be kept once the first is gone.
 */
export function asBefore(
  sets: readonly RecoverySet[],
  { schedule, timezone }: Pick<KeepSettings, "schedule" | "timezone">,
  until: string,
): RecoverySet[] {
  const sorted = [...sets].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const untilMs = parseIso(until) ?? Infinity;
  const before = sorted.filter((set) => wasThere(set, until, untilMs));
  const known = new Set(before);
  const kept = [...before];
  const lastMs = parseIso(before.at(-1)?.slot ?? until) ?? 0;
  let dueMs = nextFireMs(schedule, timezone, lastMs, lastMs);
  for (const set of sorted) {
    if (known.has(set) || dueMs === undefined) continue;
    const slotMs = parseIso(set.slot) ?? 0;
    if (slotMs < dueMs) continue;
    let standsForMs = dueMs;
    let nextMs = nextFireMs(schedule, timezone, dueMs, dueMs);
    if (nextMs !== undefined && nextMs <= slotMs) {
      // Several of these times passed without a recovery point. Only now, because looking back takes long.
      standsForMs = lastDueMs(schedule, timezone, slotMs, dueMs) ?? dueMs;
      nextMs = nextFireMs(schedule, timezone, slotMs, dueMs);
    }
    kept.push({ ...set, laterMs: slotMs - standsForMs });
    dueMs = nextMs;
  }
  return kept;
}
