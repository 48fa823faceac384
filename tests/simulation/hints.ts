/**
 * Models the queue of hints: each message invokes the function after its delay, and is gone if no place is free for it. On
 * stormy days hints are lost, come late and come twice, by shares of the seed. So each invariant holds without them.
 */
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { MINUTE_MS, SECOND_MS } from "../../src/vault/lib/time";
import type { Account } from "./account";
import { awsError } from "./awsError";

/** Longest delay of a message (SQS, "Message quotas"). */
const MAX_DELAY_SECONDS = 900;
/** Time for which the queue keeps a message (src/stack/hints.ts). */
const KEPT_MS = 10 * MINUTE_MS;
/** Time from the end of the delay to the invocation. */
const PICKED_UP_MS = 1_500;
/** In a seed with none of the first, no hint is lost, and in one with the last all are. */
const SHARES = [0, 0.1, 0.5, 1];

export interface Hints {
  send(input: SendMessageCommandInput): object;
}

/** @param deliver invokes the function with the event that Lambda makes of a message */
export function makeHints(account: Account, deliver: (event: object) => void): Hints {
  const { time, story, settings } = account;
  const random = account.random.fork("hints");
  const [lost, repeated, late] = [random.pick(SHARES), random.pick(SHARES), random.pick(SHARES)];
  const strikes = (share: number) => account.stormy && random.chance(share);
  const receive = (body: string, delayMs: number) => {
    if (delayMs > KEPT_MS) return;
    time.after(delayMs + random.next() * PICKED_UP_MS, () => {
      story.count("hints received");
      deliver({ Records: [{ eventSource: "aws:sqs", body }] });
    });
  };
  return {
    send: ({ QueueUrl, MessageBody = "", DelaySeconds = 0 }) => {
      if (QueueUrl !== settings.hintQueueUrl) throw awsError("QueueDoesNotExist", String(QueueUrl));
      if (!Number.isInteger(DelaySeconds) || DelaySeconds < 0 || DelaySeconds > MAX_DELAY_SECONDS) {
        throw awsError("InvalidParameterValue", `DelaySeconds ${DelaySeconds}`);
      }
      story.count("hints sent");
      const delayMs = DelaySeconds * SECOND_MS;
      if (!strikes(lost)) receive(MessageBody, strikes(late) ? delayMs + random.int(0, KEPT_MS) : delayMs);
      if (strikes(repeated)) receive(MessageBody, delayMs + random.int(0, 2 * MINUTE_MS));
      return { MessageId: "m-simulated" };
    },
  };
}
