/**
 * What a person must have been told by now, checked once a day. Left out where the model itself took the telling away
 * since: {@link Tellings.silenced} says when a mail or the clock was lost.
 */
import { parseDescription } from "../../src/vault/identity/description";
import { TAG } from "../../src/vault/model/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../src/vault/lib/time";
import { type Account, type SimSnapshot, inDr, isExpiredIn, isPoint, isVerified, slotOf, twinsOf } from "./account";
import { dropouts } from "./dropoutRules";
import { protectedInstances, protectedVolumes } from "./fleet";
import { checkNoticed } from "./missingRules";
import { badOverrides } from "./overrideOracle";
import { isReleasedIn } from "./rules";
import type { Tellings } from "./tellings";
import { isTampered, isVaults } from "./ownership";

/** A telling holds for 23 hours: what was said that long before a slot is not said again for it. */
const TOLD_FOR_MS = 23 * HOUR_MS;

/** Whether a person heard it since then, or shortly enough before. */
function wasTold(tellings: Tellings, texts: readonly string[], sinceMs: number): boolean {
  return tellings.lastSaid(texts) >= sinceMs - TOLD_FOR_MS;
}

/** What a person is told in place of what the vault could not see. */
function unseen({ primary }: Account, ...copiesIn: string[]): string[] {
  const parts = [`snapshots in ${primary.name}`, `instances in ${primary.name}`];
  return [...parts, ...copiesIn.map((name) => `copies in ${name}`)].map((part) => `could not read ${part}`);
}

/** The slot's window, and a sweep that closes it. */
const CLOSED_AFTER_MS = 10 * HOUR_MS;

/** By then a sweep has looked, however late it was. */
const SWEEPS_MS = 12 * HOUR_MS;

function uncopied(account: Account, snapshot: SimSnapshot, region: string): boolean {
  if (inDr(account, snapshot) || snapshot.deleted || !isPoint(account, snapshot)) return false;
  if (!isVaults(account, snapshot) || isExpiredIn(snapshot, region)) return false;
  if (isReleasedIn(account, account.settings, snapshot, region, { sinceMs: account.time.nowMs() })) return false;
  // The mark of a copy that has lived its time may be among what a person took.
  if (snapshot.untagged === true) return false;
  const lately = account.time.nowMs() - SWEEPS_MS;
  // By their data: of one that a person untagged, the original may be gone and forgotten.
  const copies = (account.byVolume.get(snapshot.dataOf) ?? []).filter(
    (s) => s.region === region && (s.dataSinceMs === snapshot.dataSinceMs || slotOf(s) === slotOf(snapshot)),
  );
  // What a person has just taken away, no sweep has seen to be missing yet; what is on the way may hang (tryRules.ts).
  return !copies.some((s) => isVerified(account, s) || s.state === "pending" || s.deleted || (s.lostMs ?? 0) > lately);
}

/** What says that one of these has no copy there: it failed, AWS refused it, or it can't be. */
function uncopiedLine(ids: readonly string[], region: string): RegExp {
  const one = `(${ids.join("|")})`;
  return new RegExp(`the copy (\\S+ )?of ${one} in ${region} |${one} in \\S+ has no verified copy in ${region}`);
}

/** A recovery point that has had no verified copy for more than a day. Of one that waits for a free slot the lag's alarm tells. */
function checkUncopied(account: Account, tellings: Tellings): void {
  const { time, faults, story } = account;
  if (faults.limits.busyBuckets + faults.limits.busyCopySlots > 0) return;
  const beforeMs = time.nowMs() - DAY_MS - 8 * HOUR_MS;
  if (tellings.silencedMs() > beforeMs || account.dryUntilMs > beforeMs) return;
  // If Lambda kills every invocation, its own failures and the alarms report it.
  if (account.endedMs < time.nowMs() - 3 * HOUR_MS) return;
  for (const snapshot of account.primary.snapshots.values()) {
    if (snapshot.startMs > beforeMs) continue;
    for (const { name, fullMs } of account.drs) {
      if (fullMs > time.nowMs() - SWEEPS_MS || !uncopied(account, snapshot, name)) continue;
      const sinceMs = time.nowMs() - 2 * HOUR_MS;
      if (wasTold(tellings, [...unseen(account, name), `copies in ${name}: their key`], sinceMs)) continue;
      const lacking = uncopiedLine(
        twinsOf(account, snapshot).map(({ snapshotId }) => snapshotId),
        name,
      );
      if (tellings.lastLike(lacking) >= sinceMs - TOLD_FOR_MS) continue;
      const what = `${snapshot.snapshotId} has no verified copy in ${name}, untold`;
      story.violate("a missing copy is told", what);
    }
  }
}

/**
 * Whether the vault must know of the slot: a sweep reads the schedule, so that a run that was lost, or killed at its
 * first call, is made good. Slots before the first sweep that could set the clock are not known to it.
 */
function isKnown(account: Account, tellings: Tellings, slotMs: number): boolean {
  if (tellings.silencedMs() >= slotMs - DAY_MS) return false;
  // Nothing is missed that was not to be made.
  if (account.dryUntilMs >= slotMs - DAY_MS) return false;
  // Where every invocation is killed or can't read for a day, Lambda's own failures and the alarm tell.
  if (account.endedMs < slotMs + CLOSED_AFTER_MS) return false;
  return account.knownSinceMs <= slotMs;
}

/**
 * What says that a volume got no snapshot: its instance lacks some (told once a day, of whichever), or another that shares
 * it lacks this one; it failed, AWS refused it.
 */
function missing(instanceId: string, volumeId: string): RegExp {
  return new RegExp(
    `${instanceId} has no snapshot of |has no snapshot of [^\\n]*${volumeId}|the snapshot of ${volumeId} failed in EC2|snapshots of ${instanceId} .*failed`,
  );
}

/** A slot that is over, with a volume that was there all the time and has nothing for it. */
function checkSlot(account: Account, tellings: Tellings, slotMs: number): void {
  const slot = isoSeconds(slotMs);
  if (!isKnown(account, tellings, slotMs)) return;
  for (const { instance, volumeId } of protectedVolumes(account)) {
    if (instance.changedMs >= slotMs) continue;
    const made = (account.byVolume.get(volumeId) ?? []).some(
      (s) =>
        s.sourceId === undefined &&
        s.startMs >= slotMs &&
        (s.lostTo === "person" || (slotOf(s) === slot && s.state !== "error")),
    );
    if (made || wasTold(tellings, unseen(account), slotMs)) continue;
    if (tellings.lastLike(missing(instance.instanceId, volumeId)) >= slotMs - TOLD_FOR_MS) continue;
    account.story.violate("a missed slot is told", `${volumeId} has nothing for ${slot}, untold`);
  }
}

/** A tag that asks for rules which its instance can't have. */
function checkOverrides(account: Account, tellings: Tellings, slotMs: number): void {
  // The stack may have allowed them when the run looked.
  if (account.faults.daily.edits > 0) return;
  if (!isKnown(account, tellings, slotMs)) return;
  for (const { instanceId, tags, changedMs } of protectedInstances(account)) {
    if (changedMs >= slotMs) continue;
    for (const key of badOverrides(tags, account.settings)) {
      if (wasTold(tellings, [`${instanceId} has the tag ${key}=`, ...unseen(account)], slotMs)) continue;
      account.story.violate("a bad override is told", `${key} of ${instanceId}`);
    }
  }
}

function checkEmptyFleet(account: Account, tellings: Tellings, slotMs: number): void {
  if (!isKnown(account, tellings, slotMs)) return;
  if (protectedInstances(account).length > 0) return;
  const latestMs = Math.max(0, ...[...account.instances.values()].map((i) => i.changedMs));
  if (latestMs >= slotMs) return;
  if (wasTold(tellings, ["no instance in ", ...unseen(account)], slotMs)) return;
  account.story.violate("an empty fleet is told", "nothing carries the tag, untold");
}

/** A key that can't be used is told by the first invocation that sees it, and each day again. */
function checkKey(account: Account, tellings: Tellings): void {
  const { keyDisabledIn: region, keyLostSinceMs, keyState, story, time } = account;
  const beforeMs = time.nowMs() - 3 * HOUR_MS;
  if (region === undefined || keyLostSinceMs > beforeMs) return;
  if (tellings.silencedMs() > beforeMs || account.endedMs < beforeMs) return;
  if (wasTold(tellings, [`copies in ${region}: their key `, "the state of the key "], beforeMs)) return;
  story.violate("a lost key is told", `${region}: ${keyState}`);
}

/** Somebody else's that carries the vault's tag. */
function isStranger(account: Account, { planted, tags, description }: SimSnapshot): boolean {
  const isOwn = parseDescription(description)?.identity.vaultId === account.settings.vaultId;
  return !planted && !isOwn && tags[TAG.vault] === account.settings.vaultId;
}

/** Sweeps look for them once in 23 hours, and two may be late. */
function checkStranger(account: Account, tellings: Tellings, snapshot: SimSnapshot): void {
  const { snapshotId, region, tamperedMs = 0 } = snapshot;
  const nowMs = account.time.nowMs();
  const beforeMs = nowMs - 2 * DAY_MS - 2 * HOUR_MS;
  if (tamperedMs > beforeMs || tellings.silencedMs() > beforeMs) return;
  if (wasTold(tellings, [`snapshots with the vault's tag in `], nowMs - DAY_MS)) return;
  const notified = new RegExp(`${snapshotId} in \\S+ carries|\\d+ times: `);
  if (tellings.lastLike(notified) >= beforeMs - TOLD_FOR_MS) return;
  account.story.violate("tampering is told", `${snapshotId} in ${region} carries the vault's tags`);
}

/** What was changed, or is not what it says, is told within a day, and each day again. */
function checkTampering(account: Account, tellings: Tellings): void {
  const nowMs = account.time.nowMs();
  const beforeMs = nowMs - DAY_MS - 2 * HOUR_MS;
  if (tellings.silencedMs() > beforeMs || account.endedMs < nowMs - 2 * HOUR_MS) return;
  for (const { name, snapshots } of [account.primary, ...account.drs]) {
    for (const snapshot of snapshots.values()) {
      const { snapshotId, tamperedMs = Infinity } = snapshot;
      if (tamperedMs > beforeMs || snapshot.deleted) continue;
      if (isStranger(account, snapshot)) checkStranger(account, tellings, snapshot);
      if (!isTampered(account, snapshot) && !snapshot.planted) continue;
      if (wasTold(tellings, unseen(account, name), nowMs - DAY_MS)) continue;
      const notified = new RegExp(`${snapshotId} in \\S+ was changed|\\d+ times: .* was changed`);
      if (tellings.lastLike(notified) >= beforeMs - TOLD_FOR_MS) continue;
      account.story.violate("tampering is told", `${snapshotId} in ${name}`);
    }
  }
}

/** An instance that was in the last slot before and lost its tag since. */
function checkDropouts(account: Account, tellings: Tellings, slotMs: number): void {
  if (!isKnown(account, tellings, slotMs)) return;
  for (const instanceId of dropouts(account, slotMs)) {
    if (wasTold(tellings, unseen(account), slotMs)) continue;
    const named = new RegExp(`${instanceId} \\(.*\\) is not backed up any more: `);
    if (tellings.lastLike(named) >= slotMs - TOLD_FOR_MS) continue;
    account.story.violate("a dropout is told", `${instanceId} is missing for ${isoSeconds(slotMs)}, untold`);
  }
}

/** @param slotMs the newest slot that is closed by now */
export function checkTold(account: Account, tellings: Tellings, slotMs: number): void {
  checkUncopied(account, tellings);
  checkSlot(account, tellings, slotMs);
  checkDropouts(account, tellings, slotMs);
  checkEmptyFleet(account, tellings, slotMs);
  checkOverrides(account, tellings, slotMs);
  checkTampering(account, tellings);
  checkKey(account, tellings);
  checkNoticed(account);
}

/** Kinds of fault that nobody needs to hear of. */
const UNHEARD = ["zero pages", "two at once", "busy copy slots", "small limits"];

/** At the end of a run in which nothing went wrong that a person can do anything about. */
export function checkUnbothered(account: Account, tellings: Tellings): void {
  if (account.faults.kinds.some((kind) => !UNHEARD.includes(kind))) return;
  if (account.dryUntilMs >= 0) return;
  const asksTooMuch = protectedInstances(account).some(({ tags }) => badOverrides(tags, account.settings).length > 0);
  if (asksTooMuch) return;
  const { mailOn } = account.settings;
  const lastMs = mailOn === "failure" ? tellings.lastMailMs() : tellings.lastAlarmMs();
  if (lastMs > 0) account.story.violate("no false alarm", "a mail for nothing");
}
