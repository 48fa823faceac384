/** Finds what mails about changes name now, for whom those about edits count, and what has to wait for another mail. Pure. */
import type { Remembered } from "./changeKeys";
import { withinRoom } from "./changeRoom";
import type { PlannedRegion } from "./farther";
import { foreseen } from "./foresight";
import type { RuledUnits, Served } from "./formerRules";
import { namesIn } from "./namedUnits";
import type { HeldPoint, PlannedChanges } from "../model/memory/waitingPlans";
import type { Problem } from "../model/problem";
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
  const later = memory === undefined ? [] : foreseen(held, planned, { memory, ruled, settings, slot, ...readAt });
  const all = [...held, ...later];
  const inDoubt = doubtedUnits(ruled, isInDoubt);
  const mailed = { graceDays: settings.editGraceDays, ...(inDoubt.length > 0 && { inDoubt }) };
  const ofAll = namesIn(all, ruled, known);
  const { named, problems } = withinRoom(all, known, { ...mailed, names: ofAll }, nowMs);
  const names = named.length === all.length ? ofAll : namesIn(named, ruled, known);
  return { named, deferred: problems, ...mailed, ...(names && { names }) };
}
