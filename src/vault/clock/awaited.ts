/**
 * Recognizes the work that a follow-up comes for, if it comes for nothing else: snapshots and copies that are pending. As
 * long as exactly these are pending, a look at everything would find nothing to do. Pure.
 */
import { shortHash } from "../lib/shortHash";
import { parseIso } from "../lib/time";
import type { Awaited, AwaitedWork, ClockState } from "../model/memory/clockState";
import { followUpDelayMs, withinMs } from "./followUpDelay";

const HASH_LENGTH = 16;

/** Returns what the timer carries, without what its next follow-up comes for: that one then looks at everything. */
export function withoutAim({ awaited: _awaited, hint: _hint, ...others }: ClockState): ClockState {
  return others;
}

/** Returns a hash of ids, in any order. */
export function pendingHash(snapshotIds: readonly string[]): string {
  return shortHash([...snapshotIds].sort().join("\n"), HASH_LENGTH);
}

/** Returns when half of the work is expected to have ended, in epoch milliseconds; `undefined` if that is unknown. */
function untilMs({ until }: Awaited): number | undefined {
  return parseIso(until ?? "");
}

function delayMs(one: Awaited, nowMs: number): number {
  const expected = untilMs(one);
  if (expected !== undefined && expected > nowMs) return withinMs(expected - nowMs);
  return followUpDelayMs(parseIso(one.since) ?? nowMs, nowMs);
}

/**
 * Returns the regions to ask what is pending there, the first expected first; `undefined` if work should have ended by now,
 * so that everything is looked at anyway.
 */
export function regionsToAsk(awaited: AwaitedWork, nowMs: number): string[] | undefined {
  const all = Object.entries(awaited);
  if (all.some(([, one]) => (untilMs(one) ?? Infinity) <= nowMs)) return undefined;
  const unknown = all.filter(([, one]) => untilMs(one) === undefined);
  const first = [...all].sort(([, a], [, b]) => (untilMs(a) ?? 0) - (untilMs(b) ?? 0)).slice(0, 1);
  return (unknown.length > 0 ? unknown : first).map(([region]) => region);
}

/** Returns when to ask again, in epoch milliseconds. */
export function askAgainMs(awaited: AwaitedWork, nowMs: number): number {
  return nowMs + Math.min(...Object.values(awaited).map((one) => delayMs(one, nowMs)));
}
