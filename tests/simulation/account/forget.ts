/** Forgets what the account no longer needs. */
import { type Account, type SimSnapshot, regionsOf } from "./account";

const REMEMBERED_MS = 24 * 60 * 60_000;

/** Forgets once a day what has been gone for longer than any rule looks back. */
export function forgetGone(account: Account): void {
  const beforeMs = account.time.nowMs() - REMEMBERED_MS;
  const stays = (s: SimSnapshot) => !s.deleted || (s.goneMs ?? 0) > beforeMs;
  for (const map of [account.byVolume, account.byInstance, account.bySource]) {
    for (const [key, list] of map) {
      const left = list.filter(stays);
      if (left.length === 0) map.delete(key);
      else if (left.length < list.length) map.set(key, left);
    }
  }
  for (const { snapshots } of regionsOf(account)) {
    for (const [id, snapshot] of snapshots) {
      if (snapshot.deleted && snapshot.settledMs <= account.time.nowMs()) snapshots.delete(id);
    }
  }
}
