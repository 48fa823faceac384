/** Which problems a person was told, and for how long that counts. Pure. */
import type { NotifiedAt } from "./clockState";
import { DAILY_HOURS, KINDS, isKind } from "./problem";
import { HOUR_MS, parseIso } from "../lib/time";

/** Scheduler takes 256 KB of input; the oldest tellings beyond this are forgotten, and so told again. */
const MAX_NOTIFIED = 700;

function repeatAfterMs(key: string): number {
  const [kind = ""] = key.split("/", 1);
  // An older vault may have told a kind that this one does not know.
  const repeatHours = isKind(kind) ? KINDS[kind].repeatHours : DAILY_HOURS;
  return repeatHours * HOUR_MS;
}

/** The tellings that still count, at most {@link MAX_NOTIFIED} of them, the newest. */
export function stillNotified(notified: NotifiedAt, nowMs: number): NotifiedAt {
  const recent = Object.entries(notified).filter(([key, when]) => nowMs - (parseIso(when) ?? 0) < repeatAfterMs(key));
  recent.sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(recent.slice(0, MAX_NOTIFIED));
}
