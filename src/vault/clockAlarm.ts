/** The alarm clock as an invocation leaves it: what it carries on, and what is told where it can't be set. */
import { setClock } from "./clock";
import type { ClockState, Told } from "./clockState";
import { type Cause, causeOf, meaningOf } from "./errors";
import { problemKey } from "./summary";
import type { Problem, VaultSettings } from "./types";
import type { VaultTools, Work } from "./work";

function clockProblem({ code, message }: Cause): Problem {
  return {
    kind: "clock-not-set",
    subject: "clock",
    message: `the alarm clock could not be set: ${code}: ${message}`,
    hint: "The hourly sweep does its work meanwhile. Run `pulumi up` if the schedule was deleted.",
  };
}

/** Sets the clock; a failure is a problem to tell, never a reason to stop. A throttled one is the sweep's to make good. */
export async function wakeAt(
  settings: VaultSettings,
  { clients, log, now }: VaultTools,
  functionArn: string,
  atMs: number | undefined,
  state: ClockState,
): Promise<Problem | undefined> {
  try {
    await setClock(clients.scheduler, settings, functionArn, atMs, state, now());
  } catch (error) {
    const cause = causeOf(error);
    if (meaningOf(cause) !== "limit") return clockProblem(cause);
    log.info("clock", { status: "deferred", code: cause.code, detail: cause.message });
  }
  return undefined;
}

/** What the clock carries on: the slot while it lacks something, and the newest one that does not. */
export function nextState(
  clock: ClockState | undefined,
  { world, plan, serving, settled, throttled }: Work,
  told: Told,
  manifestsTo: string | undefined,
): ClockState {
  const { done } = clock ?? {};
  const more = { throttledSince: throttled.since, manifestsTo, told };
  if (serving === undefined) return { done, ...more };
  // A slot is not closed before what it lacks was told: nothing would bring it up again.
  const untold = plan.problems.some((p) => !p.notice && told[problemKey(p)] === undefined);
  // Nor is one given up.
  const givenUp = untold || world.instances === undefined ? serving.overtakes : undefined;
  if (!settled || givenUp !== undefined || (serving.mode === "closing" && untold)) {
    return { slot: serving.slot, givenUp, done, ...more };
  }
  return { done: done === undefined || done < serving.slot ? serving.slot : done, ...more };
}
