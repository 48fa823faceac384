/**
 * Handles reads that AWS throttles after all of the SDK's attempts. They are deferred like other work that meets a
 * limit, and a follow-up comes for them. A person is notified if that lasts. Pure.
 */
import type { ClockState } from "../model/memory/clockState";
import { HOUR_MS, isoSeconds, parseIso } from "../lib/time";
import type { ThrottledRead } from "../model/world";
import type { Throttling } from "../model/work";

/**
 * Time after which throttling is reported. Throttling by a crowd ends within minutes, while one that lasts an hour has
 * a cause that a person can find.
 */
const REPORTED_AFTER_MS = HOUR_MS;

/**
 * Decides whether throttled reads are deferred or reported.
 * @param clock `undefined` if it could not be read, so that reads are reported too early rather than never
 */
export function openThrottling(
  throttled: readonly ThrottledRead[],
  clock: ClockState | undefined,
  nowMs: number,
): Throttling {
  if (throttled.length === 0) return { deferredReads: [], problems: [] };
  const sinceMs = parseIso(clock?.throttledSince ?? "") ?? nowMs;
  const since = isoSeconds(sinceMs);
  const lasts = clock === undefined || nowMs - sinceMs >= REPORTED_AFTER_MS;
  if (lasts) return { since, deferredReads: [], problems: throttled.map(({ problem }) => problem) };
  return { since, deferredReads: [...throttled], problems: [] };
}
