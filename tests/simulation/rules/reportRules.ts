/** Checks the reports that `mailOn` asks for, after a run that ended by itself and could mail. */
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Account } from "../account/account";
import type { Invocation } from "../account/invocation";
import type { Tellings } from "./tellings";

/** Returns the Monday of the week of an instant, in UTC. */
function mondayMs(ms: number): number {
  const day = Math.floor(ms / DAY_MS);
  // The epoch was a Thursday.
  return (day - ((day + 3) % 7)) * DAY_MS;
}

/** Checks an invocation that has ended by itself. */
export function checkReported({ story }: Account, tellings: Tellings, { event, settings, startMs }: Invocation): void {
  const { kind, slot = "" } = event;
  if (kind !== "run" || tellings.silencedMs() >= startMs) return;
  // A slot that somebody made up is refused.
  if (!(Date.parse(slot) <= startMs)) return;
  if (settings.mailOn === "always" && tellings.lastSaid([`the run for ${slot} was`]) === 0) {
    story.violate("a report is mailed", `none of the run for ${slot}`);
  }
  const monday = mondayMs(Date.parse(slot));
  if (settings.mailOn === "weekly-summary" && tellings.lastSummaryMs() < monday) {
    story.violate("a report is mailed", `none of the week from ${isoSeconds(monday)}`);
  }
}
