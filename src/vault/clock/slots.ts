/**
 * Decides which slot an invocation works on, and how. A slot stays open for `startWindowHours`, while runs, follow-ups
 * and sweeps create what it lacks. Then it is closed once, and what it still lacks is reported. Pure.
 */
import type { ClockState } from "../model/memory/clockState";
import { lastCronMs, lastDueMs, nextFireMs, rateMs } from "../lib/schedule";
import { SLOT_LAG_MS } from "../identity/doubts";
import { HOUR_MS, MINUTE_MS, isoSeconds, parseIso } from "../lib/time";
import { failedSlots } from "../inventory/attempts";
import type { SlotTask, Trigger } from "../model/trigger";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** Time after a scheduled run in which a sweep leaves the slot to it, because the run is on its way. */
const RUN_LATE_MS = 10 * MINUTE_MS;

/** Returns a time in milliseconds since 1970; `-Infinity`, older than every slot, if the text is not a time. */
function instantMs(slot: string | undefined): number {
  return parseIso(slot ?? "") ?? -Infinity;
}

/** Decides whether a newer slot than this one is being worked on or is done. */
export function isSuperseded(slot: string, clock: ClockState | undefined): boolean {
  return instantMs(slot) < Math.max(instantMs(clock?.slot), instantMs(clock?.done));
}

/**
 * Returns the older slot that still lacks something and is abandoned for this one. It is the slot that the timer
 * carries, or the one that was abandoned for that.
 */
export function abandonedFor(slot: string, clock: ClockState | undefined): string | undefined {
  const carriedMs = instantMs(clock?.slot);
  const isCarried = carriedMs > instantMs(clock?.done) && carriedMs < instantMs(slot);
  if (isCarried) return clock?.slot;
  return instantMs(clock?.abandoned) < instantMs(slot) ? clock?.abandoned : undefined;
}

/** Returns the schedule by which slots are due, as one text. */
export function scheduleOf({ schedule, timezone }: CoreSettings): string {
  return `${schedule} ${timezone}`;
}

/** Returns the slot that is due by the schedule, for a run that never came or was killed at its first call. */
function dueSlot(
  { slot, done, schedule, dueSince }: ClockState,
  settings: CoreSettings,
  nowMs: number,
): string | undefined {
  const doneMs = instantMs(done);
  // In a vault that has never run, only slots after its first sweep are due. It may be younger than the schedule's last
  // time.
  if (doneMs === -Infinity && dueSince === undefined) return undefined;
  // Nothing is due by a schedule that was just edited, because its earlier times were not in effect.
  if (schedule !== undefined && schedule !== scheduleOf(settings)) return undefined;
  const ranMs = Math.max(doneMs, instantMs(slot));
  const dueSinceMs = instantMs(dueSince);
  // Only a run shows the times of a rate, and an edited rate has had no run yet.
  if (dueSinceMs > ranMs && rateMs(settings.schedule) !== undefined) return undefined;
  const knownMs = Math.max(ranMs, dueSinceMs);
  const untilMs = nowMs - RUN_LATE_MS;
  // This is the usual case, and far cheaper than looking back.
  const nextMs = nextFireMs(settings.schedule, settings.timezone, knownMs);
  if (nextMs === undefined || nextMs > untilMs) return undefined;
  const dueMs = lastDueMs(settings.schedule, settings.timezone, untilMs, knownMs);
  return dueMs !== undefined && dueMs > Math.max(doneMs, dueSinceMs) ? isoSeconds(dueMs) : undefined;
}

/** Returns the schedule's last slot if it is still open. Nothing else is known while the timer is lost. */
function openSlot(settings: CoreSettings, windowMs: number, nowMs: number): SlotTask | undefined {
  const slotMs = lastCronMs(settings.schedule, settings.timezone, nowMs - RUN_LATE_MS);
  if (slotMs === undefined || nowMs - slotMs > windowMs) return undefined;
  return { slot: isoSeconds(slotMs), mode: "open" };
}

/**
 * Returns the newest slot for which a condition holds. Slots are whole seconds in UTC, so their order as text is their
 * order in time.
 */
function newest(slots: readonly (string | undefined)[], holds: (slotMs: number) => boolean): string | undefined {
  const held = slots.filter((slot) => slot !== undefined && holds(instantMs(slot)));
  return held.sort().pop();
}

/**
 * Decides which slot an invocation works on.
 * @param carried what the timer carries. `undefined` if it could not be read, so that nothing is closed. `lost` if it
 * cannot be read before a person acts.
 * @param own the vault's snapshots in the primary region; `undefined` if they could not be read
 */
export function slotToServe(
  trigger: Trigger,
  { carried, own }: { carried: ClockState | "lost" | undefined; own: readonly Snapshot[] | undefined },
  settings: CoreSettings,
  nowMs: number,
): SlotTask | undefined {
  const windowMs = settings.startWindowHours * HOUR_MS;
  const clock = carried === "lost" ? undefined : carried;
  const doneMs = instantMs(clock?.done);
  const isOpen = (slotMs: number) => nowMs - slotMs <= windowMs;
  // A sweep comes every hour and is soon enough, so most invocations skip the computation.
  const asks = trigger.kind === "sweep" && clock !== undefined;
  const due = asks ? dueSlot(clock, settings, nowMs) : undefined;
  const serve = (slot: string, mode: SlotTask["mode"]): SlotTask => {
    const supersedes = abandonedFor(slot, clock);
    return {
      slot,
      mode,
      ...(supersedes !== undefined && { supersedes }),
      ...(slot === due && { isMissedRun: true as const }),
    };
  };
  // A run that comes a second time finds everything made. A superseded run does what a follow-up would.
  if (trigger.kind === "run" && trigger.slot !== undefined && !isSuperseded(trigger.slot, clock)) {
    // A snapshot made so late is not one of that slot, because its data would contradict the slot (doubts.ts).
    const isLate = nowMs - instantMs(trigger.slot) > SLOT_LAG_MS - HOUR_MS;
    return serve(trigger.slot, isLate ? "closing" : "open");
  }
  if (trigger.kind === "sweep" && carried === "lost") return openSlot(settings, windowMs, nowMs);
  const latest =
    newest([trigger.slot, clock?.slot, due], (slotMs) => slotMs > doneMs) ??
    // A slot that was done and reopened, and that still lacks something.
    newest([clock?.slot], (slotMs) => slotMs === doneMs);
  if (latest !== undefined) {
    if (isOpen(instantMs(latest))) return serve(latest, "open");
    return clock === undefined ? undefined : serve(latest, "closing");
  }
  const failed = newest(failedSlots(own ?? [], settings, nowMs), (ms) => ms >= doneMs && isOpen(ms));
  return failed === undefined ? undefined : { slot: failed, mode: "open" };
}
