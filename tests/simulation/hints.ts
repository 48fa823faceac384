/**
 * Models the queue of hints: each message invokes the function after its delay. If no place is free for it, Lambda tries
 * again until the queue has dropped it. On stormy days hints are lost, come late and come twice, by shares of the seed. So
 * each invariant holds without them.
 */
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { MINUTE_MS, SECOND_MS } from "../../src/vault/lib/time";
import type { Account } from "./account";
import { awsError } from "./awsError";
import { checkTimer, isExpected } from "./hintRules";
import type { Invocation } from "./invocation";
import type { Lambda } from "./lambda";
import type { Scheduler } from "./scheduler";

/** Longest delay of a message (SQS, "Message quotas"). */
const MAX_DELAY_SECONDS = 900;
/** Time for which the queue keeps a message (src/stack/hints.ts). */
const KEPT_MS = 10 * MINUTE_MS;
/** Time from the end of the delay to the invocation. */
const PICKED_UP_MS = 1_500;
/** In a seed with none of the first, no hint is lost, and in one with the last all are. */
const SHARES = [0, 0.1, 0.5, 1];

export interface Hints {
  send(invocation: Invocation, input: SendMessageCommandInput): object;
}

export function makeHints(account: Account, scheduler: Scheduler, { offer }: Pick<Lambda, "offer">): Hints {
  const { time, story, settings } = account;
  const random = account.random.fork("hints");
  const [lost, repeated, late] = [random.pick(SHARES), random.pick(SHARES), random.pick(SHARES)];
  const strikes = (share: number) => account.stormy && random.chance(share);

  /** Invokes the function with the event that Lambda makes of a message. */
  const receive = (body: string, droppedMs: number) => {
    if (time.nowMs() > droppedMs) return;
    const isStale = !isExpected(scheduler, body);
    if (offer({ Records: [{ eventSource: "aws:sqs", body }] }, isStale)) {
      story.count(isStale ? "hints received: stale" : "hints received");
      return;
    }
    story.count("hints throttled");
    time.after(random.int(SECOND_MS, MINUTE_MS), () => {
      receive(body, droppedMs);
    });
  };
  const holdBack = (body: string, delayMs: number) => {
    const droppedMs = time.nowMs() + KEPT_MS;
    time.after(delayMs + random.next() * PICKED_UP_MS, () => {
      receive(body, droppedMs);
    });
  };
  return {
    send: (invocation, { QueueUrl, MessageBody = "", DelaySeconds = 0 }) => {
      if (QueueUrl !== settings.hintQueueUrl) throw awsError("QueueDoesNotExist", String(QueueUrl));
      if (!Number.isInteger(DelaySeconds) || DelaySeconds < 0 || DelaySeconds > MAX_DELAY_SECONDS) {
        throw awsError("InvalidParameterValue", `DelaySeconds ${DelaySeconds}`);
      }
      story.count("hints sent");
      const delayMs = DelaySeconds * SECOND_MS;
      checkTimer(account, invocation, scheduler, { body: MessageBody, atMs: time.nowMs() + delayMs });
      if (!strikes(lost)) holdBack(MessageBody, strikes(late) ? delayMs + random.int(0, KEPT_MS) : delayMs);
      if (strikes(repeated)) holdBack(MessageBody, delayMs + random.int(0, 2 * MINUTE_MS));
      return { MessageId: "m-simulated" };
    },
  };
}
