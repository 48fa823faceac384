/**
 * Sends hints: delayed messages that invoke the function to the second, where Scheduler takes up to a minute longer. A hint
 * carries no work and nothing depends on one, because the timer invokes the function too (docs/adr/0027).
 */
import { causeOf } from "../aws/errors";
import { sendDelayed } from "../aws/sqs";
import type { Invocation } from "../aws/tools";
import type { Trigger } from "../model/trigger";
import type { FoundClock } from "./clock";

/**
 * Returns true for a hint that the timer does not expect: it came twice, or late, or another invocation has set the timer
 * since. Otherwise each would send the next one, and there would be more and more.
 */
export function isStale({ hint }: Trigger, { state }: Pick<FoundClock, "state">): boolean {
  return hint !== undefined && state?.hint !== hint;
}

/** Sends a hint for this setting of the timer. If that fails, the timer alone invokes the function. */
export async function sendHint(
  { settings, tools: { clients, log, now }, trigger }: Invocation,
  atMs: number,
): Promise<void> {
  const body = JSON.stringify({ hint: trigger.runId });
  const delayMs = Math.max(0, atMs - now());
  try {
    await sendDelayed(clients.sqs, { queueUrl: settings.hintQueueUrl, body, delayMs });
  } catch (error) {
    const { code, message } = causeOf(error);
    log.info("hint", { status: "deferred", code, detail: message });
  }
}
