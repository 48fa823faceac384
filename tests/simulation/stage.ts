/**
 * Runs the vault's own handler on a modeled account: the clients' `send`, Lambda, Scheduler and the time replace the
 * real ones. Its user decides what happens: a simulated run (simulate.ts), a backlog (tests/bench/makespan.ts).
 */
import type { Account } from "./account";
import { makeAws } from "./aws";
import { type ClientTraits, type Interception, intercept } from "./interception";
import type { Invocation } from "./invocation";
import { makeHints } from "./hints";
import { type Lambda, makeLambda } from "./lambda";
import { type Scheduler, makeScheduler } from "./scheduler";
import type { FunctionSource } from "./source";
import { type Tellings, makeTellings } from "./tellings";
import { installDate } from "./virtualTime";
import { makeWire } from "./wire";

export interface Stage {
  account: Account;
  lambda: Lambda;
  scheduler: Scheduler;
  tellings: Tellings;
  /**
   * Lets time pass, with all that happens until then.
   * @param isOver is asked after each event; `true` ends it before
   */
  pass(untilMs: number, isOver?: () => boolean): Promise<void>;
  /** Restores the SDK and the time. */
  leave(): void;
}

/** Runs the rest of what is ready before the next event, while virtual time stands still. */
async function continuations(interception: Interception): Promise<void> {
  await new Promise((resolve) => {
    process.nextTick(resolve);
  });
  while (interception.isWaiting()) await new Promise(setImmediate);
}

/** @param isHeard decides which events of Scheduler and SQS reach Lambda; without it, all */
export function setStage(
  account: Account,
  source: FunctionSource,
  isHeard: (event: { kind?: string }) => boolean = () => true,
): Stage {
  const { time } = account;
  const tellings = makeTellings(account);
  // True if the handler may have something to continue with.
  let active = false;
  const trigger = () => {
    active = true;
  };
  const lambda = makeLambda(account, tellings, () => source.coldStart(account.settings), trigger);
  const scheduler = makeScheduler(account, (event) => {
    if (isHeard(event)) lambda.deliver(event);
  });
  const hints = makeHints(account, scheduler, {
    offer: (event, isStale) => !isHeard(event) || lambda.offer(event, isStale),
  });
  const wire = makeWire(account, makeAws(account, { scheduler, hints }, tellings), tellings, lambda.kill);
  const send = (invocation: Invocation, traits: ClientTraits, command: never) =>
    wire(invocation, traits, command, trigger);
  const restoreDate = installDate(() => time.nowMs());
  const interception = intercept(source.sdk, send);
  const pass = async (untilMs: number, isOver = () => false) => {
    while (!isOver() && time.step(untilMs)) {
      if (!active) continue;
      active = false;
      await continuations(interception);
    }
  };
  const leave = () => {
    interception.remove();
    restoreDate();
  };
  return { account, lambda, scheduler, tellings, pass, leave };
}
