/** Recovery points that a person deletes are reported, those of the vault's own deletions never. */
import { DAY_MS, HOUR_MS } from "../../src/vault/time";
import { type Account, type SimSnapshot, inDr, instanceOf, isSound, slotOf } from "./account";
import { protectedInstances } from "./fleet";
import { isVaults } from "./ownership";
import { isLetGo } from "./retentionRules";
import type { Tellings } from "./tellings";

/** What a person deleted, and when. */
export interface Taken {
  snapshot: SimSnapshot;
  atMs: number;
}

const NAMED = /recovery points? of (\S+) in (\S+) .*?: (?:the newest of them )?for ([^.]+)\./;

/** A snapshot of each recovery point that a mail misses was deleted by a person. */
export function checkMissed({ taken, story }: Account, message: string): void {
  const [, id, region, slots = ""] = NAMED.exec(message) ?? [];
  if (id === undefined) return;
  for (const slot of slots.split(", ")) {
    const isTaken = taken.some(
      ({ snapshot }) =>
        instanceOf(snapshot) === id && snapshot.region === region && slotOf(snapshot) === slot,
    );
    if (!isTaken) story.violate("no false alarm", `nobody deleted ${slot} of ${id} in ${region}`);
  }
}

/** Whether another snapshot of the same data was there: then no recovery point was lost. */
function hasTwin(account: Account, { snapshot, atMs }: Taken): boolean {
  const all = account.byVolume.get(snapshot.dataOf) ?? [];
  return all.some(
    (one) =>
      one !== snapshot &&
      one.region === snapshot.region &&
      slotOf(one) === slotOf(snapshot) &&
      (one.goneMs ?? Infinity) > atMs - 3 * HOUR_MS,
  );
}

/** Whether the vault may take it for one of its own deletions, or did not count it. */
function isExcused(account: Account, taken: Taken): boolean {
  const { snapshot, atMs } = taken;
  const { settings, time } = account;
  // Of one that is not backed up the next run alone knows the rules.
  const isKnown = protectedInstances(account).some(
    (one) => one.instanceId === instanceOf(snapshot) && one.changedMs < atMs,
  );
  // Some look must have found it.
  if (!isKnown || (snapshot.completedMs ?? Infinity) > atMs - 3 * HOUR_MS || snapshot.planted)
    return true;
  if (hasTwin(account, taken)) return true;
  return isLetGo(account, settings, snapshot, {
    side: inDr(account, snapshot) ? "drKeep" : "keep",
    nowMs: time.nowMs(),
    counts: (one) =>
      !one.deleted &&
      isVaults(account, one) &&
      one.region === snapshot.region &&
      (inDr(account, one) ? isSound(account, one) : one.state === "completed"),
    fromMs: atMs,
  });
}

/** Once a day: what a person deleted the day before was reported. */
export function checkNoticed(account: Account, tellings: Tellings): void {
  const { taken, time, story, faults } = account;
  const nowMs = time.nowMs();
  // An edit may make due what was not, and take that back.
  if (faults.daily.edits > 0) return;
  for (const one of taken) {
    const { snapshot, atMs } = one;
    if (atMs > nowMs - 5 * HOUR_MS || atMs <= nowMs - 29 * HOUR_MS) continue;
    const fromMs = atMs - 3 * HOUR_MS;
    if (tellings.silencedMs() > fromMs || account.endedMs < nowMs - 3 * HOUR_MS) continue;
    if (account.dryUntilMs > fromMs || isExcused(account, one)) continue;
    const { region } = snapshot;
    const unread = [`copies in ${region}`, `snapshots in ${account.primary.name}`].map((part) => `could not read ${part}`); // prettier-ignore
    if (tellings.lastSaid(unread) > fromMs - DAY_MS) continue;
    story.count("deletions by people to be noticed");
    const of = `recovery points? of ${instanceOf(snapshot)} in ${region} `;
    const line = new RegExp(`${of}.*(${slotOf(snapshot)}|the newest of them)`);
    if (tellings.lastLike(line) > atMs) continue;
    const what = `${snapshot.snapshotId} in ${region}, of ${instanceOf(snapshot)} for ${slotOf(snapshot)}`;
    story.violate("a person's deletion is told", what);
  }
}
