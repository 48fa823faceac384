/** Finds what mails about changes name now, for whom those about edits count, and what has to wait for another mail. Pure. */
import { kindOf } from "./changeKeys";
import type { Remembered } from "./changeKeys";
import { withinRoom } from "./changeRoom";
import type { PlannedRegion } from "./farther";
import { foreseen } from "./foresight";
import type { RuledUnits, Served } from "./formerRules";
import { namesIn } from "./namedUnits";
import type { HeldPoint, PlannedChanges } from "../model/memory/waitingPlans";
import { type Problem, WEEKLY_HOURS } from "../model/problem";
import { HOUR_MS, parseIso } from "../lib/time";
import type { Ruled } from "../retention/effectiveRules";
import { withSharers } from "../retention/recoverySets";
import type { ReadAt } from "../retention/verdict";

/** What mails name, and what the timer is to record with them. */
interface Mailable extends Pick<PlannedChanges, "graceDays" | "inDoubt" | "names"> {
  named: readonly HeldPoint[];
  /** Problems about the rest. */
  deferred: Problem[];
}

/** Knowledge by which it is found. */
interface Seen extends Remembered, Pick<Served, "settings" | "slot"> {
  ruled: RuledUnits & Pick<Ruled, "shared">;
  isInDoubt: (id: string) => boolean;
}

/** Returns the time of the last mail about orphans of each region, in milliseconds since 1970. */
function lastOrphansMs(known: Remembered["known"]): Map<string, number> {
  const lastMs = new Map<string, number>();
  for (const [key, { at }] of known) {
    const { region, kind } = kindOf(key);
    if (kind === "orphan") lastMs.set(region, Math.max(lastMs.get(region) ?? -Infinity, parseIso(at) ?? -Infinity));
  }
  return lastMs;
}

/**
 * Returns true for what goes by its age before its instance is an orphan. The change deletes none of it, so one mail a week
 * is enough. A group whose servers come and go would cause one every day.
 */
function isLapsing({ keys, fresh, endMs, lapsesMs = Infinity }: HeldPoint, nowMs: number): boolean {
  const areOrphans = [...keys].every((key) => kindOf(key).kind === "orphan" && fresh.has(key));
  return areOrphans && nowMs <= lapsesMs && lapsesMs <= endMs;
}

/**
 * Returns the units of which a mail may name nothing, because the vault keeps all of an instance whose newest snapshot was
 * retagged, and with it the points of others that have a volume of it.
 */
function doubtedUnits(
  { newest, shared }: RuledUnits & Pick<Ruled, "shared">,
  isInDoubt: (id: string) => boolean,
): string[] {
  const units = new Set([...newest.keys()].filter(isInDoubt));
  return units.size === 0 ? [] : [...withSharers(units, shared)];
}

/**
 * Returns what mails may name.
 * @param held what waits
 */
export function mailable(
  held: readonly HeldPoint[],
  planned: readonly PlannedRegion[],
  { memory, known, ruled, settings, slot, isInDoubt }: Seen,
  readAt: ReadAt,
): Mailable {
  const { nowMs } = readAt;
  const lastMs = lastOrphansMs(known);
  const isEarly = ({ region }: HeldPoint) => nowMs - (lastMs.get(region) ?? -Infinity) < WEEKLY_HOURS * HOUR_MS;
  const waiting = held.filter((one) => !isLapsing(one, nowMs) || !isEarly(one));
  const later = memory === undefined ? [] : foreseen(waiting, planned, { memory, ruled, settings, slot, ...readAt });
  const all = [...waiting, ...later];
  const inDoubt = doubtedUnits(ruled, isInDoubt);
  const mailed = { graceDays: settings.editGraceDays, ...(inDoubt.length > 0 && { inDoubt }) };
  const { named, problems } = withinRoom(all, known, { ...mailed, names: namesIn(all, ruled, known) }, nowMs);
  const names = namesIn(named, ruled, known);
  return { named, deferred: problems, ...mailed, ...(names && { names }) };
}
