/** What the clock's schedule carries, as text: read back without trust, since anybody with the right can write there. Pure. */
import { changesOf } from "./carriedChanges";
import type { ClockState } from "../model/clockState";
import { pointsOf } from "./carriedPoints";
import { isoSeconds, parseIso } from "../lib/time";
import { stillNotified } from "../model/notified";

/** An instant as the vault writes it. What is none, or is yet to come, stands for none: such a slot would stop all others. */
function pastOf(carried: unknown, nowMs: number): string | undefined {
  const slotMs = typeof carried === "string" ? parseIso(carried) : undefined;
  return slotMs === undefined || slotMs > nowMs ? undefined : isoSeconds(slotMs);
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
  } = (payload ?? {}) as Partial<ClockState>;
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
    notified: stillNotified(notified ?? {}, nowMs),
  };
}

/** What a person wrote there and is no JSON is written over like nothing. */
function payloadOf(input = "{}"): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return {};
  }
}

/** Returns what the schedule's input says; absent or no JSON, nothing. */
export function stateOfText(input: string | undefined, nowMs: number): ClockState {
  return stateOf(payloadOf(input), nowMs);
}

/** Returns the schedule's input: the event that the function gets when the clock rings. */
export function payloadText(state: ClockState, nowMs: number): string {
  return JSON.stringify({ kind: "follow-up", ...state, notified: stillNotified(state.notified, nowMs) });
}
