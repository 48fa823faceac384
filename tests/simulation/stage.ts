/**
 * The vault's own handler on a modelled account: the clients' `send`, Lambda, Scheduler and the time put in place of
 * the real ones. What happens on it is its user's: a simulated run (simulate.ts), a backlog (tests/bench/makespan.ts).
 */
import type { Account } from "./account";
import { makeAws } from "./aws";
import { type ClientTraits, type Interception, intercept } from "./interception";
import type { Invocation } from "./invocation";
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
   * Lets time pass, and all happen that is to happen until then.
   * @param isOver asked after each event; `true` ends it before
   */
  pass(untilMs: number, isOver?: () => boolean): Promise<void>;
  /** Puts back the SDK and the time as they were. */
  leave(): void;
}

/** The rest of what is ready runs before the next event; virtual time stands still. */
async function continuations(interception: Interception): Promise<void> {
  await new Promise((resolve) => {
    process.nextTick(resolve);
  });
  while (interception.isWaiting()) await new Promise(setImmediate);
}

/** @param isHeard which events of Scheduler reach Lambda; all of them without */
export function setStage(
  account: Account,
  source: FunctionSource,
  isHeard: (event: { kind?: string }) => boolean = () => true,
): Stage {
  const { time } = account;
  const tellings = makeTellings(account);
  // Whether the handler may have something to go on with.
  let active = false;
  const trigger = () => {
    active = true;
  };
  const lambda = makeLambda(account, tellings, () => source.coldStart(account.settings), trigger);
  const scheduler = makeScheduler(account, (event) => {
    if (isHeard(event)) lambda.deliver(event);
  });
  const wire = makeWire(account, makeAws(account, scheduler, tellings), tellings, lambda.kill);
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
