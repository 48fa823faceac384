/**
 * Which slot an invocation serves, and how. A slot stays open for `startWindowHours`: runs, passes and sweeps go on
 * creating what it lacks. Then it is closed once, and what it still lacks is told. Pure.
 */
import type { ClockState } from "../model/clockState";
import { lastCronMs, lastDueMs, nextFireMs, rateMs } from "../lib/schedule";
import { SLOT_LAG_MS } from "../identity/doubts";
import { HOUR_MS, MINUTE_MS, isoSeconds, parseIso } from "../lib/time";
import { failedSlots } from "../inventory/attempts";
import type { SlotTask, Trigger } from "../model/trigger";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** A sweep at the time of a run leaves the slot to it: the run is on its way. */
const RUN_LATE_MS = 10 * MINUTE_MS;

/** -Infinity for what is no instant: older than every slot. */
function instantMs(slot: string | undefined): number {
  return parseIso(slot ?? "") ?? -Infinity;
}

/** Whether a newer slot than this one is being worked on, or is done. */
export function isSuperseded(slot: string, clock: ClockState | undefined): boolean {
  return instantMs(slot) < Math.max(instantMs(clock?.slot), instantMs(clock?.done));
}

/** The older slot that still lacks something and is given up for this one: the carried one, or what that was given up for. */
export function abandonedFor(slot: string, clock: ClockState | undefined): string | undefined {
  const carriedMs = instantMs(clock?.slot);
  const isCarried = carriedMs > instantMs(clock?.done) && carriedMs < instantMs(slot);
  if (isCarried) return clock?.slot;
  return instantMs(clock?.abandoned) < instantMs(slot) ? clock?.abandoned : undefined;
}

/** The schedule by which slots are due. */
export function scheduleOf({ schedule, timezone }: CoreSettings): string {
  return `${schedule} ${timezone}`;
}

/** The slot that the schedule says is due: for a run that never came, or died at its first call. */
function dueSlot(
  { slot, done, schedule, dueSince }: ClockState,
  settings: CoreSettings,
  nowMs: number,
): string | undefined {
  const doneMs = instantMs(done);
  // A vault that has never run owes only what came after its first sweep: it may be younger than the schedule's last time.
  if (doneMs === -Infinity && dueSince === undefined) return undefined;
  // Nor by a schedule that was just edited: its times of before were nobody's.
  if (schedule !== undefined && schedule !== scheduleOf(settings)) return undefined;
  const ranMs = Math.max(doneMs, instantMs(slot));
  const dueSinceMs = instantMs(dueSince);
  // A rate tells its times by a run alone: of an edited one there was none yet.
  if (dueSinceMs > ranMs && rateMs(settings.schedule) !== undefined) return undefined;
  const knownMs = Math.max(ranMs, dueSinceMs);
  const untilMs = nowMs - RUN_LATE_MS;
  // The usual case, and far cheaper than looking back.
  const nextMs = nextFireMs(settings.schedule, settings.timezone, knownMs);
  if (nextMs === undefined || nextMs > untilMs) return undefined;
  const dueMs = lastDueMs(settings.schedule, settings.timezone, untilMs, knownMs);
  return dueMs !== undefined && dueMs > Math.max(doneMs, dueSinceMs) ? isoSeconds(dueMs) : undefined;
}

/** The schedule's last slot that is still open: all there is to go by where the clock is gone. */
function openSlot(settings: CoreSettings, windowMs: number, nowMs: number): SlotTask | undefined {
  const slotMs = lastCronMs(settings.schedule, settings.timezone, nowMs - RUN_LATE_MS);
  if (slotMs === undefined || nowMs - slotMs > windowMs) return undefined;
  return { slot: isoSeconds(slotMs), mode: "open" };
}

/** The newest of the slots that hold. Slots are whole seconds in UTC, whose order as text is their order in time. */
function newest(slots: readonly (string | undefined)[], holds: (slotMs: number) => boolean): string | undefined {
  const held = slots.filter((slot) => slot !== undefined && holds(instantMs(slot)));
  return held.sort().pop();
}

/**
 * @param carried what the clock carries; `undefined` where it could not be read, and then nothing is closed; `lost` where it
 * can't be read before a person has looked
 * @param own the vault's snapshots in the primary region; `undefined` where they could not be read
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
  // A sweep comes every hour and is soon enough; most invocations are spared the reckoning.
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
  // A run that comes a second time finds all made; one that was overtaken does what a pass would.
  if (trigger.kind === "run" && trigger.slot !== undefined && !isSuperseded(trigger.slot, clock)) {
    // What is made so late is no snapshot of that slot: its data would contradict it (doubts.ts).
    const isLate = nowMs - instantMs(trigger.slot) > SLOT_LAG_MS - HOUR_MS;
    return serve(trigger.slot, isLate ? "closing" : "open");
  }
  if (trigger.kind === "sweep" && carried === "lost") return openSlot(settings, windowMs, nowMs);
  const latest =
    newest([trigger.slot, clock?.slot, due], (slotMs) => slotMs > doneMs) ??
    // One that was done and reopened, and that still lacks something.
    newest([clock?.slot], (slotMs) => slotMs === doneMs);
  if (latest !== undefined) {
    if (isOpen(instantMs(latest))) return serve(latest, "open");
    return clock === undefined ? undefined : serve(latest, "closing");
  }
  const failed = newest(failedSlots(own ?? [], settings, nowMs), (ms) => ms >= doneMs && isOpen(ms));
  return failed === undefined ? undefined : { slot: failed, mode: "open" };
}
