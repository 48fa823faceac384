/** What the clock's schedule carries, as text: read back without trust, since anybody with the right can write there. Pure. */
import { changesOf } from "./carriedChanges";
import type { ClockState, NotifiedAt } from "../model/clockState";
import { pointsOf } from "./carriedPoints";
import { asRecord, parseJson } from "../lib/json";
import { isoSeconds, parseIso } from "../lib/time";
import { stillNotified } from "../model/notified";

/** An instant as the vault writes it. What is none, or is yet to come, stands for none: such a slot would stop all others. */
function pastOf(carried: unknown, nowMs: number): string | undefined {
  const slotMs = typeof carried === "string" ? parseIso(carried) : undefined;
  return slotMs === undefined || slotMs > nowMs ? undefined : isoSeconds(slotMs);
}

/** Returns the instants at which problems were reported; what is no instant counts as never. */
function notifiedIn(carried: unknown): NotifiedAt {
  const entries = Object.entries(asRecord(carried) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** Returns what a payload says; what can't be so is left out. */
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
    notified,
  } = (asRecord(payload) ?? {}) as Partial<ClockState>;
  const known = changesOf(changes);
  const expected = pointsOf(points);
  return {
    slot: pastOf(slot, nowMs),
    ...(abandoned !== undefined && { abandoned: pastOf(abandoned, nowMs) }),
    done: pastOf(done, nowMs),
    throttledSince: pastOf(throttledSince, nowMs),
    ...(manifestsTo !== undefined && { manifestsTo: pastOf(manifestsTo, nowMs) }),
    ...(typeof schedule === "string" && { schedule }),
    ...(dueSince !== undefined && { dueSince: pastOf(dueSince, nowMs) }),
    ...(known !== undefined && { changes: known }),
    ...(expected !== undefined && { points: expected }),
    ...(strangersAt !== undefined && { strangersAt: pastOf(strangersAt, nowMs) }),
    notified: stillNotified(notifiedIn(notified), nowMs),
  };
}

/** Returns what the schedule's input says; nothing if it is absent or no JSON, since a person may have written there. */
export function stateOfText(input: string | undefined, nowMs: number): ClockState {
  return stateOf(input === undefined ? undefined : parseJson(input), nowMs);
}

/** Returns the schedule's input: the event that the function gets when the clock rings. */
export function payloadText(state: ClockState, nowMs: number): string {
  return JSON.stringify({ kind: "follow-up", ...state, notified: stillNotified(state.notified, nowMs) });
}
