/** When an invocation comes back for what is still under way. Pure. */
import { MINUTE_MS, parseIso } from "../lib/time";
import type { Outcome, Plan } from "../model/actions";

const FIRST_DELAY_MS = MINUTE_MS;
const LAST_DELAY_MS = 10 * MINUTE_MS;
/** A quarter of the age: work of 8 minutes is looked at after two more, work of 40 minutes or more after ten. */
const AGE_SHARE = 0.25;
/** Limits of how much is under way at once. Where it is the vault's own, each end of it makes room. */
const SLOTS_TAKEN = ["ResourceLimitExceeded", "PendingSnapshotLimitExceeded"];

/** How long to wait for work that began at `sinceMs`: a minute at first, later as it ages, ten minutes at most. */
export function followUpDelayMs(sinceMs: number, nowMs: number): number {
  const share = (nowMs - sinceMs) * AGE_SHARE;
  return Math.min(LAST_DELAY_MS, Math.max(FIRST_DELAY_MS, share));
}

/**
 * When to look again, or `undefined` when nothing is under way.
 * @param throttledSince since when reads have been throttled
 */
export function nextFollowUpMs(
  plan: Plan,
  outcomes: readonly Outcome[],
  throttledSince: string | undefined,
  nowMs: number,
): number | undefined {
  const since = plan.pending.map(({ sinceMs }) => sinceMs);
  if (plan.waitsSinceMs !== undefined) since.push(plan.waitsSinceMs);
  if (throttledSince !== undefined) since.push(parseIso(throttledSince) ?? nowMs);
  const busy = new Set(plan.pending.map(({ region }) => region));
  for (const { action, snapshotIds } of outcomes) {
    if (action.kind === "delete" || snapshotIds.length === 0) continue;
    since.push(nowMs);
    busy.add(action.region);
  }
  for (const { action, status, code = "" } of outcomes) {
    if (action.kind === "delete" || status !== "deferred") continue;
    const slotMs = action.kind === "snapshot" ? parseIso(action.slot) : action.sinceMs;
    const soon = SLOTS_TAKEN.includes(code) && busy.has(action.region);
    since.push(soon ? nowMs : (slotMs ?? nowMs));
  }
  if (since.length === 0) return undefined;
  // The youngest work is looked at first. Not `Math.max(...since)`: it may be more than a call takes.
  const youngestMs = since.reduce((a, b) => Math.max(a, b));
  return nowMs + followUpDelayMs(youngestMs, nowMs);
}
