/** Plays other users of the account: for half an hour at a time they leave next to nothing of a limit, or all of it. */
import { MINUTE_MS } from "../../../src/vault/lib/time";
import type { Account } from "../account/account";

const SPELL_MS = 30 * MINUTE_MS;

export type Crowds = (name: "busyBuckets" | "busyCopySlots" | "busyPending") => boolean;

export function makeCrowds(account: Account): Crowds {
  const spells = new Map<string, { untilMs: number; crowded: boolean }>();
  return (name) => {
    const share = account.faults.limits[name];
    if (share === 0 || !account.stormy) return false;
    const nowMs = account.time.nowMs();
    let spell = spells.get(name);
    if (spell === undefined || spell.untilMs <= nowMs) {
      spell = { untilMs: nowMs + SPELL_MS, crowded: account.random.chance(share) };
      spells.set(name, spell);
    }
    return spell.crowded;
  };
}
