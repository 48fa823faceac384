/** Checks that recovery points that a person deletes are reported, and those that the vault deletes never. */
import { COPY_EXPIRED_PREFIX, TAG_PREFIX } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import { type Account, type SimSnapshot, inDr, instanceOf, isVerified, slotOf } from "../account/account";
import type { Invocation } from "../account/invocation";
import type { VaultSettings } from "../../../src/vault/model/settings";
import { isMade } from "../account/ownership";
import { isReleased } from "./retentionRules";
import type { Taken } from "../people/looks";

/** Longer than any list lags. */
const LAG_MS = 5 * MINUTE_MS;
const CONFIRMED_MS = 31 * MINUTE_MS;
const WATCHED_MS = 4 * DAY_MS;

const NAMED = /recovery points? of (\S+) in (\S+) .*?: (?:the newest of them )?for ([^.]+)\./;

/** Checks that each recovery point that a mail reports as missing was deleted by a person. */
export function checkMissed({ taken, story }: Account, message: string): void {
  const [, id, region, slots = ""] = NAMED.exec(message) ?? [];
  if (id === undefined) {
    story.violate("no false alarm", `nobody knows which: ${message}`);
    return;
  }
  const ofIt = taken.filter(({ snapshot }) => instanceOf(snapshot) === id && snapshot.region === region);
  for (const slot of slots.split(", ")) {
    const named = ofIt.filter(({ snapshot }) => slotOf(snapshot) === slot);
    for (const one of named) one.isNotified = true;
    if (named.length === 0) story.violate("no false alarm", `nobody deleted ${slot} of ${id} in ${region}`);
  }
}

/** Records before an invocation ends if it saw and reported everything. */
export function noteLook({ looks, time }: Account, invocation: Invocation): void {
  const { startMs, readsFailed, isUnheard, overlapped } = invocation;
  if (overlapped) looks.lostMs = time.nowMs();
  if (overlapped || isUnheard || readsFailed.length > 0) return;
  const isQuiet = invocation.quietMs >= CONFIRMED_MS;
  looks.clean.push({ startMs, endMs: time.nowMs(), isQuiet });
  if (looks.clean.length > 1_000) looks.clean.splice(0, 500);
}

/** Returns other snapshots of the same recovery point in its region. */
function othersOf(account: Account, { snapshot }: Taken): SimSnapshot[] {
  return (account.byInstance.get(instanceOf(snapshot)) ?? []).filter(
    (one) => one !== snapshot && one.region === snapshot.region && slotOf(one) === slotOf(snapshot),
  );
}

/** Returns true if somebody changed the vault's own tags on it. */
function isChanged({ tags, madeTags }: SimSnapshot): boolean {
  const names = Object.keys({ ...tags, ...madeTags }).filter((name) => name.startsWith(TAG_PREFIX));
  return names.some((name) => !name.startsWith(COPY_EXPIRED_PREFIX) && tags[name] !== madeTags[name]);
}

/**
 * Returns true if the rules released it, as the vault saw them when it was deleted or as they are now. A snapshot that
 * somebody changed never counts for the vault's rules, but does for the simulation's.
 */
function isDue(account: Account, { snapshot, atMs, settings }: Taken): boolean {
  const nowMs = account.time.nowMs();
  const side = inDr(account, snapshot) ? ("drKeep" as const) : ("keep" as const);
  const isThere = (one: SimSnapshot, ms: number) =>
    isMade(account, one) &&
    one.region === snapshot.region &&
    (one.goneMs ?? Infinity) > ms &&
    one.startMs < ms &&
    (inDr(account, one) ? isVerified(account, one) : one.state === "completed");
  const isReleasedAt = (one: VaultSettings, ms: number, isCounted: (other: SimSnapshot) => boolean) => {
    const counts = (other: SimSnapshot) => isThere(other, ms) && isCounted(other);
    return isReleased(account, one, snapshot, { side, nowMs: ms, counts, fromMs: atMs, seenMs: ms });
  };
  return [settings, account.settings].some((one) =>
    [atMs - 2 * HOUR_MS, nowMs].some(
      (ms) => isReleasedAt(one, ms, () => true) || isReleasedAt(one, ms, (other) => !isChanged(other)),
    ),
  );
}

/** Returns true if the vault need not notice it: it was no loss, it was not expected, or the vault lost count. */
function isExcused(account: Account, taken: Taken): boolean {
  const { snapshot, atMs } = taken;
  const { looks, faults } = account;
  const completedMs = snapshot.completedMs ?? Infinity;
  if (snapshot.planted || instanceOf(snapshot) === "" || faults.daily.edits > 0) return true;
  const before = looks.clean.findLast(({ endMs }) => endMs < atMs);
  if (before === undefined || !before.isQuiet || before.startMs < completedMs + LAG_MS) return true;
  if (looks.lostMs > before.startMs || account.dryUntilMs > before.startMs) return true;
  // There is another of the same data; or the vault deletes some of the rest, and cannot know what a person did.
  const others = othersOf(account, taken);
  const rest = others.filter((one) => one.startMs < atMs && (one.goneMs ?? Infinity) > before.startMs - LAG_MS);
  if (rest.some((one) => one.dataOf === snapshot.dataOf || one.lostTo === "vault")) return true;
  // Two sweeps of one second each made the copy again, and one of them is deleted.
  if (others.some((one) => one.startMs >= atMs && one.lostTo === "vault")) return true;
  return [snapshot, ...rest].some((one) => isDue(account, { ...taken, snapshot: one }));
}

/** Returns true if two looks had the time to miss it, and nothing kept the second from reporting it. */
function isNoticed({ looks }: Account, { atMs }: Taken): boolean {
  const after = looks.clean.filter(({ startMs }) => startMs > atMs + LAG_MS);
  const [first, last] = [after[0], after.at(-1)];
  return first !== undefined && last !== undefined && last.startMs >= first.endMs + CONFIRMED_MS;
}

/** Checks once a day that a person's deletion was reported as soon as the vault could. */
export function checkNoticed(account: Account): void {
  const { taken, time, story } = account;
  const nowMs = time.nowMs();
  for (const one of taken) {
    const { snapshot, atMs } = one;
    if (one.isChecked || nowMs - atMs > WATCHED_MS || !isNoticed(account, one)) continue;
    one.isChecked = true;
    if (isExcused(account, one)) continue;
    story.count("deletions by people to be noticed");
    if (one.isNotified) continue;
    const what = `${snapshot.snapshotId} in ${snapshot.region}, of ${instanceOf(snapshot)} for ${slotOf(snapshot)}`;
    story.violate("a person's deletion is reported", what);
  }
}
