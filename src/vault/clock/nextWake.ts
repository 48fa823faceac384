/**
 * The alarm clock: one EventBridge Scheduler schedule that the stack declares and the function moves. One name means
 * one pending wake, however many passes ask. It carries no work, only the slot that is still open and which problems
 * were told when, so that a person is told once a day (docs/adr/0003).
 */
import { GetScheduleCommand, type SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { changesOf } from "./carriedChanges";
import type { ClockState, Told } from "../model/clockState";
import { type Cause, causeOf } from "../aws/errors";
import { pointsOf } from "./carriedPoints";
import { WEEKLY_SUMMARY } from "../report/runReport";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds, parseIso } from "../lib/time";
import type { Outcome, Plan } from "../model/actions";
import type { VaultSettings } from "../model/settings";

/** A clock that is stopped stands here: Scheduler may refuse a time that has passed, even of a disabled schedule. */
export const STOPPED_CLOCK = "at(2099-01-01T00:00:00)";

const FIRST_WAKE_MS = MINUTE_MS;
const LAST_WAKE_MS = 10 * MINUTE_MS;
/** A quarter of the age: work of 8 minutes is looked at after two more, work of 40 minutes or more after ten. */
const AGE_SHARE = 0.25;
/** Shorter than a day, so that tomorrow's run tells again what is still wrong. */
const TOLD_FOR_MS = 23 * HOUR_MS;
/** Of these a person hears once a week at most: nothing failed, and nothing changes from one day to the next. */
const WEEKLY: Readonly<Record<string, number>> = {
  // Longer than a week, so that no second run of it sums it up again.
  [WEEKLY_SUMMARY]: 8 * DAY_MS,
  "left-region": 7 * DAY_MS - HOUR_MS,
  "orphans-kept": 7 * DAY_MS - HOUR_MS,
  "unknown-policy": 7 * DAY_MS - HOUR_MS,
};
/** Scheduler takes 256 KB of input; the oldest tellings beyond this are forgotten, and so told again. */
const MAX_TOLD = 700;

/** `arn:aws:lambda:<region>:<account>:function:<name>`, after which a qualifier may stand. */
const ARN_PARTS = 7;

/** Limits of how much is under way at once. Where it is the vault's own, each end of it makes room. */
const SLOTS_TAKEN = ["ResourceLimitExceeded", "PendingSnapshotLimitExceeded"];

/** How long to wait for work that began at `sinceMs`: a minute at first, later as it ages, ten minutes at most. */
export function wakeDelayMs(sinceMs: number, nowMs: number): number {
  const share = (nowMs - sinceMs) * AGE_SHARE;
  return Math.min(LAST_WAKE_MS, Math.max(FIRST_WAKE_MS, share));
}

/**
 * When to look again, or `undefined` when nothing is under way.
 * @param throttledSince since when reads have been throttled
 */
export function nextWakeMs(
  plan: Plan,
  outcomes: readonly Outcome[],
  throttledSince: string | undefined,
  nowMs: number,
): number | undefined {
  const since = plan.pending.map(({ sinceMs }) => sinceMs);
  if (plan.waitsSinceMs !== undefined) since.push(plan.waitsSinceMs);
  if (throttledSince !== undefined) since.push(parseIso(throttledSince) ?? nowMs);
  const busy = new Set(plan.pending.map(({ region }) => region));
  for (const { action, snapshotIds } of outcomes) {
    if (action.kind === "delete" || snapshotIds.length === 0) continue;
    since.push(nowMs);
    busy.add(action.region);
  }
  for (const { action, status, code = "" } of outcomes) {
    if (action.kind === "delete" || status !== "deferred") continue;
    const slotMs = action.kind === "snapshot" ? parseIso(action.slot) : action.sinceMs;
    const soon = SLOTS_TAKEN.includes(code) && busy.has(action.region);
    since.push(soon ? nowMs : (slotMs ?? nowMs));
  }
  if (since.length === 0) return undefined;
  // The youngest work is looked at first. Not `Math.max(...since)`: it may be more than a call takes.
  const youngestMs = since.reduce((a, b) => Math.max(a, b));
  return nowMs + wakeDelayMs(youngestMs, nowMs);
}

function toldForMs(key: string): number {
  const [kind = ""] = key.split("/", 1);
  return (Object.hasOwn(WEEKLY, kind) ? WEEKLY[kind] : undefined) ?? TOLD_FOR_MS;
}

/** The tellings that still count, at most {@link MAX_TOLD} of them, the newest. */
export function stillTold(told: Told, nowMs: number): Told {
  const recent = Object.entries(told).filter(([key, when]) => nowMs - (parseIso(when) ?? 0) < toldForMs(key));
  recent.sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(recent.slice(0, MAX_TOLD));
}

/** An instant as the vault writes it. What is none, or is yet to come, stands for none: such a slot would stop all others. */
function pastOf(carried: unknown, nowMs: number): string | undefined {
  const slotMs = typeof carried === "string" ? parseIso(carried) : undefined;
  return slotMs === undefined || slotMs > nowMs ? undefined : isoSeconds(slotMs);
}

/** What a clock's payload says; what can't be so is left out. */
export function stateOf(payload: unknown, nowMs: number): ClockState {
  const { slot, givenUp, done, throttledSince, manifestsTo, schedule, owedFrom, changes, points, strangersAt, told } =
    (payload ?? {}) as Partial<ClockState>;
  const known = changesOf(changes);
  const expected = pointsOf(points);
  return {
    slot: pastOf(slot, nowMs),
    ...(givenUp !== undefined && { givenUp: pastOf(givenUp, nowMs) }),
    done: pastOf(done, nowMs),
    throttledSince: pastOf(throttledSince, nowMs),
    ...(manifestsTo !== undefined && { manifestsTo: pastOf(manifestsTo, nowMs) }),
    ...(typeof schedule === "string" && { schedule }),
    ...(owedFrom !== undefined && { owedFrom: pastOf(owedFrom, nowMs) }),
    ...(known !== undefined && { changes: known }),
    ...(expected !== undefined && { points: expected }),
    ...(strangersAt !== undefined && { strangersAt: pastOf(strangersAt, nowMs) }),
    told: stillTold(told ?? {}, nowMs),
  };
}

/** What a person wrote there and is no JSON is written over like nothing. */
function payloadOf(input = "{}"): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return {};
  }
}

/** The clock as it was read, or why it could not be. */
export type ClockRead = { state: ClockState } | { cause: Cause };

/** What the clock carries. Never throws: where it can't be read a person is told twice rather than never. */
export async function readClock(
  client: SchedulerClient,
  { clock }: Pick<VaultSettings, "clock">,
  nowMs: number,
): Promise<ClockRead> {
  try {
    const command = new GetScheduleCommand({ Name: clock.name, GroupName: clock.groupName });
    const { Target } = await client.send(command);
    return { state: stateOf(payloadOf(Target?.Input), nowMs) };
  } catch (error) {
    return { cause: causeOf(error) };
  }
}

/**
 * Cuts the version or alias off a function's ARN, which has it where the caller named one: Scheduler's right is to call the
 * function itself (src/stack/triggers.ts), and a timer aimed at a qualifier would never fire.
 */
function withoutQualifier(functionArn: string): string {
  return functionArn.split(":").slice(0, ARN_PARTS).join(":");
}

/**
 * Sets the clock, or stops it with `atMs` undefined.
 * @param functionArn the function that it calls: the caller itself, as it was invoked
 */
export async function setClock(
  client: SchedulerClient,
  { clock, vaultId }: VaultSettings,
  functionArn: string,
  atMs: number | undefined,
  state: ClockState,
  nowMs: number,
): Promise<void> {
  const input = { kind: "pass", ...state, told: stillTold(state.told, nowMs) };
  await client.send(
    new UpdateScheduleCommand({
      Name: clock.name,
      GroupName: clock.groupName,
      Description: `Alarm clock of ${vaultId}: moved by the function, see docs/adr/0003`,
      ScheduleExpression: atMs === undefined ? STOPPED_CLOCK : `at(${isoSeconds(atMs).slice(0, -1)})`,
      ScheduleExpressionTimezone: "UTC",
      State: atMs === undefined ? "DISABLED" : "ENABLED",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "NONE",
      Target: {
        Arn: withoutQualifier(functionArn),
        RoleArn: clock.roleArn,
        Input: JSON.stringify(input),
      },
    }),
  );
}
