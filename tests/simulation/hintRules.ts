/**
 * Checks that nothing depends on hints: the timer is set to come after each, and one that the timer does not expect does
 * nothing, so that hints never multiply.
 */
import type { Call } from "../../src/iam/call";
import type { Account } from "./account";
import type { Invocation } from "./invocation";
import type { Scheduler } from "./scheduler";

function hintIn(text: string): unknown {
  return (JSON.parse(text) as { hint?: unknown }).hint;
}

/** Returns true if the timer carries a message's id. Once it carries another, it never carries that one again. */
export function isExpected(scheduler: Scheduler, body: string): boolean {
  return hintIn(scheduler.carried()) === hintIn(body);
}

/** Checks as a hint is sent that the timer expects it and does its work without it. */
export function checkTimer(
  { story }: Account,
  invocation: Invocation,
  scheduler: Scheduler,
  { body, atMs }: { body: string; atMs: number },
): void {
  // The other one may have set the timer in between.
  if (invocation.overlapped) return;
  const timerMs = scheduler.clockMs();
  const isAfter = timerMs !== undefined && timerMs > atMs;
  if (!isAfter) story.violate("the timer comes after each hint", `${invocation.id} sends ${body}`);
  if (!isExpected(scheduler, body)) story.violate("the timer expects each hint", `${invocation.id} sends ${body}`);
}

/** Checks a call as an invocation by a stale hint sends it: it may only read the timer. */
export function checkStale({ story }: Account, invocation: Invocation, { name }: Call): void {
  if (!invocation.isStale || name === "GetSchedule") return;
  story.violate("a stale hint does nothing", `${invocation.id} calls ${name}`);
}
