/** Decides when a change of a unit's rules holds nothing any more: settings, tags, or an instance that is gone. Pure. */
import type { ChangeKey } from "../model/memory/waitingPlans";
import type { MissedFirst } from "../model/memory/changeMemory";
import { type Known, graceEndMs, kindOf, overFromMs } from "./changeKeys";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { CoreSettings } from "../model/settings";

/** Time before a date that a run still counts as one on it. It makes its recovery points before it sends its mail. */
const RUN_MS = HOUR_MS;

/** Input that the ends of all changes share. */
export interface EndedBy {
  known: ReadonlyMap<ChangeKey, Known>;
  missing: ReadonlyMap<string, MissedFirst>;
  settings: CoreSettings;
  /** Target slot. */
  slot?: string;
  nowMs: number;
  mailMs?: number;
}

/** An instance, or a volume of several instances, as it was found. */
export interface SeenUnit {
  unit: string;
  /** Slot of its newest recovery point in the region. */
  newestSlot: string;
  /** Time at which a run last found it, and made its newest recovery point in any region. */
  foundMs: number;
  /**
   * True if this invocation did not find it, even if a volume of it is with another one; `undefined` if it did not read the
   * instances.
   */
  isAbsent: boolean | undefined;
  /** Slot of its newest recovery point with former tags in any region. */
  taggedSlot?: string;
  /** Slot of its newest recovery point with a volume that failed later and is not backed up any more. */
  volumeSlot?: string;
}

/** End of a change, as far as it is known. */
interface End {
  key: ChangeKey;
  /** Time from which the change holds nothing, except an instance that is no orphan yet; absent before a mail names it. */
  overMs?: number;
  isOver: boolean;
  graceEndMs: number;
  /** The earliest end without an approval, if a mail names the change now. */
  endMs: number;
}

/**
 * Returns the time that a mail about a change must not be older than. An instance that came back and is missing again
 * is another change. So are tags that replaced the previous ones again, and a volume that failed again.
 */
function sinceOf(kind: string, { newestSlot, taggedSlot = "", volumeSlot = "" }: SeenUnit): string {
  if (kind === "orphan") return newestSlot;
  if (kind === "volumes") return volumeSlot;
  return kind === "tags" ? taggedSlot : "";
}

/**
 * Decides whether an instance has been missing for the `orphanDays` of these settings, and in a later run than the
 * first one that missed it.
 */
export function isOrphanBy(
  { missing, slot, nowMs }: EndedBy,
  unit: string,
  { orphanDays }: Pick<CoreSettings, "orphanDays">,
): boolean {
  const first = missing.get(unit);
  if (first === undefined || slot === undefined || first.slot === slot) return false;
  return (first.sinceMs ?? Infinity) + orphanDays * DAY_MS <= nowMs;
}

/**
 * Decides whether tags may have been put back, or a volume moved back. Only runs look, and none has since the grace. A
 * run that does not find the unit shows that neither happened.
 */
function mayBeUndone({ unit, foundMs, isAbsent }: SeenUnit, overMs: number, { missing }: EndedBy): boolean {
  return foundMs < overMs - RUN_MS && !(isAbsent ?? missing.has(unit));
}

/** Returns the end of a change for a unit. */
export function endOfKey(key: ChangeKey, of: SeenUnit, by: EndedBy): End {
  const { settings, known, missing, nowMs, mailMs = nowMs } = by;
  const { kind } = kindOf(key);
  const one = known.get(key);
  const overMs = overFromMs(one, sinceOf(kind, of), settings);
  const endMs = overMs ?? mailMs + settings.editGraceDays * DAY_MS;
  const isPast = overMs !== undefined && overMs <= nowMs;
  const end = { key, ...(overMs !== undefined && { overMs }), graceEndMs: graceEndMs(one, settings) ?? nowMs };
  if (one?.approved || kind === "settings" || kind === "volumes") return { ...end, isOver: isPast, endMs };
  if (kind === "tags") return { ...end, isOver: isPast && !mayBeUndone(of, overMs, by), endMs };
  const orphanMs = (missing.get(of.unit)?.sinceMs ?? mailMs) + settings.orphanDays * DAY_MS;
  return { ...end, isOver: isPast && isOrphanBy(by, of.unit, settings), endMs: Math.max(endMs, orphanMs) };
}
