/**
 * Asks only whether what the follow-up comes for is still pending, with one read of few records in one region. In a large
 * vault a look at everything takes hundreds of reads. If anything is not as expected, that look follows.
 */
import { ec2In } from "../aws/clients";
import { describePending } from "../aws/ec2Reads";
import { causeOf } from "../aws/errors";
import type { Invocation } from "../aws/tools";
import type { ClockState } from "../model/memory/clockState";
import { askAgainMs, pendingHash, regionsToAsk } from "./awaited";
import type { FoundClock } from "./clock";

/** A follow-up that has found nothing changed. */
export interface StillPending {
  /** When to ask again, in epoch milliseconds. */
  atMs: number;
  /** What the timer is to carry: what it carried. */
  state: ClockState;
}

/**
 * Returns when to ask again if all that the follow-up comes for is still pending; `undefined` if everything is to be
 * looked at. Never throws, because the look reports what cannot be read.
 */
export async function glance(
  { settings, tools: { clients, log, now }, trigger }: Invocation,
  { state, isRead }: Pick<FoundClock, "state" | "isRead">,
): Promise<StillPending | undefined> {
  const { awaited } = state ?? {};
  if (trigger.kind !== "follow-up" || !isRead || state === undefined || awaited === undefined) return undefined;
  const regions = regionsToAsk(awaited, now()) ?? [];
  for (const region of regions) {
    const { reader } = ec2In(clients, region);
    try {
      const ids = await describePending(reader, region, settings.vaultId);
      if (pendingHash(ids) !== awaited[region]?.pending) return undefined;
    } catch (error) {
      const { code, message } = causeOf(error);
      log.info("glance", { region, code, detail: message });
      return undefined;
    }
  }
  return regions.length === 0 ? undefined : { atMs: askAgainMs(awaited, now()), state };
}
