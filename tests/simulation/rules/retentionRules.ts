/**
 * Checks each deletion against the keep rules as it takes effect. It uses the stack's configuration at the invocation's
 * start and the true account instead of what a describe showed. The vault deletes only by its rules, read by
 * keepOracle.ts.
 */
import type { RetentionPoint } from "../../../src/vault/retention/retention";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { KeepRules, VaultSettings } from "../../../src/vault/model/settings";
import {
  type Account,
  type Region,
  type SimSnapshot,
  inDr,
  instanceOf,
  isPoint,
  slotMsOf,
  slotOf,
} from "../account/account";
import { protectedVolumes } from "../account/fleet";
import type { Invocation } from "../account/invocation";
import { letGo } from "./keepOracle";
import { withOverrides } from "./overrideOracle";
import { isMade, isVaults } from "../account/ownership";

type Side = "keep" | "drKeep";

/** Returns the time of a slot; one that a person made up is as old as its snapshot. */
function slotMs(snapshot: SimSnapshot): number {
  const ms = slotMsOf(snapshot);
  return Number.isNaN(ms) ? snapshot.startMs : ms;
}

/** A unit: an instance, or a volume that several instances have had. */
type Unit = { instance: string } | { volume: string };

/** Returns all that the account knows of a unit, deleted or not. */
function snapshotsOf(account: Account, unit: Unit): readonly SimSnapshot[] {
  const all = "instance" in unit ? account.byInstance.get(unit.instance) : account.byVolume.get(unit.volume);
  return all ?? [];
}

/**
 * Returns the instances that the vault has snapshots of a volume of, as far as it could see any.
 * @param seenMs counts those started by then; an invocation has not seen what it starts itself
 */
function instancesOf(account: Account, volumeId: string, sinceMs: number, seenMs: number): string[] {
  const seen = (account.byVolume.get(volumeId) ?? []).filter(
    (one) => isMade(account, one) && (one.goneMs ?? Infinity) >= sinceMs && one.startMs <= seenMs,
  );
  return [...new Set(seen.map(instanceOf))];
}

/**
 * Returns the rules of a unit by the tag of its newest point; `undefined` if the stack has none of that name.
 * @param seenMs counts the points started by then; a volume shared by instances of two policies changes policy with
 * each
 */
function rulesFor(
  account: Account,
  settings: VaultSettings,
  unit: Unit,
  side: Side,
  seenMs: number,
): KeepRules | undefined {
  const [newest] = snapshotsOf(account, unit)
    .filter((one) => isMade(account, one) && one.startMs <= seenMs)
    // An attempt that failed before an edit may carry other rules than the one that completed.
    .sort(
      (a, b) =>
        slotMs(b) - slotMs(a) || Number(a.state === "error") - Number(b.state === "error") || b.startMs - a.startMs,
    );
  // By the tag that it carries, unless the stack has one policy without tag values.
  const [one] = Object.keys(settings.policies);
  const name = newest?.madeTags[TAG.policy] ?? one;
  const rules = settings.policies[name ?? ""]?.[side];
  return rules === undefined ? undefined : withOverrides(rules, newest?.madeTags[TAG[side]], settings);
}

/**
 * Returns true if a unit is an orphan by now: not backed up, nor any volume of it with another instance, and its newest
 * point that old.
 * @param fromMs snapshots lost before then are not counted
 */
function isOrphan(account: Account, settings: VaultSettings, unit: Unit, fromMs: number, seenMs: number): boolean {
  const own = snapshotsOf(account, unit).filter((one) => isMade(account, one) && (one.lostMs ?? Infinity) >= fromMs);
  const newestMs = Math.max(...own.map(slotMs));
  // If nothing is left to back up, that is more likely a mistake than a fleet that is gone.
  const lastChangeMs = Math.max(...[...account.instances.values()].map((one) => one.changedMs));
  if (protectedVolumes(account).length === 0 && lastChangeMs < fromMs) return false;
  const shared = new Set(
    own.map(({ dataOf }) => dataOf).filter((id) => instancesOf(account, id, fromMs, seenMs).length > 1),
  );
  const isBackedUp = protectedVolumes(account).some(
    ({ instance, volumeId }) =>
      ("instance" in unit ? instance.instanceId === unit.instance : volumeId === unit.volume) || shared.has(volumeId),
  );
  // A plan that a person approved is applied at once.
  const orphanDays = settings.approvedDeletePlan.length > 0 ? 0 : settings.orphanDays;
  return !isBackedUp && account.time.nowMs() - newestMs > orphanDays * DAY_MS;
}

/** Returns true if the recovery point has as many volumes as it was to have. */
function isComplete(set: readonly SimSnapshot[]): boolean {
  const meant = Math.max(...set.map(({ madeTags }) => Number(madeTags[TAG.setSize] ?? 1)));
  return new Set(set.map(({ dataOf }) => dataOf)).size >= meant;
}

/** Context in which rules are evaluated. */
export interface Question {
  side: Side;
  nowMs: number;
  /** Decides what of the account counts. */
  counts: (snapshot: SimSnapshot) => boolean;
  /** Time before which lost snapshots do not count. */
  fromMs: number;
  seenMs?: number;
}

/** Returns the slots that a unit's rules release, and those that it has. */
function slotsOf(
  account: Account,
  settings: VaultSettings,
  unit: Unit,
  asked: Question,
): { gone: Set<string>; has: Set<string> } {
  const { side, nowMs, counts, fromMs, seenMs = Infinity } = asked;
  const sets = new Map<string, SimSnapshot[]>();
  for (const one of snapshotsOf(account, unit)) {
    if (counts(one)) sets.set(slotOf(one), [...(sets.get(slotOf(one)) ?? []), one]);
  }
  const has = new Set(sets.keys());
  const rules = rulesFor(account, settings, unit, side, seenMs);
  if (rules === undefined) return { gone: new Set(), has };
  const pointsOf = (slots: readonly string[]): RetentionPoint[] =>
    slots.map((slot) => {
      const set = sets.get(slot) ?? [];
      // An encrypted replacement is as old as its original.
      const ages = set.map((one) => (inDr(account, one) || side === "drKeep" ? one.startMs : one.dataSinceMs));
      const [first] = set;
      return {
        snapshotId: slot,
        volumeId: "",
        startTimeMs: side === "drKeep" ? Math.min(...ages) : Math.max(...ages),
        slotMs: first === undefined ? 0 : slotMs(first),
      };
    });
  const all = [...has];
  const whole = all.filter((slot) => isComplete(sets.get(slot) ?? []));
  const floors = new Set<string>();
  for (const volume of new Set([...sets.values()].flat().map(({ dataOf }) => dataOf))) {
    const mine = all.filter((slot) => sets.get(slot)?.some(({ dataOf }) => dataOf === volume));
    for (const slot of mine.sort().slice(-settings.keepAtLeast)) floors.add(slot);
  }
  const by = (keep: KeepRules) => {
    const gone = letGo(pointsOf(all), keep, nowMs, settings.keepAtLeast);
    const goneOfWhole = letGo(pointsOf(whole), keep, nowMs, settings.keepAtLeast);
    return all.filter(
      (slot) => gone.has(slot) && !floors.has(slot) && (!whole.includes(slot) || goneOfWhole.has(slot)),
    );
  };
  const gone = new Set(by(rules));
  if (settings.orphans !== "keep" && isOrphan(account, settings, unit, fromMs, seenMs)) {
    const left = settings.orphans === "expire" ? all : by({ last: settings.keepAtLeast });
    for (const slot of left) gone.add(slot);
  }
  return { gone, has };
}

/**
 * Returns true if the rules release a snapshot, and the rest of its recovery point if a volume of it was several
 * instances': what keeps one keeps all.
 */
export function isReleased(account: Account, settings: VaultSettings, snapshot: SimSnapshot, asked: Question): boolean {
  const { fromMs, seenMs = Infinity } = asked;
  const rest = (account.byInstance.get(instanceOf(snapshot)) ?? []).filter(
    (one) =>
      one !== snapshot &&
      one.dataOf !== snapshot.dataOf &&
      slotOf(one) === slotOf(snapshot) &&
      asked.counts(one) &&
      instancesOf(account, one.dataOf, fromMs, seenMs).length > 1,
  );
  return [snapshot, ...rest].every((one) => isReleasedAlone(account, settings, one, asked));
}

/**
 * Returns true if the rules release a snapshot: those of its instance, and for a volume of several instances all of
 * theirs.
 */
function isReleasedAlone(account: Account, settings: VaultSettings, snapshot: SimSnapshot, asked: Question): boolean {
  const slot = slotOf(snapshot);
  const counts = (one: SimSnapshot) => one === snapshot || asked.counts(one);
  const { fromMs, seenMs = Infinity } = asked;
  const several = instancesOf(account, snapshot.dataOf, fromMs, seenMs);
  const units: Unit[] = [{ instance: instanceOf(snapshot) }];
  if (several.length > 1) {
    units.push({ volume: snapshot.dataOf });
    for (const instance of several) if (instance !== instanceOf(snapshot)) units.push({ instance });
  }
  return units.every((unit) => {
    const { gone, has } = slotsOf(account, settings, unit, { ...asked, counts });
    return gone.has(slot) || !has.has(slot);
  });
}

/** Returns true if all of the instance's points expire, including the newest. */
export function expires(account: Account, settings: VaultSettings, snapshot: SimSnapshot, fromMs: number): boolean {
  if (settings.orphans !== "expire") return false;
  const unit = { instance: instanceOf(snapshot) };
  return [Infinity, fromMs].some((seenMs) => isOrphan(account, settings, unit, fromMs, seenMs));
}

/** Checks before the last completed point of a slot is deleted that its rules release it. */
export function checkRetention(
  account: Account,
  settings: VaultSettings,
  snapshot: SimSnapshot,
  startMs: number,
  sinceMs: number,
): void {
  const side = inDr(account, snapshot) ? "drKeep" : "keep";
  const isHere = (one: SimSnapshot) =>
    isPoint(account, one) && one.region === snapshot.region && (one.lostMs !== undefined || isVaults(account, one));
  // An invocation that does not see yet that the rules have released the twin takes this for redundant, and deletes it
  // too.
  const twin = (account.byVolume.get(snapshot.dataOf) ?? []).some(
    (one) =>
      one !== snapshot && isHere(one) && (!one.deleted || one.letGo === true) && slotMs(one) === slotMs(snapshot),
  );
  if (twin) return;
  const nowMs = account.time.nowMs();
  // The invocation saw what it deleted itself; it may have seen what was deleted just before.
  const seen = [startMs, sinceMs].some((fromMs) =>
    [Infinity, fromMs].some((seenMs) =>
      isReleased(account, settings, snapshot, {
        side,
        nowMs,
        counts: (one) => isHere(one) && (one.lostMs ?? Infinity) >= fromMs,
        fromMs,
        seenMs,
      }),
    ),
  );
  snapshot.letGo = seen;
  if (seen) return;
  account.story.violate("deletes only what the rules release", `${snapshot.snapshotId} of ${snapshot.dataOf}`);
}

/**
 * Returns true if a mail about what a change releases was accepted so long ago that its grace is over, or if a plan was
 * approved.
 */
function mayExceed(account: Account, { settings }: Invocation): boolean {
  const graceMs = settings.editGraceDays * DAY_MS;
  const isOver = account.announcedMs !== undefined && account.announcedMs + graceMs <= account.time.nowMs();
  return isOver || settings.approvedDeletePlan.length > 0;
}

/** Checks that no invocation deletes more of an instance's recovery points in a region than the limit allows. */
export function checkLimit(account: Account, invocation: Invocation, { name }: Region, snapshot: SimSnapshot): void {
  const instance = instanceOf(snapshot);
  const points = (account.byInstance.get(instance) ?? []).filter(
    (one) => one.region === name && isPoint(account, one) && !one.deleted && isVaults(account, one),
  );
  // Two snapshots of a slot are one recovery point.
  const isOnly = !points.some(
    (one) => one !== snapshot && one.dataOf === snapshot.dataOf && slotMs(one) === slotMs(snapshot),
  );
  const slots = new Set(points.map(slotOf));
  const pruned = (invocation.pruned[`${name} ${instance}`] ??= { deleted: new Set(), of: slots.size });
  if (isOnly) pruned.deleted.add(slotOf(snapshot));
  // What a describe showed late or a person deleted meanwhile is a point or two.
  const most = Math.ceil((invocation.settings.maxDeletePercent / 100) * (pruned.of + 2));
  if (pruned.deleted.size <= most || mayExceed(account, invocation)) return;
  account.story.violate("the deletion limit holds", `${pruned.deleted.size} of ${pruned.of} of ${instance} in ${name}`);
}
