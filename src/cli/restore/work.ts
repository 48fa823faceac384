/** Carries a restore or its undo out: progress, Ctrl-C, zones without capacity. */
import type { RestoreClient } from "../../restore/aws/client";
import { setTimeout as sleep } from "node:timers/promises";
import type { Action, Next } from "../../restore/action";
import { type Look, observeRestore } from "../../restore/aws/observe";
import { performAction } from "../../restore/aws/perform";
import { type DriveTools, type Outcome, drive } from "../../restore/drive";
import type { Found } from "../../restore/found";
import { nextOfLaunch } from "../../restore/next/launch";
import { nextOfReplace } from "../../restore/next/replace";
import { nextOfVolumes } from "../../restore/next/volumes";
import type { LaunchOrder, Order } from "../../restore/order";
import { humanDuration } from "../../vault/lib/time";
import type { Context } from "../context";
import type { Interrupted } from "../interrupt";
import { madeLines } from "../print/restorePage";

/** Where and how long a restore works. */
export interface Work {
  client: RestoreClient;
  restoreId: string;
  context: Context;
  patienceMs: number;
}

function decide(order: Order): (found: Found) => Next {
  if (order.mode === "launch") return (found) => nextOfLaunch(order, found);
  if (order.mode === "volumes") return (found) => nextOfVolumes(order, found);
  return (found) => nextOfReplace(order, found);
}

/** Returns the commands that go on with a restore, and take it back. */
export function afterwards(restoreId: string, region: string): { resume: string; undo: string } {
  const command = (option: string) => `vault restore --${option} ${restoreId} --region ${region}`;
  return { resume: command("resume"), undo: command("undo") };
}

/** What a loop does, and what is said of it. */
interface Loop {
  look: Look;
  next: (found: Found) => Next;
  perform: (action: Action) => Promise<void>;
  /** How long it has to stay done, in milliseconds. */
  settleMs?: number;
  /** True if it takes a restore back. */
  isUndo?: true;
}

/** Returns what a person reads after Ctrl-C: what there is, and what to type. */
function interruptedWith(made: readonly string[], { restoreId, context }: Work, isUndo: boolean): Interrupted {
  const { resume, undo } = afterwards(restoreId, context.region);
  if (made.length === 0) {
    const what = isUndo ? "nothing of it is left" : "nothing was made";
    return { message: `interrupted; ${what}`, hint: "Nothing has to be undone." };
  }
  return {
    message: `interrupted; ${isUndo ? "still there" : "made so far"}: ${made.join("; ")}`,
    hint: isUndo ? `To go on: ${undo}` : `To go on: ${resume}\n  To take it back: ${undo}`,
  };
}

/** Runs one loop. Ctrl-C lets the step that runs come to its end, and names what there is. */
export async function loop({ look, next, perform, settleMs = 0, isUndo }: Loop, work: Work): Promise<Outcome> {
  const { client, restoreId, context, patienceMs } = work;
  const stopping = new AbortController();
  let steps = 0;
  const tools: DriveTools = {
    observe: () => observeRestore(client, look),
    perform,
    sleep: (ms) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined),
    nowMs: Date.now,
    isStopped: () => stopping.signal.aborted,
    onStep: (title) => {
      steps += 1;
      context.progress(title, { step: steps, action: title });
    },
    onWait: (what, sinceMs) => {
      const waitedMs = Date.now() - sinceMs;
      const waited = waitedMs < 10_000 ? "" : ` (${humanDuration(waitedMs)})`;
      context.progress(`waiting for ${what}${waited}`, { waitsFor: what, waitedSeconds: Math.round(waitedMs / 1_000) });
    },
    patienceMs,
    settleMs,
  };
  const driven = drive(next, tools);
  context.onInterrupt(async () => {
    stopping.abort();
    const outcome = await driven;
    const made = outcome.found === undefined ? [] : madeLines(restoreId, outcome.found);
    return interruptedWith(made, work, isUndo === true);
  });
  const outcome = await driven;
  // The interrupt says what there is and ends the process.
  if (outcome.state === "interrupted") return new Promise<Outcome>(() => undefined);
  return outcome;
}

const NO_CAPACITY = /^(InsufficientInstanceCapacity|InsufficientCapacity|Unsupported)$/;

/** Returns what is looked for in the course of an order. */
function lookOf(order: Order, skips: readonly string[]): Look {
  const { restoreId } = order;
  if (order.mode !== "launch") {
    const instanceId = order.mode === "volumes" ? order.attachTo : order.instanceId;
    const works = instanceId === undefined ? {} : { instanceId };
    return { restoreId, isLaunch: false, readsProtection: false, skips, ...works };
  }
  const { disableApiTermination, disableApiStop } = order.as.launch;
  const readsProtection = disableApiTermination === true || disableApiStop === true;
  return { restoreId, isLaunch: true, readsProtection, skips };
}

/**
 * Carries an order out, in another zone where the first one lacks capacity.
 * @param skips instances of this restore that ended before it goes on: it launches again
 */
export async function carryOut(
  order: Order,
  alternatives: readonly LaunchOrder[],
  work: Work,
  skips: readonly string[] = [],
): Promise<Outcome> {
  const perform = (action: Action) => performAction(work.client, order, action);
  const outcome = await loop({ look: lookOf(order, skips), next: decide(order), perform }, work);
  const [other, ...others] = alternatives;
  const lacksCapacity = outcome.state === "failed" && NO_CAPACITY.test(outcome.failed.code);
  if (!lacksCapacity || other === undefined) return outcome;
  work.context.progress(
    `${order.availabilityZone} lacks capacity (${outcome.failed.code}): trying ${other.availabilityZone}`,
  );
  return carryOut(other, others, work, skips);
}
