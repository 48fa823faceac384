/** Models Lambda: asynchronous invocations, how they arrive, how many run at once, and how they end. */
import { HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import { type Account, strikes } from "./account";
import { checkAudited, noteAudited } from "./auditRules";
import { caller } from "./interception";
import { type Invocation, makeInvocation } from "./invocation";
import { noteLook } from "./missingRules";
import { checkReported } from "./reportRules";
import { FUNCTION_ARN } from "./settings";
import type { Tellings } from "./tellings";
import { checkStuck } from "./tryRules";
import type { Kill } from "./wire";

const TIMEOUT_MS = 600_000;
/** Time for which Lambda keeps an event that it can't deliver (src/stack/function.ts). */
const EVENT_AGE_MS = 6 * HOUR_MS;
/** Probability that an idle environment is gone when it is needed. Lambda does not promise how long it keeps one. */
const RECYCLED = 0.02;
/** Time spent on calls without answer beyond which a timeout is excused. */
const EXCUSED_HANG_MS = 180_000;

interface SimulatedContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  logGroupName: string;
  functionName: string;
  getRemainingTimeInMillis(): number;
}

export type SimulatedHandler = (event: unknown, context: SimulatedContext) => Promise<unknown>;

/** A warm function. */
interface Environment {
  handler: SimulatedHandler;
  settings: VaultSettings;
  deployment: number;
}

export interface Lambda {
  deliver(event: object): void;
  /** Invokes the function with a message from the queue of hints; `false` if no place is free. */
  offer(event: object, isStale: boolean): boolean;
  kill: Kill;
  running(): number;
  /** Invocations that ended by themselves, the latest last. */
  lastEnded(): Invocation | undefined;
}

/**
 * @param coldStart makes a new environment's handler
 * @param onActivity is called when a handler was started, so that the loop lets it run
 */
export function makeLambda(
  account: Account,
  tellings: Tellings,
  coldStart: () => SimulatedHandler,
  onActivity: () => void,
): Lambda {
  const { time, story, faults, random } = account;
  let idle: Environment[] = [];
  const running = new Set<Invocation>();
  let started = 0;
  let lastEnded: Invocation | undefined;

  const end = (invocation: Invocation, how: string) => {
    invocation.over = true;
    running.delete(invocation);
    story.count("milliseconds run", time.nowMs() - invocation.startMs);
    story.say(`${invocation.id} ${how}`);
  };

  const kill: Kill = (invocation, why) => {
    if (!running.has(invocation)) return;
    invocation.killed = true;
    tellings.forgot();
    story.count("invocations killed");
    end(invocation, why);
  };

  const timedOut = (invocation: Invocation) => {
    if (!running.has(invocation)) return;
    if (invocation.hungMs < EXCUSED_HANG_MS && !invocation.over) {
      story.violate("an invocation ends in time", `${invocation.id} ran for ${TIMEOUT_MS} ms`);
    }
    kill(invocation, "timed out");
  };

  const failed = (invocation: Invocation, error: unknown) => {
    const { name, message, stack = "" } = error as Error;
    // A slot that somebody made up is refused, by name.
    const isRefusal = name === "BadEvent" && faults.daily.tampering > 0;
    if (name !== "BackupFailed" && !isRefusal) {
      story.violate("throws only BackupFailed", `${name}: ${message}\n${stack}`);
    } else if (invocation.publishes === 0 && account.stormEndedMs === 0 && !account.snsDown) {
      story.count("BackupFailed without mail");
    }
    end(invocation, `threw ${name}: ${message.slice(0, 160)}`);
  };

  const start = (event: object, isStale = false) => {
    started += 1;
    const id = `run-${started}`;
    // A deployment replaces the environments that are there.
    idle = idle.filter(({ deployment }) => deployment === account.deployments);
    if (random.chance(RECYCLED)) idle = [];
    const environment = idle.pop() ?? {
      handler: coldStart(),
      settings: account.settings,
      deployment: account.deployments,
    };
    const { handler, settings } = environment;
    const invocation = makeInvocation(id, event, time.nowMs(), TIMEOUT_MS, settings);
    invocation.isStale = isStale;
    invocation.quietMs = time.nowMs() - account.looks.deletedMs;
    for (const other of running) other.overlapped = invocation.overlapped = true;
    if (invocation.overlapped) tellings.forgot();
    running.add(invocation);
    story.count("invocations");
    story.say(`${id} woken by ${JSON.stringify(event).slice(0, 60)}`);
    time.at(invocation.endMs, () => {
      timedOut(invocation);
    });
    const context: SimulatedContext = {
      awsRequestId: id,
      invokedFunctionArn: FUNCTION_ARN,
      logGroupName: "/aws/lambda/simulated",
      functionName: account.settings.vaultId,
      getRemainingTimeInMillis: () => invocation.endMs - time.nowMs(),
    };
    const settled = (finish: () => void) => {
      if (invocation.over) return;
      finish();
      checkAudited(account, invocation);
      checkReported(account, tellings, invocation);
      idle.push(environment);
      story.count(invocation.isLook ? "looks" : "glances");
      // A follow-up that found all still pending has looked at nothing else.
      if (!invocation.isLook) return;
      checkStuck(account, tellings, invocation);
      noteAudited(account, tellings, invocation);
      noteLook(account, invocation);
      lastEnded = invocation;
      // An invocation that could not read does not know what is missing.
      if (invocation.readsFailed.length === 0) account.endedMs = time.nowMs();
      story.count("actions deferred", invocation.deferred);
    };
    caller
      .run(invocation, () => handler(event, context))
      .then(
        () => {
          settled(() => {
            end(invocation, "ended");
          });
        },
        (error: unknown) => {
          // It has not looked at what it refused.
          if ((error as Error).name === "BadEvent") {
            if (!invocation.over) failed(invocation, error);
            return;
          }
          settled(() => {
            failed(invocation, error);
          });
        },
      );
    onActivity();
  };

  /** Applies reserved concurrency: events without room are tried again for hours. */
  const arrive = (event: object, bornMs: number) => {
    if (running.size < faults.delivery.concurrency) {
      start(event);
      return;
    }
    story.count("invocations throttled");
    if (time.nowMs() - bornMs > EVENT_AGE_MS) return;
    time.after(random.skewed(1_000, 5 * MINUTE_MS), () => {
      arrive(event, bornMs);
    });
  };

  const deliver = (event: object) => {
    const { lost, late, repeated } = faults.delivery;
    const bornMs = time.nowMs();
    const later = (mostMs: number) => {
      time.after(random.skewed(1_000, mostMs), () => {
        arrive(event, bornMs);
      });
    };
    if (strikes(account, "invocation repeated", repeated)) later(2 * HOUR_MS);
    if (strikes(account, "invocation lost", lost)) return;
    if (strikes(account, "invocation late", late)) later(4 * HOUR_MS);
    else arrive(event, bornMs);
  };

  const offer = (event: object, isStale: boolean) => {
    if (running.size >= faults.delivery.concurrency) return false;
    start(event, isStale);
    return true;
  };

  return { deliver, offer, kill, running: () => running.size, lastEnded: () => lastEnded };
}
