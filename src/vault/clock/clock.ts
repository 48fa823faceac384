/** The alarm clock as an invocation leaves it: what it carries on, and what is told where it can't be set. */
import { readClock, setClock } from "./timer";
import { stateOf } from "./payload";
import type { ClockState, NotifiedAt } from "../model/clockState";
import type { Cause } from "../model/cause";
import { causeOf, meaningOf } from "../aws/errors";
import { notifiedOf } from "../changes/changeUpdate";
import { type Problem, isDropout, isFailure, problem } from "../model/problem";
import { nextPoints } from "../missing/expectedPoints";
import { POINTS_MISSING } from "../missing/missingWords";
import { rateMs } from "../lib/schedule";
import { abandonedFor, isSuperseded, scheduleOf } from "./slots";
import { isoSeconds } from "../lib/time";
import type { CoreSettings } from "../model/settings";
import type { SlotTask } from "../model/trigger";
import type { Invocation } from "../aws/tools";
import type { Work } from "../model/work";

function clockProblem({ code, message }: Cause): Problem {
  return problem(
    "clock-not-set",
    "clock",
    `the follow-up timer could not be set: ${code}: ${message}`,
    "Until this is fixed, the hourly sweep takes over, so follow-up work is slower. If the schedule was deleted, run `pulumi up --refresh`.",
  );
}

/** The clock as an invocation finds it. */
export interface FoundClock {
  /** What it carries; of a pass, where it could not be read, what it carried when it rang. */
  state?: ClockState;
  /** What could not be read is not written over. */
  isRead: boolean;
  /** Set where it will not be read before a person has looked: it is gone, or not ours to read. */
  isLost: boolean;
  problem?: Problem;
}

/** A clock that is lost is told. What AWS throttles or fails at passes: the next invocation reads it. */
export async function findClock(
  { settings, tools: { clients, log, now }, trigger }: Invocation,
  event: unknown,
): Promise<FoundClock> {
  const read = await readClock(clients.scheduler, settings, now());
  if ("state" in read) return { state: read.state, isRead: true, isLost: false };
  const { code, message } = read.cause;
  const isLost = ["denied", "refused", "gone"].includes(meaningOf(read.cause));
  const rang = trigger.kind === "follow-up" && Object.hasOwn(event as object, "notified");
  const state = rang ? stateOf(event, now()) : undefined;
  if (!isLost) {
    log.info("clock", { status: "deferred", code, detail: message });
    return { state, isRead: false, isLost };
  }
  const lost = problem(
    "clock-not-read",
    "clock",
    `the follow-up timer could not be read: ${code}: ${message}. Until this is fixed, the hourly sweep follows the schedule alone, no slot is closed, no recovery point is deleted, and every invocation mails all open problems`,
    "Run `pulumi up`, with --refresh if the schedule was deleted, and check the role's permissions on it.",
  );
  return { state, isRead: false, isLost, problem: lost };
}

/** What became of setting the clock. */
export interface ClockSet {
  /** Whether it is surely set. */
  isSet: boolean;
  problem?: Problem;
}

/** Sets the clock; a failure is a problem to tell, never a reason to stop. A throttled one is the sweep's to make good. */
export async function setFollowUp(
  { settings, tools: { clients, log, now }, functionArn }: Pick<Invocation, "settings" | "tools" | "functionArn">,
  atMs: number | undefined,
  state: ClockState,
): Promise<ClockSet> {
  try {
    await setClock(clients.scheduler, settings, { functionArn, atMs, state }, now());
  } catch (error) {
    const cause = causeOf(error);
    if (meaningOf(cause) !== "limit") return { isSet: false, problem: clockProblem(cause) };
    log.info("clock", { status: "deferred", code: cause.code, detail: cause.message });
    return { isSet: false };
  }
  return { isSet: true };
}

/** Which schedule the slots are of, and since when. */
function scheduleSince(
  clock: ClockState | undefined,
  slotTask: SlotTask | undefined,
  settings: CoreSettings,
  nowMs: number,
): Pick<ClockState, "schedule" | "dueSince"> {
  const schedule = scheduleOf(settings);
  const isEdited = clock?.schedule !== undefined && clock.schedule !== schedule;
  // Else a first run that never comes would not be missed. A rate has no times before its first run.
  const known = [clock?.slot, clock?.done, clock?.dueSince, slotTask];
  const isNew = known.every((one) => one === undefined) && rateMs(settings.schedule) === undefined;
  const dueSince = isEdited || isNew ? isoSeconds(nowMs) : clock?.dueSince;
  return { schedule, ...(dueSince !== undefined && { dueSince }) };
}

/** Returns what nothing brings up again once its slot is done. */
function lostWithSlot(neverReported: readonly Problem[]): Problem[] {
  return neverReported.filter((problem) => isFailure(problem) || isDropout(problem));
}

/** Returns which recovery points the next look expects. */
function pointsAfter(
  clock: ClockState | undefined,
  { plan, isDeleting }: Pick<Work, "plan" | "isDeleting">,
  neverReported: readonly Problem[],
): ClockState["points"] {
  if (plan.points === undefined) return clock?.points;
  const isNotified = !neverReported.some(({ kind }) => kind === POINTS_MISSING);
  const next = nextPoints(plan.points, { isDeleting, isNotified });
  // A vault that has nothing yet sets no clock for that.
  const isEmpty = next.counted.length + next.gone.length === 0;
  return isEmpty && clock?.points === undefined ? undefined : next;
}

/** What the clock carries on: the slot while it lacks something, and the newest one that does not. */
function nextState(
  clock: ClockState | undefined,
  { world, plan, isDeleting, slotTask, settled, throttled }: Work,
  leaving: Leaving,
  { settings, nowMs }: { settings: CoreSettings; nowMs: number },
): ClockState {
  const { done } = clock ?? {};
  const { notified, manifestsTo } = leaving;
  const neverReported = lostWithSlot(leaving.neverReported);
  const changes = plan.changes === undefined ? clock?.changes : notifiedOf(plan.changes, notified);
  // What was found and not told is looked for again.
  const isNotified = !neverReported.some(({ kind }) => kind === "tampering");
  const looked = world.strangers !== undefined && world.snapshots !== undefined && isNotified;
  const strangersAt = looked ? isoSeconds(nowMs) : clock?.strangersAt;
  const points = pointsAfter(clock, { plan, isDeleting }, neverReported);
  const more = {
    ...(points !== undefined && { points }),
    ...(strangersAt !== undefined && { strangersAt }),
    throttledSince: throttled.since,
    manifestsTo,
    ...scheduleSince(clock, slotTask, settings, nowMs),
    ...(changes !== undefined && { changes }),
    notified,
  };
  if (slotTask === undefined) return { done, ...more };
  // A slot is neither closed nor given up before what it lacks was told: nothing would bring it up again.
  const abandoned = neverReported.length > 0 || world.instances === undefined ? slotTask.supersedes : undefined;
  const isLost = neverReported.some((problem) => slotTask.mode === "closing" || isDropout(problem));
  if (!settled || abandoned !== undefined || isLost) {
    return { slot: slotTask.slot, abandoned, done, ...more };
  }
  return { done: done === undefined || done < slotTask.slot ? slotTask.slot : done, ...more };
}

/** What is worth a call of its own. The schedule goes along with the next one: that it was edited shows in `dueSince`. */
const CARRIED = [
  "slot",
  "abandoned",
  "done",
  "throttledSince",
  "manifestsTo",
  "dueSince",
  "changes",
  "points",
  "strangersAt",
] as const;

export type SetClock = (atMs: number | undefined, state: ClockState) => Promise<ClockSet>;

/** What an invocation leaves in the clock. */
export interface Leaving {
  /** When to come back, if anything is under way. */
  atMs: number | undefined;
  notified: NotifiedAt;
  /** Problems, as they are mailed, that a person was not told. */
  neverReported: readonly Problem[];
  isNews: boolean;
  manifestsTo: string | undefined;
}

/**
 * Leaves the clock as this invocation makes it, where that is worth a call.
 * @returns why it could not be set
 */
export async function leaveClock(
  { settings, tools: { clients, now } }: Invocation,
  { set, ...found }: FoundClock & { set: SetClock },
  work: Work,
  leaving: Leaving,
): Promise<Problem | undefined> {
  const { atMs, notified, neverReported, isNews } = leaving;
  if (found.isRead) {
    const { state: before } = found;
    const state = nextState(before, work, leaving, { settings, nowMs: now() });
    const said = (value: unknown) => JSON.stringify(value);
    const isMoved = CARRIED.some((key) => said(state[key]) !== said(before?.[key]));
    const isWorthIt = atMs !== undefined || isNews || isMoved;
    return isWorthIt ? (await set(atMs, state)).problem : undefined;
  }
  if (atMs === undefined && !isNews) return undefined;
  // It may be read by now. No slot of it is closed; one that still lacks something goes along, as a run takes it over.
  const read = await readClock(clients.scheduler, settings, now());
  if (!("state" in read)) return undefined;
  const { slot } = work.slotTask ?? {};
  const lacks = !work.settled || neverReported.some(isDropout);
  const isOpen = slot !== undefined && lacks && !isSuperseded(slot, read.state);
  const taken = isOpen ? { slot, abandoned: abandonedFor(slot, read.state) } : {};
  const state = { ...read.state, ...taken, notified: { ...read.state.notified, ...notified } };
  return (await set(atMs, state)).problem;
}
