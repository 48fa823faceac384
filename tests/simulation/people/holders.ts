/** Plays people who hold snapshots: they lock and share them, and release them again. */
import { DAY_MS } from "../../../src/vault/lib/time";
import { type Account, type SimSnapshot, isLocked, isShared, settledFrom } from "../account/account";
import { setLock } from "../account/ec2Locks";

function some(account: Account, wanted: (snapshot: SimSnapshot) => boolean): SimSnapshot | undefined {
  const region = account.random.chance(0.5) ? account.primary : account.random.pick(account.drs);
  const found = [...region.snapshots.values()].filter((s) => !s.deleted && s.state === "completed" && wanted(s));
  return found.length === 0 ? undefined : account.random.pick(found);
}

function lock(account: Account): string | undefined {
  const snapshot = some(account, (s) => !isLocked(account, s));
  if (snapshot === undefined) return undefined;
  const mode = account.random.pick(["governance", "compliance"] as const);
  setLock(account, snapshot, mode, account.random.int(1, 12));
  return `locks ${snapshot.snapshotId} for ${snapshot.lock?.days ?? 0} days`;
}

/** Releases only locks in governance mode. */
function unlock(account: Account): string | undefined {
  const snapshot = some(account, (s) => isLocked(account, s) && s.lock?.mode === "governance");
  if (snapshot?.lock === undefined) return undefined;
  snapshot.lock = undefined;
  snapshot.freedMs = account.time.nowMs();
  return `unlocks ${snapshot.snapshotId}`;
}

function share(account: Account): string | undefined {
  const snapshot = some(account, (s) => !isShared(s));
  if (snapshot === undefined) return undefined;
  const shared: SimSnapshot["shared"] = { with: "222222222222", seenMs: settledFrom(account) };
  snapshot.shared = shared;
  account.time.after(account.random.skewed(0.5, 10) * DAY_MS, () => {
    shared.endedMs = snapshot.freedMs = account.time.nowMs();
  });
  return `shares ${snapshot.snapshotId}`;
}

export const HOLDING_DEEDS: readonly ((account: Account) => string | undefined)[] = [lock, lock, unlock, share, share];
