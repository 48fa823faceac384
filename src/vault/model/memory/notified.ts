/** Reports of problems: when each was reported, and how long that is valid. Pure. */
import type { NotifiedAt } from "./clockState";
import { DAILY_HOURS, KINDS, isKind } from "../problem";
import { HOUR_MS, MINUTE_MS, parseIso } from "../../lib/time";

/**
 * Highest number of reports that are remembered, because Scheduler accepts 256 KB of input. The oldest ones beyond it
 * are forgotten, so those problems are mailed again. Those that repeat after a year go first.
 */
const MAX_NOTIFIED = 700;

function repeatAfterMs(key: string): number {
  const [kind = ""] = key.split("/", 1);
  // An older version may have reported a kind that this one does not know.
  const repeatHours = isKind(kind) ? KINDS[kind].repeatHours : DAILY_HOURS;
  return repeatHours * HOUR_MS;
}

/** Returns the reports that are still valid: the newest, {@link MAX_NOTIFIED} at most. */
export function stillNotified(notified: NotifiedAt, nowMs: number): NotifiedAt {
  // A report from the future is of a system time that jumped.
  const isRecent = ([key, when]: [string, string]) => {
    const ageMs = nowMs - (parseIso(when) ?? 0);
    return ageMs > -MINUTE_MS && ageMs < repeatAfterMs(key);
  };
  const recent = Object.entries(notified).filter(isRecent);
  recent.sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(recent.slice(0, MAX_NOTIFIED));
}
