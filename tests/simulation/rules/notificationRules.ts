/**
 * Checks once a day what must have been reported by now, except where the model itself lost the report since: {@link
 * Tellings.silenced} says when a mail or the timer was lost.
 */
import { parseDescription } from "../../../src/vault/identity/description";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import {
  type Account,
  type SimSnapshot,
  inDr,
  isExpiredIn,
  isPoint,
  isVerified,
  slotOf,
  twinsOf,
} from "../account/account";
import { dropouts } from "./dropoutRules";
import { protectedInstances, protectedVolumes } from "../account/fleet";
import { checkNoticed } from "./missingRules";
import { badOverrides } from "./overrideOracle";
import { isReleasedIn } from "./rules";
import type { Tellings } from "./tellings";
import { isTampered, isVaults } from "../account/ownership";

/** A report holds for 23 hours: what was reported that long before a slot is not reported again for it. */
const TOLD_FOR_MS = 23 * HOUR_MS;

/** Returns true if it was reported since then, or shortly enough before. */
function wasNotified(tellings: Tellings, texts: readonly string[], sinceMs: number): boolean {
  return tellings.lastSaid(texts) >= sinceMs - TOLD_FOR_MS;
}

/** Returns what is reported in place of what the vault could not see. */
function unseen({ primary }: Account, ...copiesIn: string[]): string[] {
  const parts = [`snapshots in ${primary.name}`, `instances in ${primary.name}`];
  return [...parts, ...copiesIn.map((name) => `copies in ${name}`)].map((part) => `could not read ${part}`);
}

/** The slot's start window, and a sweep that closes it. */
const CLOSED_AFTER_MS = 10 * HOUR_MS;

/** Time by which a sweep has looked, however late it was. */
const SWEEPS_MS = 12 * HOUR_MS;

function uncopied(account: Account, snapshot: SimSnapshot, region: string): boolean {
  if (inDr(account, snapshot) || snapshot.deleted || !isPoint(account, snapshot)) return false;
  if (!isVaults(account, snapshot) || isExpiredIn(snapshot, region)) return false;
  if (isReleasedIn(account, account.settings, snapshot, region, { sinceMs: account.time.nowMs() })) return false;
  // A copy-expired tag may be among the tags that a person removed.
  if (snapshot.untagged === true) return false;
  const lately = account.time.nowMs() - SWEEPS_MS;
  // Compares by their data, because the original of one that a person untagged may be gone and forgotten.
  const copies = (account.byVolume.get(snapshot.dataOf) ?? []).filter(
    (s) => s.region === region && (s.dataSinceMs === snapshot.dataSinceMs || slotOf(s) === slotOf(snapshot)),
  );
  // No sweep has seen yet what a person has just deleted; a pending copy may be stuck (tryRules.ts).
  return !copies.some((s) => isVerified(account, s) || s.state === "pending" || s.deleted || (s.lostMs ?? 0) > lately);
}

/**
 * Returns a pattern for reports that one of these has no copy there: it failed, AWS refused it, or it can't be copied.
 */
function uncopiedLine(ids: readonly string[], region: string): RegExp {
  const one = `(${ids.join("|")})`;
  return new RegExp(
    `the copy (\\S+ )?of ${one} in ${region} |${one} in \\S+ has no verified copy in ${region}|${one} has no usable copy in ${region} yet`,
  );
}

/**
 * Checks that a recovery point without a verified copy for more than a day is reported. The lag's alarm covers one that
 * waits for a free slot.
 */
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
      if (wasNotified(tellings, [...unseen(account, name), `copies in ${name}: their key`], sinceMs)) continue;
      const lacking = uncopiedLine(
        twinsOf(account, snapshot).map(({ snapshotId }) => snapshotId),
        name,
      );
      if (tellings.lastLike(lacking) >= sinceMs - TOLD_FOR_MS) continue;
      const what = `${snapshot.snapshotId} has no verified copy in ${name}, unreported`;
      story.violate("a missing copy is reported", what);
    }
  }
}

/**
 * Returns true if the vault must know of the slot: a sweep reads the schedule, so that a run that was lost, or killed
 * at its first call, is caught up. Slots before the first sweep that could set the clock are not known to it.
 */
function isKnown(account: Account, tellings: Tellings, slotMs: number): boolean {
  if (tellings.silencedMs() >= slotMs - DAY_MS) return false;
  // Nothing is missed that was not planned.
  if (account.dryUntilMs >= slotMs - DAY_MS) return false;
  // If every invocation is killed or can't read for a day, Lambda's own failures and the alarm report it.
  if (account.endedMs < slotMs + CLOSED_AFTER_MS) return false;
  return account.knownSinceMs <= slotMs;
}

/**
 * Returns a pattern for reports that a volume got no snapshot: its instance lacks some (reported once a day, for any of
 * them), or another that shares it lacks this one; it failed, or AWS refused it.
 */
function missing(instanceId: string, volumeId: string): RegExp {
  return new RegExp(
    `${instanceId} has no snapshot of |has no snapshot of [^\\n]*${volumeId}|${volumeId} of ${instanceId} has no recovery point |${instanceId} in \\S+ is not backed up yet`,
  );
}

/** Checks that it is reported if a slot is over and a volume that was there all the time has nothing for it. */
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
    if (made || wasNotified(tellings, unseen(account), slotMs)) continue;
    if (tellings.lastLike(missing(instance.instanceId, volumeId)) >= slotMs - TOLD_FOR_MS) continue;
    account.story.violate("a missed slot is reported", `${volumeId} has nothing for ${slot}, unreported`);
  }
}

/** Checks that a tag is reported that asks for rules which its instance can't have. */
function checkOverrides(account: Account, tellings: Tellings, slotMs: number): void {
  // The stack may have allowed them when the run looked.
  if (account.faults.daily.edits > 0) return;
  if (!isKnown(account, tellings, slotMs)) return;
  for (const { instanceId, tags, changedMs } of protectedInstances(account)) {
    if (changedMs >= slotMs) continue;
    for (const key of badOverrides(tags, account.settings)) {
      if (wasNotified(tellings, [`${instanceId} has the tag ${key}=`, ...unseen(account)], slotMs)) continue;
      account.story.violate("an invalid override is reported", `${key} of ${instanceId}`);
    }
  }
}

function checkEmptyFleet(account: Account, tellings: Tellings, slotMs: number): void {
  if (!isKnown(account, tellings, slotMs)) return;
  if (protectedInstances(account).length > 0) return;
  const latestMs = Math.max(0, ...[...account.instances.values()].map((i) => i.changedMs));
  if (latestMs >= slotMs) return;
  if (wasNotified(tellings, ["no instance in ", ...unseen(account)], slotMs)) return;
  account.story.violate("an empty fleet is reported", "nothing carries the tag, unreported");
}

/** Checks that a key that can't be used is reported by the first invocation that sees it, and again each day. */
function checkKey(account: Account, tellings: Tellings): void {
  const { keyDisabledIn: region, keyLostSinceMs, keyState, story, time } = account;
  const beforeMs = time.nowMs() - 3 * HOUR_MS;
  if (region === undefined || keyLostSinceMs > beforeMs) return;
  if (tellings.silencedMs() > beforeMs || account.endedMs < beforeMs) return;
  if (wasNotified(tellings, [`copies in ${region}: their key `, "the state of the key "], beforeMs)) return;
  story.violate("a lost key is reported", `${region}: ${keyState}`);
}

/** Returns true if it is somebody else's and carries the vault's tag. */
function isStranger(account: Account, { planted, tags, description }: SimSnapshot): boolean {
  const isOwn = parseDescription(description)?.identity.vaultId === account.settings.vaultId;
  return !planted && !isOwn && tags[TAG.vault] === account.settings.vaultId;
}

/** Checks that a stranger is reported. Sweeps look for them once in 23 hours, and two may be late. */
function checkStranger(account: Account, tellings: Tellings, snapshot: SimSnapshot): void {
  const { snapshotId, region, tamperedMs = 0 } = snapshot;
  const nowMs = account.time.nowMs();
  const beforeMs = nowMs - 2 * DAY_MS - 2 * HOUR_MS;
  if (tamperedMs > beforeMs || tellings.silencedMs() > beforeMs) return;
  if (wasNotified(tellings, [`snapshots with the vault's tag in `], nowMs - DAY_MS)) return;
  const notified = new RegExp(`${snapshotId} in \\S+ carries|\\d+ times: `);
  if (tellings.lastLike(notified) >= beforeMs - TOLD_FOR_MS) return;
  account.story.violate("tampering is reported", `${snapshotId} in ${region} carries the vault's tags`);
}

/** Checks that what was changed or contradicts its Description is reported within a day, and again each day. */
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
      if (wasNotified(tellings, unseen(account, name), nowMs - DAY_MS)) continue;
      const notified = new RegExp(`${snapshotId} in \\S+ was changed|\\d+ times: .* was changed`);
      if (tellings.lastLike(notified) >= beforeMs - TOLD_FOR_MS) continue;
      account.story.violate("tampering is reported", `${snapshotId} in ${name}`);
    }
  }
}

/** Checks that an instance is reported that was in the last slot before and lost its tag since. */
function checkDropouts(account: Account, tellings: Tellings, slotMs: number): void {
  if (!isKnown(account, tellings, slotMs)) return;
  for (const instanceId of dropouts(account, slotMs)) {
    if (wasNotified(tellings, unseen(account), slotMs)) continue;
    const named = new RegExp(`${instanceId} \\(.*\\) is not backed up any more: `);
    if (tellings.lastLike(named) >= slotMs - TOLD_FOR_MS) continue;
    account.story.violate("a dropout is reported", `${instanceId} is missing for ${isoSeconds(slotMs)}, unreported`);
  }
}

/** @param slotMs is the newest slot that is closed by now */
export function checkNotified(account: Account, tellings: Tellings, slotMs: number): void {
  checkUncopied(account, tellings);
  checkSlot(account, tellings, slotMs);
  checkDropouts(account, tellings, slotMs);
  checkEmptyFleet(account, tellings, slotMs);
  checkOverrides(account, tellings, slotMs);
  checkTampering(account, tellings);
  checkKey(account, tellings);
  checkNoticed(account);
}

/** Kinds of fault that need no report. */
const UNHEARD = ["zero pages", "two at once", "busy copy slots", "small limits"];

/** Checks at the end of a run that nobody was mailed if nothing went wrong that a person can fix. */
export function checkUnbothered(account: Account, tellings: Tellings): void {
  if (account.faults.kinds.some((kind) => !UNHEARD.includes(kind))) return;
  if (account.dryUntilMs >= 0) return;
  const asksTooMuch = protectedInstances(account).some(({ tags }) => badOverrides(tags, account.settings).length > 0);
  if (asksTooMuch) return;
  const { mailOn } = account.settings;
  const lastMs = mailOn === "failure" ? tellings.lastMailMs() : tellings.lastAlarmMs();
  if (lastMs > 0) account.story.violate("no false alarm", "a mail without a reason");
}
