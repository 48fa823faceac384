/**
 * Reads the follow-up timer, and leaves it for the next invocation: what it carries, and what is reported if it cannot
 * be set.
 */
import { withoutAim } from "./awaited";
import { readClock, setClock } from "./timer";
import { sendHint } from "./hint";
import { stateOf } from "./payload";
import type { AwaitedWork, ClockState, ManifestsTo, NotifiedAt } from "../model/clockState";
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
    `follow-up work is slower and no recovery point is deleted, because the follow-up timer could not be set: ${code}: ${message}`,
    "Until this is fixed, the hourly sweep takes over. If the schedule was deleted, `npx pulumi up --refresh` creates it again and restores the role's permissions.",
  );
}

/** The follow-up timer as an invocation finds it. */
export interface FoundClock {
  /** Its payload. If a follow-up cannot read the timer, this is the payload of its own event. */
  state?: ClockState;
  /** True if it was read. A payload that was not read is not overwritten. */
  isRead: boolean;
  /** True if it cannot be read before a person acts, because it is gone or access is denied. */
  isLost: boolean;
  problem?: Problem;
}

/**
 * Reads the timer. A lost timer is reported. Throttling and errors of AWS are temporary, so the next invocation reads
 * it.
 */
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
    `no recovery point is deleted and every invocation mails all open problems, because the follow-up timer could not be read: ${code}: ${message}`,
    "Until this is fixed, the hourly sweep follows the schedule alone. It reports no missed run and no snapshot that was missed for good. If the schedule was deleted, `npx pulumi up --refresh` creates it again and restores the role's permissions.",
  );
  return { state, isRead: false, isLost, problem: lost };
}

/** Result of setting the timer. */
export interface ClockSet {
  /** True if it is surely set. */
  isSet: boolean;
  problem?: Problem;
}

/** Sets the timer. A failure is reported and stops nothing. If the call was throttled, the sweep catches up. */
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

/** Returns the schedule that the slots are of, and since when slots are due by it. */
function scheduleSince(
  clock: ClockState | undefined,
  slotTask: SlotTask | undefined,
  settings: CoreSettings,
  nowMs: number,
): Pick<ClockState, "schedule" | "dueSince"> {
  const schedule = scheduleOf(settings);
  const isEdited = clock?.schedule !== undefined && clock.schedule !== schedule;
  // Otherwise a first run that never comes would not be missed. A rate has no times before its first run.
  const known = [clock?.slot, clock?.done, clock?.dueSince, slotTask];
  const isNew = known.every((one) => one === undefined) && rateMs(settings.schedule) === undefined;
  const dueSince = isEdited || isNew ? isoSeconds(nowMs) : clock?.dueSince;
  return { schedule, ...(dueSince !== undefined && { dueSince }) };
}

/** Returns the problems that nothing brings up again once their slot is done. */
function lostWithSlot(neverReported: readonly Problem[]): Problem[] {
  return neverReported.filter((problem) => isFailure(problem) || isDropout(problem));
}

/** Returns the recovery points that the next look expects. */
function pointsAfter(
  clock: ClockState | undefined,
  { plan, isDeleting }: Pick<Work, "plan" | "isDeleting">,
  neverReported: readonly Problem[],
): ClockState["points"] {
  if (plan.points === undefined) return clock?.points;
  const isNotified = !neverReported.some(({ kind }) => kind === POINTS_MISSING);
  const next = nextPoints(plan.points, { isDeleting, isNotified });
  // A vault that has nothing yet does not set the timer for that.
  const isEmpty = next.counted.length + next.gone.length === 0;
  return isEmpty && clock?.points === undefined ? undefined : next;
}

/**
 * Returns true if nothing failed and all was seen, so that only the end of what is under way can give an invocation
 * anything to do. What fails is tried again by each follow-up.
 */
function isCalm({ world, plan, outcomes }: Work, settings: CoreSettings, neverReported: readonly Problem[]): boolean {
  const isSeen = world.snapshots !== undefined && settings.dr.every(({ region }) => world.copies[region] !== undefined);
  const failed = plan.problems.some(isFailure) || outcomes.some(({ status }) => status === "failed");
  return isSeen && !failed && neverReported.length === 0;
}

/** Returns what the timer carries on: the slot while it lacks something, and the newest slot that lacks nothing. */
function nextState(
  clock: ClockState | undefined,
  work: Work,
  leaving: Leaving,
  { settings, nowMs }: { settings: CoreSettings; nowMs: number },
): ClockState {
  const { done } = clock ?? {};
  const { world, plan, isDeleting, slotTask, settled, throttled } = work;
  const { notified, manifestsTo } = leaving;
  const neverReported = lostWithSlot(leaving.neverReported);
  const changes = plan.changes === undefined ? clock?.changes : notifiedOf(plan.changes, notified);
  // Tampering that was found and not reported is looked for again.
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
  const isAlone = isCalm(work, settings, leaving.neverReported) && leaving.awaited !== undefined;
  const alone = isAlone ? { awaited: leaving.awaited } : {};
  if (slotTask === undefined) return { done, ...alone, ...more };
  // A slot is neither closed nor abandoned before what it lacks was reported, because nothing would bring it up again.
  const abandoned = neverReported.length > 0 || world.instances === undefined ? slotTask.supersedes : undefined;
  const isLost = neverReported.some((problem) => slotTask.mode === "closing" || isDropout(problem));
  if (!settled || abandoned !== undefined || isLost) {
    return { slot: slotTask.slot, abandoned, done, ...more };
  }
  return { done: done === undefined || done < slotTask.slot ? slotTask.slot : done, ...alone, ...more };
}

/**
 * Fields whose change is worth a call. The schedule is written along with the next one, because an edit of it shows in
 * `dueSince`.
 */
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

/** The end of an invocation, as far as the timer depends on it. */
export interface Leaving {
  /** Time of the next follow-up, if anything is under way. */
  atMs: number | undefined;
  notified: NotifiedAt;
  /** Problems, as they are mailed, that a person was not notified of. */
  neverReported: readonly Problem[];
  isNews: boolean;
  manifestsTo: ManifestsTo | undefined;
  /** What the next follow-up comes for, if for nothing but work under way. */
  awaited?: AwaitedWork;
  /** When a hint is to invoke the function before that. */
  hintMs?: number;
}

/**
 * Sets the timer at the end of this invocation, if that is worth a call.
 * @returns the problem if it could not be set
 */
export async function leaveClock(
  invocation: Invocation,
  { set, ...found }: FoundClock & { set: SetClock },
  work: Work,
  leaving: Leaving,
): Promise<Problem | undefined> {
  const { settings, tools } = invocation;
  const { clients, now } = tools;
  const { atMs, notified, neverReported, isNews } = leaving;
  if (found.isRead) {
    const { state: before } = found;
    const state = nextState(before, work, leaving, { settings, nowMs: now() });
    const said = (value: unknown) => JSON.stringify(value);
    const isMoved = CARRIED.some((key) => said(state[key]) !== said(before?.[key]));
    const isWorthIt = atMs !== undefined || isNews || isMoved;
    if (!isWorthIt) return undefined;
    const { hintMs } = leaving;
    if (hintMs === undefined) return (await set(atMs, state)).problem;
    const { isSet, problem } = await set(atMs, { ...state, hint: invocation.trigger.runId });
    // The timer without the id would take the hint for a stale one.
    if (isSet) await sendHint(invocation, hintMs);
    return problem;
  }
  if (atMs === undefined && !isNews) return undefined;
  // The timer may be readable by now. None of its slots is closed. A slot that still lacks something is written too, as
  // when a run takes over.
  const read = await readClock(clients.scheduler, settings, now());
  if (!("state" in read)) return undefined;
  const { slot } = work.slotTask ?? {};
  const lacks = !work.settled || neverReported.some(isDropout);
  const isOpen = slot !== undefined && lacks && !isSuperseded(slot, read.state);
  const taken = isOpen ? { slot, abandoned: abandonedFor(slot, read.state) } : {};
  const state = { ...withoutAim(read.state), ...taken, notified: { ...read.state.notified, ...notified } };
  return (await set(atMs, state)).problem;
}
