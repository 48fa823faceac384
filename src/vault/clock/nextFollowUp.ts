/** Decides when an invocation comes back for what is still under way. Pure. */
import { MINUTE_MS, parseIso } from "../lib/time";
import type { Outcome, Plan } from "../model/actions";

const FIRST_DELAY_MS = MINUTE_MS;
const LAST_DELAY_MS = 10 * MINUTE_MS;
/** A quarter of the age. Work of 8 minutes is looked at again after two, work of 40 minutes or more after ten. */
const AGE_SHARE = 0.25;
/** Limits on concurrent work. If that work is the vault's own, there is room as soon as any of it ends. */
const SLOTS_TAKEN = ["ResourceLimitExceeded", "PendingSnapshotLimitExceeded"];

/**
 * Returns how long to wait for work that started at `sinceMs`: a minute at first, longer as it ages, ten minutes at
 * most.
 */
export function followUpDelayMs(sinceMs: number, nowMs: number): number {
  const share = (nowMs - sinceMs) * AGE_SHARE;
  return Math.min(LAST_DELAY_MS, Math.max(FIRST_DELAY_MS, share));
}

/**
 * Returns when to look again; `undefined` if nothing is under way.
 * @param throttledSince time since which reads have been throttled
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
  // The youngest work decides. Not `Math.max(...since)`, because the list may be longer than an argument list can be.
  const youngestMs = since.reduce((a, b) => Math.max(a, b));
  return nowMs + followUpDelayMs(youngestMs, nowMs);
}
