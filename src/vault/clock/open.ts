/** Opens the clock for an invocation: what it carries, and how what is about to be done is said to it ahead. */
import type { Invocation } from "../aws/tools";
import type { ClockState, NotifiedAt } from "../model/clockState";
import type { Problem } from "../model/problem";
import type { SlotTask, Trigger } from "../model/trigger";
import { type FoundClock, type SetClock, findClock } from "./clock";
import { type ClockWriter, clockWriter } from "./clockWriter";
import { abandonedFor, isSuperseded } from "./slots";

export interface OpenClock extends FoundClock {
  /** What a person was reported before this invocation. */
  notified: NotifiedAt;
  /** Why it could not be read or set, if so. */
  problems: Problem[];
  /** Says which slot is served: one that a sweep takes up again is not lost if the sweep is killed. */
  hold: (slotTask: SlotTask) => Promise<void>;
  /** Says what is deleted; `false` where nothing may be, since the clock could not be set. */
  sayAhead: ClockWriter["sayAhead"];
  set: SetClock;
}

/** What the clock carries while a run is at work: its slot, unless it is an old one. */
function takenOver(trigger: Trigger, clock: ClockState | undefined): ClockState {
  const isOld = trigger.slot !== undefined && isSuperseded(trigger.slot, clock);
  const slot = isOld ? clock?.slot : trigger.slot;
  const abandoned = slot === undefined ? undefined : abandonedFor(slot, clock);
  return { ...clock, slot, abandoned, notified: clock?.notified ?? {} };
}

/** Reads the clock. A run puts its slot there: if it is killed from here on, a pass still knows the slot. */
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
    // What failed in a slot that a sweep takes up again may be pruned before the next invocation looks.
    if (!isRead || mode !== "open" || slot === carried) return;
    await set(takeoverMs, { ...before, slot, abandoned: supersedes });
  };
  const problems = [found.problem, unset].filter((one) => one !== undefined);
  return { ...found, notified: before.notified, problems, hold, sayAhead, set };
}
