/**
 * Checks that a mail announces only what some change released, because steady expiry needs no mail, and that it names what a
 * change deletes.
 */
import { type Account, type SimSnapshot, instanceOf } from "../simulation/account/account";
import { type Chronicle, type Mail, isServedIn, presence } from "./chronicle";
import type { Hindsight } from "./views";

/** Finds out if any view of what a region has of an instance, as the invocation found it, meets a condition. */
type IsAny = (of: { region: string; instance: string }, isSo: (look: Hindsight) => boolean) => boolean;

/**
 * Returns true if a mail whose change is over named the instance of what is deleted. One about settings that are not known
 * cannot say what of.
 */
export function isNamed({ mails }: Chronicle, one: SimSnapshot): boolean {
  return mails.some(
    (mail) =>
      isServedIn(mail, one.region) && (mail.unknownMs !== undefined || mail.instances.includes(instanceOf(one))),
  );
}

export function makeNoticeRule(account: Account, isAny: IsAny) {
  const { story } = account;
  const isByChange = ({ keptNow, held, isByChange: isOver }: Hindsight, isNow: boolean) =>
    (!isNow || keptNow === undefined) && (held !== undefined || isOver);
  return (mails: readonly Mail[]): void => {
    for (const { kind, region, instances, orphans, hash, unknownMs, hasLater } of mails) {
      // If the previous settings are unknown, as after more edits than the timer carries, everything counts as theirs.
      if (kind !== "change" || unknownMs !== undefined) continue;
      for (const instance of instances) {
        story.count("instances announced");
        // A sweep that closes a slot is not a run, but it sees which instances are missing, and announces the effect in
        // time.
        if (orphans.includes(instance) && presence(account)?.has(instance) === false) continue;
        if (isAny({ region, instance }, (one) => isByChange(one, !hasLater))) continue;
        story.violate("an announced deletion waits for a change", `${instance} in ${region}, plan ${hash}`);
      }
    }
  };
}
