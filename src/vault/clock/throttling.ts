/**
 * Reads that AWS throttles after all of the SDK's attempts. Like other work that meets a limit they are put off, and
 * the clock comes back for them; a person is told when it lasts. Pure.
 */
import type { ClockState } from "../model/clockState";
import { HOUR_MS, isoSeconds, parseIso } from "../lib/time";
import type { ThrottledRead } from "../model/world";
import type { Judged } from "../model/work";

/** Throttling that comes from a crowd passes within minutes; what lasts an hour has a cause that a person can find. */
const REPORTED_AFTER_MS = HOUR_MS;

/** @param clock `undefined` where it could not be read: told too early rather than never */
export function openThrottling(
  throttled: readonly ThrottledRead[],
  clock: ClockState | undefined,
  nowMs: number,
): Judged {
  if (throttled.length === 0) return { deferredReads: [], problems: [] };
  const sinceMs = parseIso(clock?.throttledSince ?? "") ?? nowMs;
  const since = isoSeconds(sinceMs);
  const lasts = clock === undefined || nowMs - sinceMs >= REPORTED_AFTER_MS;
  if (lasts) return { since, deferredReads: [], problems: throttled.map(({ problem }) => problem) };
  return { since, deferredReads: [...throttled], problems: [] };
}
