/** The deletion limit, for what no change explains: of an instance's points in a region no more than that go at once. */
import { DAY_MS } from "../../src/vault/time";
import {
  type Account,
  type Region,
  type SimSnapshot,
  instanceOf,
  slotOf,
} from "../simulation/account";
import type { Chronicle } from "./chronicle";
import type { PointSet } from "./verdicts";

export function makeLimitRule(account: Account, { mails, allowed }: Chronicle) {
  const { story } = account;
  let gone = new Map<string, Set<string>>();
  const isAllowed = (region: string, instance: string) =>
    mails.some(
      (mail) =>
        mail.kind === "limit" &&
        mail.region === region &&
        mail.instances.includes(instance) &&
        allowed.has(mail.hash),
    );
  /** What waited longer than it had to, as where nobody knows the settings of before, goes together in the end. */
  const wasHeld = (region: string) => {
    const graceMs = account.settings.editGraceDays * DAY_MS;
    return mails.some(
      (mail) =>
        mail.kind === "change" &&
        mail.region === region &&
        (allowed.has(mail.hash) || mail.atMs + graceMs <= account.time.nowMs()),
    );
  };
  return {
    begins: () => {
      gone = new Map();
    },
    /** @param sets all of the instance's there, as the invocation found them */
    deleting: (one: SimSnapshot, { name }: Region, sets: readonly PointSet[]) => {
      const instance = instanceOf(one);
      const key = `${name} ${instance}`;
      const slots = (gone.get(key) ?? new Set()).add(slotOf(one));
      gone.set(key, slots);
      story.count("deleted by steady expiry");
      if (isAllowed(name, instance) || wasHeld(name)) return;
      const { maxDeletePercent } = account.settings;
      if ((100 * slots.size) / sets.length <= maxDeletePercent) return;
      story.violate("the deletion limit holds", `${slots.size} of ${sets.length} of ${key}`);
    },
  };
}
