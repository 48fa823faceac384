/** Finds the recovery points that a previous schedule would have made. Pure. */
import type { KeepSettings } from "../model/memory/changeMemory";
import { type RecoverySet, wasThere } from "../retention/recoverySets";
import { lastDueMs, nextFireMs, rateMs } from "../lib/schedule";
import { parseIso } from "../lib/time";

/** When a schedule fires, in milliseconds since 1970; `undefined` if never. A rate is counted from `startMs`. */
export interface Timetable {
  /** Returns the first time after an instant. */
  next: (afterMs: number, startMs: number) => number | undefined;
  /** Returns the last time up to an instant. */
  last: (atMs: number, startMs: number) => number | undefined;
}

type Ask = Timetable["next"];

/** Remembers the answers, by the instant. */
function remembered(ask: Ask): Ask {
  const known = new Map<number, number | undefined>();
  return (atMs, startMs) => {
    if (!known.has(atMs)) known.set(atMs, ask(atMs, startMs));
    return known.get(atMs);
  };
}

/** Returns the times of a schedule. Those of a cron are remembered, because every instance asks for the same ones. */
export function timetableOf({ schedule, timezone }: Pick<KeepSettings, "schedule" | "timezone">): Timetable {
  const next: Ask = (afterMs, startMs) => nextFireMs(schedule, timezone, afterMs, startMs);
  const last: Ask = (atMs, startMs) => lastDueMs(schedule, timezone, atMs, startMs);
  return rateMs(schedule) === undefined ? { next: remembered(next), last: remembered(last) } : { next, last };
}

/**
 * Returns the recovery points that a previous schedule would have made. These are all that existed when it ended, and
 * after that the first one for each time at which it would have fired. Otherwise a denser schedule would shrink `last:
 * 14` from two weeks to fourteen hours. Each counts as made at that time. Otherwise the next one would take its
 * place once it expires.
 */
export function asBefore(sets: readonly RecoverySet[], { next, last }: Timetable, until: string): RecoverySet[] {
  const sorted = [...sets].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const untilMs = parseIso(until) ?? Infinity;
  const before = sorted.filter((set) => wasThere(set, until, untilMs));
  const known = new Set(before);
  const kept = [...before];
  const lastMs = parseIso(before.at(-1)?.slot ?? until) ?? 0;
  let dueMs = next(lastMs, lastMs);
  for (const set of sorted) {
    if (known.has(set) || dueMs === undefined) continue;
    const slotMs = parseIso(set.slot) ?? 0;
    if (slotMs < dueMs) continue;
    let firedMs = dueMs;
    let nextMs = next(dueMs, dueMs);
    if (nextMs !== undefined && nextMs <= slotMs) {
      // Several of these times passed without a recovery point. Only now, because looking back takes long.
      firedMs = last(slotMs, dueMs) ?? dueMs;
      nextMs = next(slotMs, dueMs);
    }
    kept.push({ ...set, laterMs: slotMs - firedMs });
    dueMs = nextMs;
  }
  return kept;
}
