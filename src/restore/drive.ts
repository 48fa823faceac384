/**
 * Drives a restore: look at what there is, decide the next step, take it, and look again, until all is done. It keeps no state of
 * its own, so that a restore goes on after a crash, a lost answer or Ctrl-C with the same loop.
 */
import { causeOf, meaningOf } from "../vault/aws/errors";
import { MINUTE_MS, SECOND_MS } from "../vault/lib/time";
import type { Cause } from "../vault/model/cause";
import { type Action, type Next, KEY_HINT, actionKey, actionTitle } from "./action";
import type { Found } from "./found";
import { RESTORE_TAG } from "./restoreTags";

/** What the loop needs from outside. */
export interface DriveTools {
  observe: () => Promise<Found>;
  perform: (action: Action) => Promise<void>;
  sleep: (ms: number) => Promise<void>;
  nowMs: () => number;
  /** True once a person asked to stop: the step that runs is finished first. */
  isStopped: () => boolean;
  onStep: (title: string) => void;
  onWait: (what: string, sinceMs: number) => void;
  /** Longest time that one thing is waited for. */
  patienceMs: number;
  /** How long it has to stay done: EC2 may not show yet what an interrupted restore made last. Absent: not at all. */
  settleMs?: number;
}

interface Failed {
  code: string;
  message: string;
  hint?: string;
  requestId?: string;
}

/** How it ended. Whatever was made is in `found`, also after a failure. */
export type Outcome =
  | { state: "done" | "interrupted"; found: Found }
  | { state: "failed"; found: Found | undefined; failed: Failed; action?: Action };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5 * SECOND_MS;
/** EC2 shows what it made within seconds; a minute is much (AWS, "Eventual consistency in the Amazon EC2 API"). */
const VISIBLE_MS = MINUTE_MS;
/** The SDK sends a call three times by itself. */
const MAX_TRIES = 4;
/** Refusals that may only say that an earlier call took effect, or that EC2 is not so far everywhere. */
const MAY_BE_LATE = /^VolumeInUse$|^DependencyViolation$|\.(Duplicate|NotFound|Unavailable)$/;
const LATE_MS = 20 * SECOND_MS;

/** An action that was taken: how often, when first, and how it failed last. */
interface Taken {
  tries: number;
  firstMs: number;
  sinceMs: number;
  error?: Cause;
}

/** What the loop remembers while it runs. */
interface Memory {
  taken: Map<string, Taken>;
  /** Devices of the volumes that were there once. */
  seen: Set<string>;
  waitsFor?: { what: string; sinceMs: number };
  doneSinceMs?: number;
  pauseMs: number;
  /** Looks that failed, one after the other. */
  blindLooks: number;
}

function failedOf({ code, message, requestId }: Cause): Failed {
  return { code, message, ...(requestId !== undefined && { requestId }) };
}

/** Returns why an action that was taken is still to be taken. */
function noEffect(action: Action, found: Found): Failed {
  const reason = found.instance?.stateReason;
  const why = reason === undefined ? "" : ` (${reason})`;
  return {
    code: "NoEffect",
    message: `EC2 accepted a call and did not do it: ${actionTitle(action)}${why}`,
    hint: KEY_HINT,
  };
}

/** Decides whether the same call may succeed a moment later. EC2's lack of capacity is no such error, whatever its status. */
function mayPass(error: Cause): boolean {
  const isTransient = ["unknown", "busy", "limit"].includes(meaningOf(error));
  return isTransient && !error.code.includes("Capacity");
}

/** Returns why an action that was taken before ends the restore. `undefined`: not yet. */
function givesUp(action: Action, found: Found, taken: Taken & { isSeen: boolean; nowMs: number }): Failed | undefined {
  const { tries, firstMs, sinceMs, error, isSeen, nowMs } = taken;
  if (error !== undefined) {
    const isLate = MAY_BE_LATE.test(error.code) && nowMs - firstMs <= LATE_MS;
    return isLate || (mayPass(error) && tries < MAX_TRIES) ? undefined : failedOf(error);
  }
  return isSeen || nowMs - sinceMs > VISIBLE_MS ? noEffect(action, found) : undefined;
}

/** Takes a step, or waits until the one that was taken shows. Returns why the restore ends, if it does. */
async function step(action: Action, found: Found, memory: Memory, tools: DriveTools): Promise<Failed | undefined> {
  const key = actionKey(action);
  const before = memory.taken.get(key);
  if (before !== undefined) {
    const isSeen = action.do === "create-volume" && memory.seen.has(action.volume.device);
    const failed = givesUp(action, found, { ...before, isSeen, nowMs: tools.nowMs() });
    if (failed !== undefined) return failed;
    await pause(memory, tools);
    if (before.error === undefined) return undefined;
  }
  const nowMs = tools.nowMs();
  const taken: Taken = { tries: (before?.tries ?? 0) + 1, firstMs: before?.firstMs ?? nowMs, sinceMs: nowMs };
  memory.taken.set(key, taken);
  tools.onStep(actionTitle(action));
  try {
    await tools.perform(action);
    memory.pauseMs = FIRST_PAUSE_MS;
  } catch (error) {
    taken.error = causeOf(error);
  }
  return undefined;
}

async function pause(memory: Memory, tools: DriveTools): Promise<void> {
  await tools.sleep(memory.pauseMs);
  memory.pauseMs = Math.min(LONGEST_PAUSE_MS, memory.pauseMs * 1.5);
}

async function waitFor(what: string, memory: Memory, tools: DriveTools): Promise<Failed | undefined> {
  const nowMs = tools.nowMs();
  if (memory.waitsFor?.what !== what) memory.waitsFor = { what, sinceMs: nowMs };
  const { sinceMs } = memory.waitsFor;
  if (nowMs - sinceMs > tools.patienceMs) {
    const hint = "It may still come: the next command goes on.";
    return { code: "TimedOut", message: `gave up waiting for ${what}`, hint };
  }
  tools.onWait(what, sinceMs);
  await pause(memory, tools);
  return undefined;
}

/** Carries out one decision. Returns why the restore ends, if it does. */
async function carryOut(next: Next, found: Found, memory: Memory, tools: DriveTools): Promise<Failed | undefined> {
  if ("failed" in next) return next.failed;
  if ("wait" in next) return waitFor(next.wait, memory, tools);
  if ("action" in next) return step(next.action, found, memory, tools);
  return undefined;
}

/** Looks at what there is. Returns why the restore ends where EC2 refuses that, or keeps failing. */
async function look(memory: Memory, tools: DriveTools): Promise<{ found: Found } | { failed: Failed } | undefined> {
  try {
    const found = await tools.observe();
    memory.blindLooks = 0;
    for (const { tags } of found.volumes) memory.seen.add(tags[RESTORE_TAG.role] ?? "");
    return { found };
  } catch (error) {
    const cause = causeOf(error);
    memory.blindLooks += 1;
    if (!mayPass(cause) || memory.blindLooks >= MAX_TRIES) return { failed: failedOf(cause) };
    await pause(memory, tools);
    return undefined;
  }
}

/** Decides whether it has been done for long enough, and waits a moment if not. */
async function staysDone(memory: Memory, tools: DriveTools): Promise<boolean> {
  const { settleMs = 0, nowMs } = tools;
  memory.doneSinceMs ??= nowMs();
  if (nowMs() - memory.doneSinceMs >= settleMs) return true;
  await pause(memory, tools);
  return false;
}

/**
 * Drives a restore, or its undo, to its end. Never throws.
 * @param decide returns the next step for what there is
 */
export async function drive(decide: (found: Found) => Next, tools: DriveTools): Promise<Outcome> {
  const memory: Memory = { taken: new Map(), seen: new Set(), pauseMs: FIRST_PAUSE_MS, blindLooks: 0 };
  let found: Found | undefined;
  for (;;) {
    const seen = await look(memory, tools);
    if (seen === undefined) {
      if (tools.isStopped() && found !== undefined) return { state: "interrupted", found };
      continue;
    }
    if ("failed" in seen) return { state: "failed", found, failed: seen.failed };
    found = seen.found;
    const next = decide(found);
    if ("done" in next) {
      if (await staysDone(memory, tools)) return { state: "done", found };
      if (tools.isStopped()) return { state: "interrupted", found };
      continue;
    }
    delete memory.doneSinceMs;
    if (tools.isStopped()) return { state: "interrupted", found };
    const failed = await carryOut(next, found, memory, tools);
    if (failed === undefined) continue;
    return { state: "failed", found, failed, ...("action" in next && { action: next.action }) };
  }
}
