/**
 * Finds the former views under which a recovery point may have been kept, and those that still hold it because nobody
 * approved their end and no mail about it is as old as the grace.
 */
import { DAY_MS, HOUR_MS, SECOND_MS } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import { type Chronicle, type Era, type Mail, type Reign, comboOf, isServedIn } from "./chronicle";
import type { Memo } from "./memo";
import { type PointSet, type View, keptBy } from "./verdicts";

/** A question: whose rules, about what, at which time. */
export interface Asked {
  /** An instance, or a volume of several instances. */
  unit: string;
  region: string;
  sets: readonly PointSet[];
  /** The recovery point. */
  slot: string;
  slotMs: number;
  /** Tags of the unit's newest recovery point that is left in any region, as one text. */
  combo: string;
  /** Instance under which a mail names it. */
  instance: string;
  nowMs: number;
  /**
   * Time from which the unit and the point's instance both had its volume, if these are two instances. Settings that had ended
   * by then kept nothing of it.
   */
  sharedMs?: number;
  /** Set to ask former rules also about what was made since, because it waits with the rest. */
  isAboutLater?: true;
  /** Set to ask as if nothing were missing, because the invocation does not look for instances. */
  isAllThere?: true;
  /** Set to ask what may be kept: an approval has no effect once a plan has grown. */
  isUnsure?: true;
}

/** Caches what is the same for all points that are asked about at one time. */
export interface Remember {
  /** What a view keeps. */
  kept: Memo<string, ReadonlySet<string>>;
  /** What mails say of settings. */
  facts: Memo<string, EraFacts>;
}

interface Candidate {
  view: View;
  era: Era;
  /** Its conditions, in words. */
  words: string;
  /** Time from which its settings and its tags existed together. */
  fromMs: number;
  /** True if a change that ended it is over. */
  isOver: boolean;
  /**
   * True for settings that came after its tags had ended. It never was, and holds nothing. But if it would keep a point too,
   * what ended the settings also ends those that the tags were under.
   */
  isImagined: boolean;
}

/** Settings are distinguished by the instant of the first invocation that had them. */
const SAME_MS = 30 * SECOND_MS;

/** Returns true if a mail names the end of settings. */
function isAbout({ untilMs }: Mail, era: Era): boolean {
  return untilMs.some((ms) => Math.abs(ms - era.untilMs) < SAME_MS);
}

/**
 * Returns mails about the region that came after the point and are old enough or whose plan was approved; a hash covers
 * snapshots. What was made while a mail's change waited goes with the rest.
 */
function servedBy({ mails }: Chronicle, { region, slotMs, isAboutLater }: Asked) {
  return mails.filter((one) => isServedIn(one, region) && (isAboutLater ? one.servedMs : one.atMs) >= slotMs);
}

function names({ tagged, orphans }: Mail, kind: "tagged" | "orphans", { unit, instance }: Asked) {
  const list = kind === "tagged" ? tagged : orphans;
  return list.includes(unit) || list.includes(instance);
}

/** Decides whether an instance is an orphan by settings, as far as its absence goes. */
function isGoneFor({ absences }: Chronicle, unit: string, days: number, nowMs: number): boolean {
  const absence = absences.get(unit);
  return absence !== undefined && absence.slots.size > 1 && absence.sinceMs + days * DAY_MS <= nowMs;
}

/**
 * Returns true if nothing is known after the settings: the timer was lost, another primary region followed, or they
 * lacked the region.
 */
function keepsAll(eras: readonly Era[], era: Era, region: string): boolean {
  if (era.isLost || !hasRegion(era, region)) return true;
  const next = eras[eras.indexOf(era) + 1];
  return next !== undefined && next.settings.primaryRegion !== era.settings.primaryRegion;
}

function hasRegion({ settings: { primaryRegion, dr } }: Era, region: string): boolean {
  return region === primaryRegion || dr.some((one) => one.region === region);
}

function isSameSchedule(a: VaultSettings, b: VaultSettings): boolean {
  return a.schedule === b.schedule && a.timezone === b.timezone;
}

/** Returns when the schedule of settings ended, which may be later than they did. */
function endOfSchedule(eras: readonly Era[], era: Era): number {
  const later = eras.slice(eras.indexOf(era));
  const other = later.findIndex(({ settings }) => !isSameSchedule(settings, era.settings));
  return later[other - 1]?.untilMs ?? era.untilMs;
}

/** Returns true if the settings that came at a time have a region which those before lacked. */
function isFirstWith(eras: readonly Era[], region: string, ms: number): boolean {
  const index = eras.findLastIndex(({ fromMs }) => fromMs < ms + SAME_MS);
  const [before, one] = [eras[index - 1], eras[index]];
  return before !== undefined && one !== undefined && !hasRegion(before, region) && hasRegion(one, region);
}

/** A schedule that settings left, and the time at which it was back. */
interface Away {
  one: Era;
  backMs: number;
}

/**
 * Returns when the schedule of settings was left that had it again before a mail about that was served. A later return after
 * such a mail ends that, because what was made in between counts then. Nobody knows it once the timer is lost, or once a
 * mail says that the settings of then are unknown.
 */
function awayFrom(chronicle: Chronicle, era: Era, region: string, isUnsure?: true): Away[] {
  const { eras, mails, approved } = chronicle;
  const isLoss = (one: Era, index: number) => {
    const next = eras[index + 1];
    return one.isLost || (next !== undefined && next.settings.primaryRegion !== one.settings.primaryRegion);
  };
  const earlier = eras.slice(0, eras.indexOf(era));
  const known = earlier.slice(eras.findLastIndex(isLoss) + 1);
  const there = mails.filter((mail) => mail.region === region && mail.kind === "change");
  const editGraceDays = eras.at(-1)?.settings.editGraceDays ?? 0;
  const away = known.flatMap((one, index) => {
    const isMine = (other: Era) => isSameSchedule(other.settings, era.settings);
    const later = [...known.slice(index + 1), era];
    if (!isMine(one) || later[0] === undefined || isMine(later[0])) return [];
    const back = later.find(isMine) ?? era;
    const backMs = back.fromMs;
    // Nobody was promised anything about a region that the stack did not have then: the vault may know of it, or not.
    if (!hasRegion(back, region) && !isUnsure) return [{ one, backMs, isServed: true }];
    // What a region had before it was in the stack is unknown, but the stack's schedule of then is not, unless the same
    // edit is one too many for the timer as well.
    const isUnknown = there.some(
      ({ unknownMs = -Infinity, untilMs, servedMs }) =>
        one.untilMs < unknownMs + SAME_MS &&
        servedMs < Infinity &&
        (!isFirstWith(eras, region, unknownMs) ||
          (!isUnsure && untilMs.filter((ms) => Math.abs(ms - unknownMs) < SAME_MS).length > 1)),
    );
    const about = there.filter((mail) => isAbout(mail, one));
    // A sweep an hour later is the first that sees that the schedule is back.
    const putBackMs = backMs - HOUR_MS;
    // An approval counts from the first mail about the change. A mail that came after the return did not name what it kept.
    const isApproved = about.some(({ hash }) => approved.has(hash)) && about.some(({ atMs }) => atMs <= putBackMs);
    const isPast = ({ atMs, graceDays }: Mail) => atMs + Math.max(editGraceDays, graceDays) * DAY_MS <= putBackMs;
    const isServed = isUnknown || (isApproved && !isUnsure) || about.some(isPast);
    return [{ one, backMs, isServed }];
  });
  return away.slice(away.findLastIndex(({ isServed }) => isServed) + 1);
}

/** Returns each time that the schedule of settings was left and was back, if the point existed when it was back. */
function leftMs({ liveMs }: Chronicle, away: readonly Away[], { slotMs, madeMs }: { slotMs: number; madeMs: number }) {
  return away.flatMap(({ one, backMs }) => {
    if (slotMs > backMs || madeMs >= backMs) return [];
    if (one.goneMs !== undefined && one.goneMs < backMs) return [];
    // Once nothing is left of what was made in between, the vault forgets that there was anything.
    return [...liveMs].some((ms) => ms >= one.untilMs && ms <= backMs) ? [one.untilMs] : [];
  });
}

/** What is the same of settings for all points of a region. */
interface EraFacts {
  away: readonly Away[];
  /** True even if the schedule is back, because what another one made in between replaces nothing. */
  isThinned: boolean;
  endMs: number;
}

function factsOf(chronicle: Chronicle, era: Era, { region, isUnsure }: Asked): EraFacts {
  const { eras } = chronicle;
  const isThinned = eras.slice(eras.indexOf(era)).some((one) => !isSameSchedule(one.settings, era.settings));
  return { away: awayFrom(chronicle, era, region, isUnsure), isThinned, endMs: endOfSchedule(eras, era) };
}

/**
 * Returns the reigns up to the one whose tags the newest recovery point has. Where all of later ones are deleted, or in
 * regions that left the stack, nothing says that there were any.
 */
function upTo(reigns: readonly Reign[], combo: string): readonly Reign[] {
  return reigns.slice(0, reigns.findLastIndex((one) => one.combo === combo) + 1);
}

/** Returns true if a person approved that all points with some tags are deleted, so that nothing says that there were any. */
function isLeftOut(
  { mails, approved }: Chronicle,
  { combo, lastSlot }: Reign,
  { region, sets, instance }: Asked,
): boolean {
  if (sets.some(({ snapshots: [one] }) => one !== undefined && comboOf(one.madeTags) === combo)) return false;
  return mails.some(
    (mail) =>
      mail.region === region &&
      mail.instances.includes(instance) &&
      mail.atMs >= Date.parse(lastSlot) &&
      approved.has(mail.hash),
  );
}

/** Returns all views of a unit that a point has had, the present one first. */
function candidates(chronicle: Chronicle, asked: Asked, remember: Remember): Candidate[] {
  const { eras, absences } = chronicle;
  const { unit, slot, sets, nowMs } = asked;
  // What is made by the first run with other settings does not belong to the former ones.
  const found = sets.find((set) => set.slot === slot)?.snapshots ?? [];
  const madeMs = found[0]?.dataSinceMs ?? asked.slotMs;
  const hereMs = Math.max(madeMs, Math.min(...found.map(({ startMs }) => startMs)));
  const mails = servedBy(chronicle, asked);
  const reigns = upTo(chronicle.reigns.get(unit) ?? [], asked.combo);
  const [now, newest] = [eras.at(-1), reigns.at(-1)];
  if (now === undefined || newest === undefined) return [];
  const absence = asked.isAllThere ? undefined : absences.get(unit);
  const notified = mails.filter((mail) => names(mail, "orphans", asked) && mail.atMs > (absence?.foundMs ?? Infinity));
  const isNotifiedOrphan =
    notified.some(({ hash }) => chronicle.approved.has(hash)) ||
    (notified.length > 0 && isGoneFor(chronicle, unit, now.settings.orphanDays, nowMs));
  const all: Candidate[] = [];
  // Before its date, tags may be put back, and only a run can find that.
  const isFound = ({ hash, atMs, servedMs, graceDays }: Mail, { lastMs }: Reign) =>
    chronicle.approved.has(hash) ||
    lastMs >= Math.min(servedMs, atMs + Math.max(now.settings.editGraceDays, graceDays) * DAY_MS) - HOUR_MS;
  // If several changes ended a view, its end is over with the first of theirs, because the others remain to be
  // protected.
  const settingsOver = (era: Era) =>
    era !== now && mails.some((mail) => era.untilMs < (mail.unknownMs ?? -Infinity) + SAME_MS || isAbout(mail, era));
  const tagsOver = (reign: Reign) =>
    reign !== newest &&
    mails.some(
      (mail) =>
        names(mail, "tagged", asked) &&
        mail.atMs >= reign.endMs &&
        (chronicle.absent.has(unit) || isFound(mail, newest)),
    );
  const isRecorded = (reign: Reign) =>
    asked.isAboutLater ?? (slot <= reign.lastSlot && !isLeftOut(chronicle, reign, asked));
  const under: Reign[] = [newest, ...reigns.slice(0, -1).filter(isRecorded)];
  // A region that settings lacked had nothing to lose of what was copied to it later.
  const isOf = (era: Era) =>
    era.untilMs > (asked.sharedMs ?? -Infinity) &&
    (asked.isAboutLater ?? (hasRegion(era, asked.region) ? madeMs : hereMs) < era.untilMs);
  for (const era of [now, ...eras.slice(0, -1).filter(isOf)]) {
    const { settings } = era;
    const how = [eras.indexOf(era), asked.region, asked.isUnsure, chronicle.mails.length].join();
    const { away, isThinned, endMs } = remember.facts(how, () => factsOf(chronicle, era, asked));
    const allLeftMs = leftMs(chronicle, away, { slotMs: asked.slotMs, madeMs });
    const isEraOver = settingsOver(era);
    for (const reign of under) {
      // Tags that no run found under those settings were never a former state.
      const isPresent = era === now && reign === newest;
      if (!isPresent && !asked.isAboutLater && reign.fromMs >= era.untilMs) continue;
      const isImagined = !isPresent && !asked.isAboutLater && era.fromMs >= reign.endMs;
      for (const isOrphan of absence === undefined ? [false] : [true, false]) {
        const isMine = era !== now && !isGoneFor(chronicle, unit, settings.orphanDays, nowMs);
        if (isOrphan && isMine) continue;
        const view = { settings, tags: reign.tags, isOrphan };
        const isOver = isEraOver || tagsOver(reign) || (!isOrphan && absence !== undefined && isNotifiedOrphan);
        const words = [
          era === now ? "the settings of now" : `the settings until ${new Date(era.untilMs).toISOString()}`,
          ...(reign === newest ? [] : [`the tags ${reign.combo}`]),
          ...(absence !== undefined && !isOrphan ? ["as backed up"] : []),
        ].join(" with ");
        const one = { era, fromMs: Math.max(era.fromMs, reign.fromMs), isOver, isImagined };
        all.push({ ...one, words, view: { ...view, ...(isThinned && { untilMs: endMs }) } });
        // Of an orphan the newest is enough, whatever displaced the others, unless orphans keep what they have.
        for (const ms of isOrphan && now.settings.orphans !== "keep" ? [] : allLeftMs) {
          all.push({ ...one, words: `${words}, as if never left ${ms}`, view: { ...view, untilMs: ms } });
        }
      }
    }
  }
  return all;
}

/** Result of looking at a point from all views. */
export interface Hindsight {
  /** Set if the present rules keep it. */
  keptNow?: string;
  /** Set if a former view keeps it whose end is not over. */
  held?: string;
  /** True if a former view keeps it whose end is over, so that a change released it. */
  isByChange: boolean;
  /** True if one keeps it whose mail is not old enough, even if the end of later ones that keep it is over. */
  isWaiting?: boolean;
}

/** Looks at a point from all views. */
export function lookBack(chronicle: Chronicle, asked: Asked, remember: Remember): Hindsight {
  const { unit, region, slot, sets, nowMs } = asked;
  const keeps = ({ view, words, era }: Candidate) =>
    keepsAll(chronicle.eras, era, region) ||
    remember.kept([region, unit, words, view.isOrphan].join(), () => keptBy(view, sets, region, nowMs)).has(slot);
  const all = candidates(chronicle, asked, remember);
  const [present, ...before] = all;
  if (present === undefined) return { isByChange: false };
  const isNow = ({ words }: Candidate) => words.replace(/, as if never left \d+$/, "") === "the settings of now";
  const found: Hindsight = { isByChange: false };
  for (const one of [present, ...before]) {
    if (one.isImagined || !keeps(one)) continue;
    if (isNow(one)) found.keptNow = one.words;
    else if (one.isOver) found.isByChange = true;
    else if (isOverByLater(chronicle.eras, one, all, region, keeps)) {
      found.isByChange = true;
      found.isWaiting ||= isMailedOnly(chronicle, one, region);
    } else found.held ??= one.words;
  }
  return found;
}

/** Returns true if a mail names the end of settings and is not old enough. */
function isMailedOnly({ mails }: Chronicle, { era }: Candidate, region: string): boolean {
  return mails.some((one) => one.region === region && one.servedMs === Infinity && isAbout(one, era));
}

/**
 * Returns true if later settings or tags keep it too, and their end is over, because the last change releases a point.
 * Previous settings that changed nothing for it have no mail of their own.
 */
function isOverByLater(
  eras: readonly Era[],
  one: Candidate,
  all: readonly Candidate[],
  region: string,
  keeps: (one: Candidate) => boolean,
): boolean {
  return all.some((other) => {
    const isLater = eras.indexOf(other.era) > eras.indexOf(one.era);
    if (!other.isOver || !isLater || other.era === eras.at(-1)) return false;
    // Settings that keep everything keep what any before them kept.
    if (keepsAll(eras, other.era, region)) return true;
    // By later settings it may not have been an orphan yet.
    const isOrphanThere = all.some(({ era, view }) => era === other.era && view.isOrphan);
    const isSame = other.view.isOrphan === (one.view.isOrphan && isOrphanThere);
    return isSame && other.fromMs >= one.fromMs && keeps(other);
  });
}
