/**
 * Converts the timer's payload from and to text. It is read without trust, because anyone with the permission can write
 * there. Pure.
 */
import { changesOf } from "./carriedChanges";
import type { ClockState, NotifiedAt } from "../model/memory/clockState";
import { pointsOf } from "./carriedPoints";
import { awaitedOf } from "./carriedWork";
import { asRecord, parseJson } from "../lib/json";
import { isoSeconds, parseIso } from "../lib/time";
import { stillNotified } from "../model/memory/notified";

/**
 * Returns a time as the vault writes it; `undefined` if it is not a time or lies in the future. A slot in the future
 * would stop all others.
 */
function pastOf(carried: unknown, nowMs: number): string | undefined {
  const slotMs = typeof carried === "string" ? parseIso(carried) : undefined;
  return slotMs === undefined || slotMs > nowMs ? undefined : isoSeconds(slotMs);
}

/** Returns when problems were reported. A value that is not a time is treated as never. */
function notifiedIn(carried: unknown): NotifiedAt {
  const entries = Object.entries(asRecord(carried) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** Returns the times of a record; a value that is not a time, or lies in the future, is left out. */
function pastIn(carried: unknown, nowMs: number): Record<string, string> {
  const entries = Object.entries(asRecord(carried) ?? {}).map(([key, value]) => [key, pastOf(value, nowMs)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Returns what a payload says, without its invalid parts. */
export function stateOf(payload: unknown, nowMs: number): ClockState {
  const {
    slot,
    abandoned,
    done,
    throttledSince,
    manifestsTo,
    schedule,
    dueSince,
    changes,
    points,
    strangersAt,
    awaited,
    hint,
    notified,
  } = (asRecord(payload) ?? {}) as Partial<ClockState>;
  const known = changesOf(changes, nowMs);
  const expected = pointsOf(points);
  const work = awaitedOf(awaited);
  return {
    slot: pastOf(slot, nowMs),
    ...(abandoned !== undefined && { abandoned: pastOf(abandoned, nowMs) }),
    done: pastOf(done, nowMs),
    throttledSince: pastOf(throttledSince, nowMs),
    ...(manifestsTo !== undefined && { manifestsTo: pastIn(manifestsTo, nowMs) }),
    ...(typeof schedule === "string" && { schedule }),
    ...(dueSince !== undefined && { dueSince: pastOf(dueSince, nowMs) }),
    ...(known !== undefined && { changes: known }),
    ...(expected !== undefined && { points: expected }),
    ...(strangersAt !== undefined && { strangersAt: pastOf(strangersAt, nowMs) }),
    ...(work !== undefined && { awaited: work }),
    ...(typeof hint === "string" && { hint }),
    notified: stillNotified(notifiedIn(notified), nowMs),
  };
}

/** Returns what the schedule's input says; empty if it is absent or not JSON, since a person may have written there. */
export function stateOfText(input: string | undefined, nowMs: number): ClockState {
  return stateOf(input === undefined ? undefined : parseJson(input), nowMs);
}

/** Returns the schedule's input, which is the event that the function gets from the timer. */
export function payloadText(state: ClockState, nowMs: number): string {
  return JSON.stringify({ kind: "follow-up", ...state, notified: stillNotified(state.notified, nowMs) });
}
