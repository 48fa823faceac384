/** Finds what counts of a region's snapshots: one of each volume and slot. */
import { type Account, type Region, type SimSnapshot, isVerified, slotOf } from "../simulation/account/account";
import { isMade } from "../simulation/account/ownership";
import { isSeen } from "./chronicle";
import { isMadeForDr } from "./verdicts";

export function isAlive(account: Account, one: SimSnapshot): boolean {
  return one.state === "completed" && !one.deleted && isMade(account, one);
}

/** Returns true for a copy that is in the primary region from when that was a DR region. */
export function isFormerCopy({ settings }: Account, one: SimSnapshot): boolean {
  return one.region === settings.primaryRegion && isMadeForDr(one);
}

/**
 * Chooses of two snapshots of a volume and slot the copy that is under the region's key. It may be the copy of an original
 * from when the region was the primary one before. Copies from when the primary region was a DR region count beside what
 * was taken there, the first of them.
 */
export function canonical(account: Account, { snapshots }: Region): SimSnapshot[] {
  const rank = (one: SimSnapshot) => {
    if (isFormerCopy(account, one)) return 0;
    return one.sourceId === undefined ? 1 : isVerified(account, one) ? 2 : 0;
  };
  const best = new Map<string, SimSnapshot>();
  for (const one of snapshots.values()) {
    if (!isSeen(account, one) || !isAlive(account, one)) continue;
    const key = `${one.dataOf} ${slotOf(one)} ${isFormerCopy(account, one)}`;
    const known = best.get(key);
    if (known === undefined || rank(one) > rank(known)) best.set(key, one);
  }
  return [...best.values()];
}
