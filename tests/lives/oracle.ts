/**
 * Checks the rule of changes at every deletion: what the previous settings, tags and attachments would keep is deleted
 * only after an approval, or when a mail about it is as old as the grace. It knows what truly happened (chronicle.ts),
 * and reads the rules in its own way (verdicts.ts).
 */
import {
  type Account,
  type Region,
  type SimSnapshot,
  instanceOf,
  isLocked,
  isVerified,
  regionsOf,
  slotMsOf,
  slotOf,
} from "../simulation/account/account";
import { type Cadence, cadenceOf } from "./cadence";
import { canonical, isAlive, isFormerCopy } from "./canonical";
import { type Chronicle, type Mail, comboOf, isSeen, isServedIn, sharedVolumes } from "./chronicle";
import { type DueSets, type HasDue, makeLimitRule } from "./limitRule";
import { TAG } from "../../src/vault/model/tags/tags";
import { DAY_MS } from "../../src/vault/lib/time";
import { type Memo, makeMemo } from "./memo";
import { isNamed, makeNoticeRule } from "./noticeRule";
import type { PointSet } from "./verdicts";
import { type Asked, type Hindsight, type Remember, lookBack } from "./views";

export interface Oracle {
  /** Called before anything that an invocation does. */
  begins: () => void;
  deleting: (snapshot: SimSnapshot, region: Region) => void;
  mailed: (mails: readonly Mail[]) => void;
  ends: () => void;
  /** Checks after a long calm that what nothing keeps is deleted. */
  checkNoLeak: () => void;
}

/** A region's recovery points as an invocation finds them, by instance and by volume of several instances. */
type Units = Map<string, PointSet[]>;

/** Returns true for a duplicate that only its lock has kept: it goes later, as it is needed for nothing. */
function isLockedTwin(account: Account, one: SimSnapshot, { snapshots }: Region): boolean {
  const isTwin = (other: SimSnapshot) => other.dataOf === one.dataOf && slotOf(other) === slotOf(one);
  return isLocked(account, one) && [...snapshots.values()].some((other) => other.deleted && isTwin(other));
}

/** Returns true for the newest verified copies of a volume beside newer ones under a former key, which do not replace them. */
function isFloor(account: Account, one: SimSnapshot, { name, snapshots }: Region): boolean {
  const { primaryRegion, keepAtLeast } = account.settings;
  if (name === primaryRegion || !isVerified(account, one)) return false;
  const newer = [...snapshots.values()].filter(
    (other) => isAlive(account, other) && other.dataOf === one.dataOf && slotOf(other) > slotOf(one),
  );
  const verified = newer.filter((other) => isVerified(account, other));
  return verified.length < newer.length && verified.length < keepAtLeast;
}

function unitsOf(account: Account, region: Region, shared: ReadonlyMap<string, unknown>): Units {
  const units = new Map<string, Map<string, PointSet>>();
  const put = (unit: string, one: SimSnapshot) => {
    const slot = slotOf(one);
    let sets = units.get(unit);
    if (sets === undefined) units.set(unit, (sets = new Map<string, PointSet>()));
    const set = sets.get(slot);
    if (set === undefined) sets.set(slot, { slot, slotMs: slotMsOf(one), snapshots: [one] });
    else set.snapshots.push(one);
  };
  for (const one of canonical(account, region)) {
    put(instanceOf(one), one);
    if (shared.has(one.dataOf)) put(one.dataOf, one);
  }
  return new Map([...units].map(([unit, sets]) => [unit, [...sets.values()]]));
}

/** How to look. */
type More = Pick<Asked, "isAboutLater" | "isAllThere" | "isUnsure"> & {
  /** Slot from which on recovery points do not count. */
  before?: string;
};

/** One invocation's view of the account. */
interface Moment {
  shared: ReturnType<typeof sharedVolumes>;
  units: Memo<string, Units>;
  /** Tags of each unit's newest recovery point. */
  combos: Memo<string, string>;
  remember: Remember;
  /** Snapshots deleted while another one of the same data was there, by region, volume and slot. */
  twins: Map<string, SimSnapshot[]>;
  /** What was found about snapshots since the last mail, by how they were looked at. */
  looks: Map<string, Memo<SimSnapshot, Hindsight>>;
  /** Whether no change releases a recovery point. */
  left: Memo<PointSet, boolean>;
  /** Recovery points that lost a part, with their region. */
  broken: Map<string, { region: Region; snapshot: SimSnapshot }>;
}

function newMoment(): Omit<Moment, "shared"> {
  return {
    units: makeMemo(),
    combos: makeMemo(),
    twins: new Map(),
    looks: new Map(),
    left: makeMemo(),
    broken: new Map(),
    remember: { kept: makeMemo(), facts: makeMemo() },
  };
}

export function makeOracle(account: Account, chronicle: Chronicle): Oracle {
  const { story, time } = account;
  const limit = makeLimitRule(account, chronicle);
  let moment: Moment | undefined;
  const here = (): Moment => (moment ??= { ...newMoment(), shared: sharedVolumes(account) });

  const unitsIn = (region: Region): Units => {
    const { units, shared } = here();
    return units(region.name, () => unitsOf(account, region, shared));
  };

  /** Returns the tags of the newest recovery point that any region has of a unit, as one text. */
  const comboOfNewest = (unit: string): string =>
    here().combos(unit, () => {
      const sets = regionsOf(account).flatMap((region) => unitsIn(region).get(unit) ?? []);
      const [newest] = [...sets].sort((a, b) => b.slotMs - a.slotMs);
      return comboOf(newest?.snapshots[0]?.madeTags ?? {});
    });

  const hadMs = (volume: string, instance: string) => chronicle.hadMs.get(`${volume} ${instance}`) ?? -Infinity;

  /** Asks the views of all units to which a snapshot belongs. */
  const ask = (one: SimSnapshot, region: Region, { before = "~", ...more }: More = {}): Hindsight => {
    const { shared, remember } = before === "~" ? here() : { ...here(), ...newMoment() };
    const all = unitsIn(region);
    const [slot, instance] = [slotOf(one), instanceOf(one)];
    const several = shared.get(one.dataOf);
    const units = several === undefined ? [instance] : [...new Set([instance, one.dataOf, ...several])];
    const found: Hindsight = { isByChange: false };
    for (const unit of units) {
      const ofUnit = all.get(unit) ?? [];
      const sets = before === "~" ? ofUnit : ofUnit.filter((set) => set.slot < before);
      if (!sets.some((set) => set.slot === slot)) continue;
      const [slotMs, nowMs] = [slotMsOf(one), time.nowMs()];
      const combo = comboOfNewest(unit);
      // Before both had the volume, neither kept anything of the other.
      const isOther = unit !== instance && unit !== one.dataOf;
      const sharedMs = isOther ? Math.max(...[instance, unit].map((id) => hadMs(one.dataOf, id))) : undefined;
      const asked: Asked = { unit, region: region.name, sets, slot, slotMs, combo, instance, nowMs, sharedMs, ...more };
      const { keptNow, held, isByChange, isWaiting } = lookBack(chronicle, asked, remember);
      if (keptNow !== undefined) found.keptNow ??= `${unit}: ${keptNow}`;
      if (held !== undefined) found.held ??= `${unit}: ${held}`;
      found.isByChange ||= isByChange;
      if (isWaiting) found.isWaiting = true;
    }
    return found;
  };

  /** Returns what the views of all units to which a snapshot belongs say. */
  const hindsight = (one: SimSnapshot, region: Region, more: Omit<More, "before"> = {}): Hindsight => {
    const { looks } = here();
    const how = Object.keys(more).sort().join();
    const alike = looks.get(how) ?? makeMemo<SimSnapshot, Hindsight>();
    looks.set(how, alike);
    return alike(one, () => ask(one, region, more));
  };

  /** Returns true for what was made while a change waited that is over now, and that it would keep like what was there before. */
  const waitedToo = (one: SimSnapshot, region: Region) =>
    chronicle.mails.some((mail) => isServedIn(mail, region.name) && slotMsOf(one) <= mail.servedMs) &&
    hindsight(one, region, { isAboutLater: true }).isByChange;

  /** Returns true for a part of what a change has held, such as a volume that moved. The change releases all of it. */
  const isOfChanged = (one: SimSnapshot, region: Region) => {
    const slot = slotOf(one);
    const set = unitsIn(region)
      .get(instanceOf(one))
      ?.find((known) => known.slot === slot);
    return (set?.snapshots ?? [one]).some((part) => hindsight(part, region).isByChange || waitedToo(part, region));
  };

  /**
   * Returns true for a recovery point that no change releases whole. The limit is a share of these. What is of an orphan waits
   * for the next run, and what was made since a change may wait for it too.
   */
  const isLeft = (set: PointSet, region: Region): boolean => {
    const more: Omit<More, "before"> = chronicle.looks() ? {} : { isAllThere: true };
    const isFree = (one: SimSnapshot) => {
      const { keptNow, held } = hindsight(one, region, more);
      if (keptNow !== undefined || held !== undefined) return false;
      const later = hindsight(one, region, { ...more, isAboutLater: true });
      return later.held === undefined && !later.isWaiting;
    };
    const isChange = (one: SimSnapshot) => hindsight(one, region, more).isByChange || waitedToo(one, region);
    return here().left(set, () => !(set.snapshots.every(isFree) && set.snapshots.some(isChange)));
  };

  const checkNewest = (one: SimSnapshot, region: Region) => {
    const { orphans } = account.settings;
    if (orphans === "expire" && chronicle.absences.has(instanceOf(one))) return;
    const others = [...region.snapshots.values()].some(
      (other) =>
        other !== one && isAlive(account, other) && other.dataOf === one.dataOf && slotOf(other) >= slotOf(one),
    );
    if (!others)
      story.violate("the newest of a volume is kept", `${one.snapshotId} of ${one.dataOf} in ${region.name}`);
  };

  const deleting = (one: SimSnapshot, region: Region) => {
    // Before anything of the region is gone, even if only the other of two snapshots of the same data is.
    unitsIn(region);
    if (!isAlive(account, one)) return;
    // What was taken in the primary region does not replace a copy of its time as DR region, which `drKeep` keeps.
    const twin = [...region.snapshots.values()].some(
      (other) =>
        other !== one &&
        isAlive(account, other) &&
        other.dataOf === one.dataOf &&
        slotOf(other) === slotOf(one) &&
        (!isFormerCopy(account, one) || isFormerCopy(account, other)),
    );
    const data = `${region.name} ${one.dataOf} ${slotOf(one)}`;
    const twins = here().twins.get(data) ?? [];
    if (twin) {
      here().twins.set(data, [...twins, one]);
      return;
    }
    story.count("recovery points' snapshots deleted");
    checkNewest(one, region);
    const { keptNow, held, isByChange } = hindsight(one, region);
    const what = `${one.snapshotId} of ${instanceOf(one)} for ${slotOf(one)} in ${region.name}`;
    if (held !== undefined) story.violate("no change deletes without approval", `${what}: ${held} would keep it`);
    else if (keptNow !== undefined) story.violate("deletes only what the rules release", `${what}: ${keptNow}`);
    if (isByChange && !isNamed(chronicle, one)) story.violate("a mail names what a change deletes", what);
    limit.noting([...twins, one], region, isByChange);
    if (isByChange) story.count("deleted after a change");
    else if (!isOfChanged(one, region)) {
      const sets = unitsIn(region).get(instanceOf(one)) ?? [];
      limit.deleting(one, region, { sets, isLeft: (set) => isLeft(set, region) });
    }
    here().broken.set(`${region.name} ${instanceOf(one)} ${slotOf(one)}`, {
      region,
      snapshot: one,
    });
  };

  const checkWhole = () => {
    for (const { region, snapshot } of moment?.broken.values() ?? []) {
      const left = [...region.snapshots.values()].find(
        (one) =>
          isAlive(account, one) &&
          isSeen(account, one) &&
          !isLockedTwin(account, one, region) &&
          instanceOf(one) === instanceOf(snapshot) &&
          slotOf(one) === slotOf(snapshot),
      );
      if (left === undefined) continue;
      story.violate(
        "kept or deleted whole",
        `${left.snapshotId} of ${left.dataOf} is left of ${instanceOf(left)} for ${slotOf(left)} in ${region.name}`,
      );
    }
  };

  /**
   * Returns true if any view of what a region has of an instance meets a condition, the oldest first, because it is
   * deleted first.
   */
  const isAny = (
    { region: name, instance }: { region: string; instance: string },
    isSo: (look: Hindsight) => boolean,
    more: More = {},
  ): boolean => {
    const region = regionsOf(account).find((one) => one.name === name);
    if (region === undefined) return false;
    const sets = [...(unitsIn(region).get(instance) ?? [])].sort((a, b) => a.slotMs - b.slotMs);
    return sets.some(({ snapshots }) => snapshots.some((one) => isSo(ask(one, region, more))));
  };

  /** Returns true for the newest point with former tags. While anything waits for these, it waits too: nothing else records them. */
  const isNewestOfFormer = ({ slot, snapshots: [one] }: PointSet, sets: readonly PointSet[], instance: string) => {
    const combo = comboOf(one?.madeTags ?? {});
    const isNewer = (other: PointSet) => other.slot > slot && comboOf(other.snapshots[0]?.madeTags ?? {}) === combo;
    return combo !== comboOfNewest(instance) && !sets.some(isNewer);
  };

  /** Finds what a region has of an instance, and returns a function that decides what of it is due by steady expiry. */
  const duenessOf = (regionName: string, instance: string) => {
    const region = regionsOf(account).find((one) => one.name === regionName);
    const sets = (region && unitsIn(region).get(instance)) ?? [];
    const looksAt = ({ snapshots }: PointSet): Hindsight[] =>
      region === undefined ? [] : snapshots.map((one) => hindsight(one, region));
    let isHeld: boolean | undefined;
    const isDue = (set: PointSet) => {
      const looks = looksAt(set);
      // A volume that another instance has too keeps the whole of it.
      if (looks.some(({ keptNow, held }) => keptNow !== undefined || held !== undefined)) return false;
      if (looks.every(({ isByChange }) => isByChange)) return false;
      if (!isNewestOfFormer(set, sets, instance)) return true;
      return !(isHeld ??= sets.some((one) => looksAt(one).some(({ held }) => held !== undefined)));
    };
    const isFree = (set: PointSet) =>
      looksAt(set).every(({ keptNow, held }) => keptNow === undefined && held === undefined);
    return { sets, isDue, isFree };
  };

  const dueSets: DueSets = (region, instance) => {
    const { sets, isDue } = duenessOf(region, instance);
    return sets.filter(isDue);
  };

  const freeSets: DueSets = (region, instance) => {
    const { sets, isFree } = duenessOf(region, instance);
    return sets.filter(isFree);
  };

  const hasDue: HasDue = (region, instance, slots) => {
    const { sets, isDue } = duenessOf(region, instance);
    return sets.some((set) => slots.has(set.slot) && isDue(set));
  };

  /**
   * An edit may make something due for the first time months later, when a mail about it is young. Tags that came back are
   * another change to the vault, with another mail.
   */
  const isAnnounced = (one: SimSnapshot, region: Region) => {
    const { editGraceDays, schedule } = account.settings;
    const { held, isByChange } = ask(one, region, { isAboutLater: true });
    // Only runs delete what is of an orphan, and the next one may be weeks away.
    const gaps: Partial<Record<Cadence["name"], number>> = { weekly: 7, monthly: 31 };
    const gapDays = gaps[cadenceOf(schedule).name] ?? 1;
    const isYoung = ({ atMs, graceDays, orphans }: Mail) => {
      const moreDays = orphans.includes(instanceOf(one)) ? gapDays : 1;
      return atMs > time.nowMs() - (Math.max(editGraceDays, graceDays) + moreDays) * DAY_MS;
    };
    return (
      (held !== undefined || isByChange) &&
      chronicle.mails.some(
        (mail) => mail.region === region.name && mail.instances.includes(instanceOf(one)) && isYoung(mail),
      )
    );
  };

  /** Returns true for what the last run made due, after it had looked whether its tags or its volume had been put back. */
  const isForNextRun = (one: SimSnapshot, region: Region) => {
    const slots = (unitsIn(region).get(instanceOf(one)) ?? []).map(({ slot }) => slot);
    const isTagged = chronicle.mails.some(
      ({ tagged }) => tagged.includes(instanceOf(one)) || tagged.includes(one.dataOf),
    );
    return isTagged && ask(one, region, { isUnsure: true, before: slots.sort().at(-1) }).keptNow !== undefined;
  };

  /** Returns true for what records former tags for which another point waits. */
  const isRecordOfTags = (one: SimSnapshot, region: Region) => {
    const sets = unitsIn(region).get(instanceOf(one)) ?? [];
    const mine = sets.find(({ slot }) => slot === slotOf(one));
    if (mine === undefined || !isNewestOfFormer(mine, sets, instanceOf(one))) return false;
    return sets.some(({ snapshots: [other] }) => other !== undefined && isAnnounced(other, region));
  };

  /**
   * Returns true if a region that was left for a while still has what an orphan's expiry deleted elsewhere, under the
   * tags of that time.
   */
  const isOfNoPolicy = (one: SimSnapshot) => {
    const all = regionsOf(account).flatMap(({ snapshots }) => [...snapshots.values()]);
    const mine = all.filter((other) => isAlive(account, other) && instanceOf(other) === instanceOf(one));
    const newest = mine.sort((a, b) => (slotOf(a) < slotOf(b) ? 1 : -1)).at(0);
    return !Object.hasOwn(account.settings.policies, newest?.madeTags[TAG.policy] ?? "");
  };

  const checkNotices = makeNoticeRule(account, (of, isSo) => isAny(of, isSo, { isAboutLater: true }));
  return {
    begins: () => {
      // Before this invocation makes any, because its plan decides by what it sees if a volume is shared.
      moment = { ...newMoment(), shared: sharedVolumes(account) };
      limit.begins(hasDue);
    },
    deleting,
    mailed: (mails) => {
      moment?.looks.clear();
      checkNotices(mails);
      limit.mailed(mails, dueSets);
    },
    ends: () => {
      checkWhole();
      limit.ends(dueSets, freeSets);
      moment = undefined;
    },
    checkNoLeak: () => {
      moment = undefined;
      for (const region of regionsOf(account)) {
        const setOf = (one: SimSnapshot) => `${instanceOf(one)} ${slotOf(one)}`;
        const all = canonical(account, region).map((one) => ({ one, ...ask(one, region, { isUnsure: true }) }));
        // A volume that several instances have had keeps the whole of its recovery point.
        const kept = new Set(
          all.flatMap(({ one, keptNow }) => (keptNow || isFloor(account, one, region) ? [setOf(one)] : [])),
        );
        // Previous settings may still keep a copy that has expired: then it is neither made again nor dispensable.
        const waits = new Set(all.flatMap(({ one }) => (one.markedIn === undefined ? [] : [setOf(one)])));
        for (const { one, held } of all) {
          if (kept.has(setOf(one)) || waits.has(setOf(one)) || isAnnounced(one, region)) continue;
          if (isOfNoPolicy(one) || isRecordOfTags(one, region) || isForNextRun(one, region)) continue;
          if (isLocked(account, one)) continue;
          if (limit.isMailed(region.name, instanceOf(one))) continue;
          const why = held === undefined ? "" : `, ${held} would keep it`;
          story.violate(
            "what is due is deleted in the end",
            `${one.snapshotId} of ${instanceOf(one)} for ${slotOf(one)} in ${region.name}${why}`,
          );
        }
      }
    },
  };
}
