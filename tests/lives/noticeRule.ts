/** What a mail announces is what some change let go of: steady expiry needs no mail. */
import type { Account } from "../simulation/account";
import { type Mail, presence } from "./chronicle";
import type { Hindsight } from "./views";

/** Whether any look at what a region has of an instance, as the invocation found it, is so. */
type IsAny = (of: { region: string; instance: string }, isSo: (look: Hindsight) => boolean) => boolean;

export function makeNoticeRule(account: Account, isAny: IsAny) {
  const { story } = account;
  const isByChange = ({ keptNow, held, isByChange: isOver }: Hindsight, isNow: boolean) =>
    (!isNow || keptNow === undefined) && (held !== undefined || isOver);
  return (mails: readonly Mail[]): void => {
    for (const { kind, region, instances, orphans, hash, unknownMs, hasLater } of mails) {
      // Where nobody knows the settings of before, as after more edits than the clock carries, all is taken for theirs.
      if (kind !== "change" || unknownMs !== undefined) continue;
      for (const instance of instances) {
        story.count("instances announced");
        // A sweep that closes a slot is no run, but it sees who is missing, and says in time what that will come to.
        if (orphans.includes(instance) && presence(account)?.has(instance) === false) continue;
        if (isAny({ region, instance }, (one) => isByChange(one, !hasLater))) continue;
        story.violate("what is announced waits for a change", `${instance} in ${region}, plan ${hash}`);
      }
    }
  };
}
