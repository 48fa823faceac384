/**
 * Decides which changes a mail names if more wait than the timer's payload has room for. A change that the timer forgets
 * would be mailed again every hour, and no date in these mails would hold. So a mail names only what the timer will
 * remember. The rest waits, and a notice says so once a day. Pure.
 */
import { groupBy, split } from "../lib/collections";
import { HOUR_MS, parseIso } from "../lib/time";
import type { ChangeKey, HeldPoint, PlannedChanges } from "../model/memory/waitingPlans";
import { DAILY_HOURS, type Problem } from "../model/problem";
import { type Known, NAMED, groupsOf, hasPriority, knownOf, withNotified } from "./changeKeys";
import { laterNotice } from "./changeWords";

/** What plans may name now. */
interface WithinRoom {
  named: readonly HeldPoint[];
  /** Notices about the rest. */
  problems: Problem[];
}

/** What the timer records with a mail. */
type Mailed = Pick<PlannedChanges, "graceDays" | "inDoubt" | "names">;

/** Time and hash as long as those of a mail that is sent now, and later than all others. */
const LAST = { at: "9999-12-31T23:59:59Z", hash: "0123456789abcdef" };

/** Returns the changes that the timer would remember if all that wait were named now. */
function remembered(
  held: readonly HeldPoint[],
  fresh: ReadonlySet<ChangeKey>,
  known: ReadonlyMap<ChangeKey, Known>,
  mailed: Mailed,
): ReadonlyMap<ChangeKey, Known> {
  const keys = new Set<ChangeKey>();
  for (const one of held) for (const key of one.keys) keys.add(key);
  const all = withNotified(known, { hash: LAST.hash, keys: [...keys], fresh }, { ...mailed, at: LAST.at });
  return knownOf({ notified: groupsOf(all, NAMED) });
}

/** Returns the time of the last mail about changes that share the room. */
function lastMailMs(known: ReadonlyMap<ChangeKey, Known>): number {
  let lastMs = -Infinity;
  for (const [key, { at }] of known) if (!hasPriority(key)) lastMs = Math.max(lastMs, parseIso(at) ?? lastMs);
  return lastMs;
}

/**
 * Returns what plans may name: all that waits, or what the timer has room for. If that is not all, more of it is named
 * once a day, because changes may be over one by one, and each would make room for a mail.
 */
export function withinRoom(
  held: readonly HeldPoint[],
  known: ReadonlyMap<ChangeKey, Known>,
  mailed: Mailed,
  nowMs: number,
): WithinRoom {
  const fresh = new Set<ChangeKey>();
  for (const one of held) for (const key of one.fresh) fresh.add(key);
  if (fresh.size === 0) return { named: held, problems: [] };
  const carried = remembered(held, fresh, known, mailed);
  if ([...fresh].every((key) => carried.has(key) || hasPriority(key))) return { named: held, problems: [] };
  const isEarly = nowMs - lastMailMs(known) < DAILY_HOURS * HOUR_MS;
  const hasRoom = (key: ChangeKey) => hasPriority(key) || (!isEarly && carried.has(key));
  const [named, later] = split(held, (one) => [...one.fresh].every(hasRoom));
  const byRegion = groupBy(later, ({ region }) => region);
  return { named, problems: [...byRegion].map(([region, points]) => laterNotice(region, points)) };
}
