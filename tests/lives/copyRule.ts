/** Checks that a copy is not made again and again, because whatever deletes it would also have to want it. */
import { DAY_MS } from "../../src/vault/lib/time";
import type { Account } from "../simulation/account/account";

/** Number of times that edits back and forth may want it again. */
const MOST_IN_A_WINDOW = 4;
const WINDOW_MS = 2 * DAY_MS;

export function makeCopyRule({ story, time }: Account) {
  const madeMs = new Map<string, number[]>();
  return (sourceId: string, region: string): void => {
    const key = `${sourceId} ${region}`;
    const lately = (madeMs.get(key) ?? []).filter((ms) => ms > time.nowMs() - WINDOW_MS);
    lately.push(time.nowMs());
    madeMs.set(key, lately);
    if (lately.length !== MOST_IN_A_WINDOW + 1) return;
    story.violate("no copy is made again and again", `${sourceId} to ${region}`);
  };
}
