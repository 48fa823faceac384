/** Opens the timer for an invocation: reads what it carries, and announces there what is about to be done. */
import type { Invocation } from "../aws/tools";
import type { ClockState, NotifiedAt } from "../model/clockState";
import type { Problem } from "../model/problem";
import type { SlotTask, Trigger } from "../model/trigger";
import { type FoundClock, type SetClock, findClock } from "./clock";
import { withoutAim } from "./awaited";
import { type ClockWriter, clockWriter } from "./clockWriter";
import { abandonedFor, isSuperseded } from "./slots";

export interface OpenClock extends FoundClock {
  /** Problems that were reported before this invocation, with their times. */
  notified: NotifiedAt;
  /** Problems of reading or setting it. */
  problems: Problem[];
  /**
   * Writes the target slot to the timer, so that a slot that a sweep takes up again is not lost if the sweep is killed.
   */
  hold: (slotTask: SlotTask) => Promise<void>;
  /** Announces what is deleted; `false` if nothing can be deleted, because the timer could not be set. */
  sayAhead: ClockWriter["sayAhead"];
  set: SetClock;
}

/** Returns what the timer carries while a run is at work: the run's slot, unless that is superseded. */
function takenOver(trigger: Trigger, clock: ClockState | undefined): ClockState {
  const isOld = trigger.slot !== undefined && isSuperseded(trigger.slot, clock);
  const slot = isOld ? clock?.slot : trigger.slot;
  const abandoned = slot === undefined ? undefined : abandonedFor(slot, clock);
  return { ...withoutAim(clock ?? { notified: {} }), slot, abandoned };
}

/**
 * Reads the timer. A run writes its slot there, so that a follow-up knows the slot even if the run is killed from here
 * on.
 */
export async function openClock(invocation: Invocation, event: unknown): Promise<OpenClock> {
  const { trigger, takeoverMs } = invocation;
  const found = await findClock(invocation, event);
  const { state: clock, isRead } = found;
  const { set, sayAhead } = clockWriter(invocation, found);
  const isRun = trigger.kind === "run";
  const before = takenOver(trigger, clock);
  const unset = isRun && isRead ? (await set(takeoverMs, before)).problem : undefined;
  const hold = async ({ slot, mode, supersedes }: SlotTask) => {
    const carried = isRun ? before.slot : clock?.slot;
    // Failed snapshots of a slot that a sweep takes up again may be deleted before the next invocation looks.
    if (!isRead || mode !== "open" || slot === carried) return;
    await set(takeoverMs, { ...before, slot, abandoned: supersedes });
  };
  const problems = [found.problem, unset].filter((one) => one !== undefined);
  return { ...found, notified: before.notified, problems, hold, sayAhead, set };
}
