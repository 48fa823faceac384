/** Emulates the queue of hints: the event that Lambda makes of each message, when its delay is over. */
import type { DelayedMessage } from "../emulator";
import type { Firing } from "./eventBridge";

export interface HintQueue {
  /** The next message, read again each time, since the function sends them. */
  next(): Promise<Firing | undefined>;
  /** Records that it was received. */
  received(firing: Firing): void;
}

/** Name of the trigger, where a schedule has its own. */
const HINT = "hint";

/** @param takeAll the messages that were sent since the last call */
export function fakeHintQueue(takeAll: () => Promise<readonly DelayedMessage[]>): HintQueue {
  let waiting: Firing[] = [];
  return {
    next: async () => {
      for (const { atMs, body } of await takeAll()) {
        waiting.push({ schedule: HINT, atMs, event: { Records: [{ eventSource: "aws:sqs", body }] } });
      }
      waiting.sort((a, b) => a.atMs - b.atMs);
      return waiting[0];
    },
    received: (firing) => {
      waiting = waiting.filter((one) => one !== firing);
    },
  };
}
