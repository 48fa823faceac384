/**
 * Checks what must be true once nothing goes wrong any more (liveness): the newest slot is there with its copies,
 * nothing outlives its retention, nothing is redundant, no failed attempt is left, the timer is idle, and nobody is
 * mailed.
 */
import { SAME_DATA_MS } from "../../../src/vault/inventory/sameSlot";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import {
  type Account,
  type SimSnapshot,
  inDr,
  hasExpiredIn,
  instanceOf,
  isLocked,
  isPoint,
  isShared,
  isVerified,
  slotOf,
} from "../account/account";
import { protectedInstances, protectedVolumes } from "../account/fleet";
import { checkLocked, checkHoldNotified } from "./heldRules";
import type { Lambda } from "../account/lambda";
import { badOverrides } from "./overrideOracle";
import { expires, isReleased } from "./retentionRules";
import { isReleasedIn } from "./rules";
import type { Scheduler } from "../account/scheduler";
import type { Tellings } from "./tellings";
import { isMade, isTampered, isVaults } from "../account/ownership";

/** Two sweeps, and the minute that each may be late. */
const GRACE_MS = 2 * HOUR_MS + 5 * 60_000;
const REMAINS_MS = DAY_MS + GRACE_MS;

function ownOf(account: Account, volumeId: string): SimSnapshot[] {
  const all = account.byVolume.get(volumeId) ?? [];
  return all.filter((s) => !s.deleted && isVaults(account, s));
}

/** Returns the vault's own snapshots, whatever happened to their tags. */
function madeOf(account: Account, volumeId: string): SimSnapshot[] {
  const all = account.byVolume.get(volumeId) ?? [];
  return all.filter((s) => !s.deleted && isMade(account, s));
}

/**
 * Returns true if the newest snapshot of a volume, or the only copy, is in doubt: the rules are unknown then, and
 * nothing is deleted.
 */
function waitsForDoubt(account: Account, snapshot: SimSnapshot): boolean {
  const made = madeOf(account, snapshot.dataOf);
  const newest = made.map(slotOf).sort().pop();
  return made.some((s) => isTampered(account, s) && [newest, slotOf(snapshot)].includes(slotOf(s)));
}

/** Checks that every protected volume has its recovery point for the slot, with a verified copy. */
export function checkNewestSlot(account: Account, slotMs: number): void {
  const slot = isoSeconds(slotMs);
  for (const { instance, volumeId } of protectedVolumes(account)) {
    if (instance.changedMs >= slotMs) continue;
    // It is there, whatever somebody wrote on it.
    const own = madeOf(account, volumeId).filter((s) => slotOf(s) === slot);
    const points = own.filter((s) => !inDr(account, s) && s.state === "completed");
    // A failed snapshot that the role is not allowed to delete blocks the next set of its instance; the vault reports
    // it.
    const blocked = instance.attached
      .flatMap((one) => account.byVolume.get(one.volumeId) ?? [])
      .some((s) => s.state === "error" && isTampered(account, s));
    if (points.length === 0 && blocked) continue;
    if (points.length === 0) {
      account.story.violate("the newest slot has its snapshots", `${volumeId} has nothing for ${slot}`);
      continue;
    }
    for (const { name } of account.drs) {
      if (own.some((s) => s.region === name && isVerified(account, s))) continue;
      account.story.violate("the newest slot is copied", `${volumeId} has no verified copy for ${slot} in ${name}`);
    }
  }
}

/**
 * Returns true if something holds it, or did until so recently that no sweep came since, or not the run that it waits
 * for.
 */
function isHeld(account: Account, snapshot: SimSnapshot, graceMs = GRACE_MS): boolean {
  const { heldByAmi, freedMs = -Infinity, lock } = snapshot;
  if (heldByAmi || isLocked(account, snapshot) || isShared(snapshot)) return true;
  return Math.max(freedMs, lock?.untilMs ?? -Infinity) > account.time.nowMs() - graceMs;
}

/** Returns true if a volume's newest recovery point is old enough for an orphan's. */
function lacksBackups(account: Account, volumeId: string): boolean {
  const newest = madeOf(account, volumeId).map(slotOf).sort().pop() ?? "";
  return account.time.nowMs() - Date.parse(newest) > account.settings.orphanDays * DAY_MS;
}

/**
 * Returns the rest of its recovery point in its region, which is deleted or kept with it; for a volume of several
 * instances, all of theirs.
 */
function setOf(account: Account, snapshot: SimSnapshot): SimSnapshot[] {
  const instances = new Set(madeOf(account, snapshot.dataOf).map(instanceOf));
  return [...instances]
    .flatMap((id) => account.byInstance.get(id) ?? [])
    .filter((s) => !s.deleted && s.region === snapshot.region && slotOf(s) === slotOf(snapshot));
}

/** Checks that what the rules released two sweeps ago is deleted, unless something holds it, which is then reported. */
function checkRules(account: Account, tellings: Tellings, list: readonly SimSnapshot[], side: "keep" | "drKeep"): void {
  const nowMs = account.time.nowMs();
  // Only the first run after the storm decides since when an instance is missing: see checkExpired.
  const settings = { ...account.settings, orphans: "keep" as const };
  const wasReleased = (snapshot: SimSnapshot, ms: number) =>
    isReleased(account, settings, snapshot, {
      side,
      nowMs: nowMs - ms,
      counts: (one) =>
        !one.deleted &&
        one.region === snapshot.region &&
        one.state === "completed" &&
        one.startMs < nowMs - GRACE_MS &&
        isVaults(account, one),
      fromMs: nowMs,
    });
  for (const snapshot of list) {
    if (!wasReleased(snapshot, GRACE_MS)) continue;
    const set = setOf(account, snapshot);
    if (set.some((one) => waitsForDoubt(account, one) || one.state === "pending")) continue;
    // Only a run finds out if what lacks backups is an orphan, and so if its copy-expired tags count.
    const graceMs = lacksBackups(account, snapshot.dataOf) ? REMAINS_MS : GRACE_MS;
    if (set.some((one) => isHeld(account, one, graceMs))) {
      const isLong = wasReleased(snapshot, GRACE_MS + DAY_MS) && isHeld(account, snapshot);
      if (isLong) checkHoldNotified(account, tellings, snapshot);
      continue;
    }
    const ageDays = ((nowMs - snapshot.startMs) / DAY_MS).toFixed(1);
    account.story.violate(
      "nothing past retention",
      `${snapshot.snapshotId} in ${snapshot.region} is ${ageDays} days old`,
    );
  }
}

/**
 * Returns true while an encrypted replacement waits for verified copies to replace its original, which may take hours.
 */
function isTakingOver({ time }: Account, a: SimSnapshot, b: SimSnapshot): boolean {
  const replacement = a.sourceId === b.snapshotId ? a : b.sourceId === a.snapshotId ? b : undefined;
  return replacement !== undefined && replacement.startMs > time.nowMs() - DAY_MS / 2;
}

function checkTwins(account: Account, list: readonly SimSnapshot[]): void {
  const bySlot = new Map<string, SimSnapshot>();
  for (const snapshot of list) {
    if (isHeld(account, snapshot) || waitsForDoubt(account, snapshot)) continue;
    const twin = bySlot.get(slotOf(snapshot));
    bySlot.set(slotOf(snapshot), snapshot);
    if (twin === undefined || isTakingOver(account, twin, snapshot)) continue;
    if (Math.abs(twin.dataSinceMs - snapshot.dataSinceMs) > SAME_DATA_MS) continue;
    const both = `${twin.snapshotId} and ${snapshot.snapshotId}`;
    account.story.violate("no redundant snapshot is left", `${both} of ${snapshot.dataOf}`);
  }
}

function checkVolume(account: Account, tellings: Tellings, volumeId: string): void {
  const { time, story } = account;
  const own = ownOf(account, volumeId);
  const settledBeforeMs = time.nowMs() - GRACE_MS;
  for (const failed of own.filter(({ state }) => state === "error")) {
    if (isHeld(account, failed) || failed.startMs > time.nowMs() - REMAINS_MS) continue;
    story.violate("no failed attempt is left", `${failed.snapshotId} in ${failed.region}`);
  }
  const done = own.filter((s) => s.state === "completed" && s.startMs < settledBeforeMs);
  const points = done.filter((s) => !inDr(account, s));
  checkTwins(account, points);
  checkRules(account, tellings, points, "keep");
  checkEncrypted(account, points);
  checkExpired(account, done);
  for (const { name } of account.drs) {
    const copies = done.filter(({ region }) => region === name);
    const made = madeOf(account, volumeId).filter(({ region }) => region === name);
    checkTwins(account, copies);
    checkLocked(account, copies);
    checkRules(account, tellings, copies, "drKeep");
    const uncopied = points.find(
      (s) =>
        !hasExpiredIn(account, s, name) &&
        !isReleasedIn(account, account.settings, s, name, { sinceMs: time.nowMs() }) &&
        !made.some((copy) => copy.sourceId === s.snapshotId || slotOf(copy) === slotOf(s)),
    );
    if (uncopied !== undefined && uncopied.startMs < time.nowMs() - DAY_MS / 2) {
      const what = `${uncopied.snapshotId} of ${volumeId} to ${name}`;
      story.violate("every recovery point is copied", what);
    }
  }
}

/** Checks that nothing without a hold is left unencrypted if the stack encrypts in the primary region. */
function checkEncrypted(account: Account, points: readonly SimSnapshot[]): void {
  const { settings, time, story } = account;
  if (settings.primaryKeyArn === undefined) return;
  for (const point of points) {
    if (point.encrypted || !isPoint(account, point) || isHeld(account, point)) continue;
    if (waitsForDoubt(account, point)) continue;
    if (point.startMs > time.nowMs() - DAY_MS / 2) continue;
    story.violate("every recovery point is encrypted", point.snapshotId);
  }
}

/**
 * Returns true if an instance has nothing to back up or asks for rules that it can't have, which is rightly reported
 * every day.
 */
function hasFaultyInstance(account: Account): boolean {
  const backedUp = new Set(protectedVolumes(account).map(({ instance }) => instance));
  return protectedInstances(account).some(
    (instance) => !backedUp.has(instance) || badOverrides(instance.tags, account.settings).length > 0,
  );
}

/**
 * Checks that what the stack lets expire is deleted after its time, counted from the first run that missed its
 * instance, the grace of the mail about it, and a run.
 */
function checkExpired(account: Account, points: readonly SimSnapshot[]): void {
  const { settings, time, story } = account;
  const waitDays = settings.orphanDays + settings.editGraceDays + 2;
  if (time.nowMs() < account.stormEndedMs + waitDays * DAY_MS) return;
  for (const point of points) {
    const late = { ...settings, orphanDays: waitDays };
    if (!expires(account, late, point, time.nowMs())) continue;
    const set = setOf(account, point);
    if (set.some((one) => isHeld(account, one, DAY_MS + GRACE_MS))) continue;
    if (set.some((one) => waitsForDoubt(account, one) || one.state === "pending")) continue;
    story.violate("what expires is deleted", `${point.snapshotId} in ${point.region}`);
  }
}

/**
 * Reports on which a person must decide, so that old points are kept until the day after: the limit's plan, a removed
 * policy.
 */
const WAITS_FOR = ["approvedDeletePlan", "which the stack does not have, so none of them is pruned"];

/** Checks what must hold for each volume some hours after the storm. */
export function checkVolumes(account: Account, tellings: Tellings): void {
  if (tellings.lastSaid(WAITS_FOR) > account.time.nowMs() - 2 * DAY_MS) return;
  for (const volumeId of account.byVolume.keys()) checkVolume(account, tellings, volumeId);
}

/** Checks everything that must hold when it has been quiet for two days. */
export function checkSettled(account: Account, scheduler: Scheduler, lambda: Lambda, tellings: Tellings): void {
  const { story, time, stormEndedMs } = account;
  checkVolumes(account, tellings);
  // It is also reported until it is released.
  if (tellings.lastSaid(["approvedDeletePlan"]) > time.nowMs() - 2 * DAY_MS) return;
  if (scheduler.clockMs() !== undefined) story.violate("the timer is idle", "it is still set");
  const { slot } = JSON.parse(scheduler.carried()) as { slot?: string };
  if (slot !== undefined) story.violate("the timer is idle", `it still carries ${slot}`);
  if (hasFaultyInstance(account)) return;
  // Tampering is rightly reported every day until somebody fixes it.
  const problems = lambda.lastEnded()?.problems ?? [];
  const problem = problems.find(({ key }) => !key.startsWith("tampering/"));
  if (problem !== undefined) {
    story.violate("no problem persists", `${problem.key}: ${problem.message}`);
  }
  if (problems.length > 0) return;
  const bothered = tellings.lastAlarmMs() > Math.max(stormEndedMs, time.nowMs() - DAY_MS) + 2 * DAY_MS;
  if (bothered) story.violate("no false alarm", "a mail on a quiet day");
}
