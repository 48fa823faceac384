/** Launches instances and attaches volumes just before the nightly run, which then sees them half shown. */
import { DAY_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Account } from "../account/account";
import { gainVolume, launch } from "./people";

/** Probability of a launch on a night, and its maximum time before the run. */
const NIGHTLY = 0.15;
const BEFORE_MS = 4 * MINUTE_MS;

/** @param slotMs the first night's run */
export function startLaunches(account: Account, slotMs: number): void {
  const { time, launches, story, faults } = account;
  if (faults.daily.people === 0) return;
  const night = (atMs: number) => {
    time.at(atMs - launches.next() * BEFORE_MS, () => {
      if (account.stormy && launches.chance(NIGHTLY)) {
        const deed = launches.chance(0.7) ? launch(account) : gainVolume(account);
        if (deed !== undefined) story.say(`before the run a person ${deed}`);
      }
      night(atMs + DAY_MS);
    });
  };
  night(slotMs);
}
