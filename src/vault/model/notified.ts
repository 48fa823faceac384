/** When each problem was reported, and for how long that counts. Pure. */
import type { NotifiedAt } from "./clockState";
import { DAILY_HOURS, KINDS, isKind } from "./problem";
import { HOUR_MS, parseIso } from "../lib/time";

/** Scheduler takes 256 KB of input; beyond this number the oldest reports are forgotten, so those problems are mailed again. */
const MAX_NOTIFIED = 700;

function repeatAfterMs(key: string): number {
  const [kind = ""] = key.split("/", 1);
  // An older version may have reported a kind that this one does not know.
  const repeatHours = isKind(kind) ? KINDS[kind].repeatHours : DAILY_HOURS;
  return repeatHours * HOUR_MS;
}

/** Returns the reports that still count: the newest, {@link MAX_NOTIFIED} at most. */
export function stillNotified(notified: NotifiedAt, nowMs: number): NotifiedAt {
  const recent = Object.entries(notified).filter(([key, when]) => nowMs - (parseIso(when) ?? 0) < repeatAfterMs(key));
  recent.sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(recent.slice(0, MAX_NOTIFIED));
}
