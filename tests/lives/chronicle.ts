/** Records what truly happened in a life, with its times, for the oracle. It never looks into the timer. */
import { TAG } from "../../src/vault/model/tags/tags";
import { DAY_MS, SECOND_MS, isoSeconds } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import {
  type Account,
  type SimSnapshot,
  type TagRecord,
  instanceOf,
  regionsOf,
  slotMsOf,
  slotOf,
} from "../simulation/account/account";
import { protectedVolumes } from "../simulation/account/fleet";
import { type Announcement, announcementsIn } from "./announcements";

/** Settings, with the first invocation that had them and the first that had others. */
export interface Era {
  settings: VaultSettings;
  fromMs: number;
  untilMs: number;
  /** Set if the vault lost its memory then, so that nothing is known of these settings. */
  isLost?: true;
  /** Time from which no region had anything from before their end, so that the vault forgot them. */
  goneMs?: number;
}

/** Tags of an instance or a volume with which its snapshots were made. */
export interface Reign {
  combo: string;
  tags: TagRecord;
  lastSlot: string;
  /** Time of the invocation that made the newest of them. */
  lastMs: number;
  fromMs: number;
  /** Time at which a snapshot was made with others. */
  endMs: number;
}

interface Absence {
  sinceMs: number;
  slots: Set<string>;
  /** Last run before that found it; a sweep may miss it, and report that, before a run does. */
  foundMs: number;
}

export interface Mail extends Announcement {
  atMs: number;
  /** The grace of that time: its date holds even if a shorter one is deployed later. */
  graceDays: number;
  /**
   * Time at which it was approved or as old as the grace, `Infinity` before: a longer grace holds nothing again that it had
   * released.
   */
  servedMs: number;
}

export interface Chronicle {
  eras: Era[];
  /** Absences by instance and by volume. */
  reigns: Map<string, Reign[]>;
  absences: Map<string, Absence>;
  /** Units that the last look did not find, even if a volume of theirs is with another instance. */
  absent: Set<string>;
  /** Time at which a run last found each unit. */
  foundMs: Map<string, number>;
  /** Time of the first snapshot of each volume that an instance had, by both. */
  hadMs: Map<string, number>;
  mails: Mail[];
  /** Slots of what an invocation finds of instances that are not missing, in any region. */
  liveMs: ReadonlySet<number>;
  /** Hashes that the settings of an invocation approved. */
  approved: Set<string>;
  /** Records that the vault lost its memory. */
  forgets: () => void;
  begins: (event: { kind?: string; slot?: string }) => void;
  /** Records that the vault looks for instances, also if the slot of a run that was missed ends. */
  looking: () => void;
  made: (snapshots: readonly SimSnapshot[]) => void;
  /**
   * @returns the announcements of the mail
   */
  mailed: (body: string) => Mail[];
  ends: () => void;
  /** Returns true once the invocation has looked for instances. */
  looks: () => boolean;
}

/** Returns true for a mail about changes in a region that are approved, or whose grace is over. */
export function isServedIn({ kind, region, servedMs }: Mail, name: string): boolean {
  return kind === "change" && region === name && servedMs < Infinity;
}

const KEYS = [
  "policies",
  "keepAtLeast",
  "overrideMin",
  "overrideMax",
  "orphans",
  "orphanDays",
  "schedule",
  "timezone",
  "primaryRegion",
  "dr",
] as const;

function textOf(settings: VaultSettings): string {
  return JSON.stringify(KEYS.map((key) => (key === "dr" ? settings.dr.map(({ region }) => region) : settings[key])));
}

export function comboOf(tags: TagRecord): string {
  return [tags[TAG.policy], tags[TAG.keep], tags[TAG.drKeep]].join("/");
}

/** Returns false for what a region still has from when it was the primary one, because the vault reads only copies there. */
export function isSeen({ settings }: Account, { region, sourceId }: SimSnapshot): boolean {
  return region === settings.primaryRegion || sourceId !== undefined;
}

/** Returns for each volume the instances of its snapshots, if these are several. */
export function sharedVolumes(account: Account): Map<string, Set<string>> {
  const instances = new Map<string, Set<string>>();
  for (const { snapshots } of regionsOf(account)) {
    for (const one of snapshots.values()) {
      if (one.deleted || !isSeen(account, one)) continue;
      const known = instances.get(one.dataOf);
      if (known === undefined) instances.set(one.dataOf, new Set([instanceOf(one)]));
      else known.add(instanceOf(one));
    }
  }
  for (const [volume, { size }] of instances) if (size < 2) instances.delete(volume);
  return instances;
}

/** Finds which instances and volumes are backed up. */
function attached(account: Account): ReadonlySet<string> {
  return new Set(protectedVolumes(account).flatMap(({ instance, volumeId }) => [instance.instanceId, volumeId]));
}

/** Finds which instances and volumes are backed up, by themselves or by a volume of theirs that is with another one. */
export function presence(account: Account, there = attached(account)): ReadonlySet<string> | undefined {
  const present = new Set(there);
  if (present.size === 0) return undefined;
  for (const { snapshots } of regionsOf(account)) {
    for (const one of snapshots.values()) {
      if (!one.deleted && isSeen(account, one) && there.has(one.dataOf)) present.add(instanceOf(one));
    }
  }
  return present;
}

function noteAbsent({ absent, reigns }: Pick<Chronicle, "absent" | "reigns">, there: ReadonlySet<string>): void {
  for (const unit of reigns.keys()) {
    if (there.has(unit)) absent.delete(unit);
    else absent.add(unit);
  }
}

function noteAbsences({ absences, absent, reigns, foundMs }: Chronicle, account: Account, slot: string): void {
  const there = attached(account);
  const present = presence(account, there);
  if (present === undefined) return;
  const sinceMs = account.time.nowMs();
  noteAbsent({ absent, reigns }, there);
  for (const unit of reigns.keys()) {
    if (present.has(unit)) {
      absences.delete(unit);
      foundMs.set(unit, sinceMs);
    } else {
      const found = foundMs.get(unit) ?? -Infinity;
      const absence = absences.get(unit) ?? { sinceMs, slots: new Set(), foundMs: found };
      absences.set(unit, absence);
      absence.slots.add(slot);
    }
  }
}

function noteReign({ reigns }: Chronicle, unit: string, one: SimSnapshot, nowMs: number): void {
  const all = reigns.get(unit) ?? [];
  reigns.set(unit, all);
  const combo = comboOf(one.madeTags);
  const last = all.at(-1);
  if (last?.combo === combo) Object.assign(last, { lastSlot: slotOf(one), lastMs: nowMs });
  else {
    if (last !== undefined) last.endMs = nowMs;
    all.push({ combo, tags: one.madeTags, lastSlot: slotOf(one), lastMs: nowMs, fromMs: nowMs, endMs: Infinity });
  }
}

/** Notes what is left, and which settings ended before any of it was made. */
function noteLeft(chronicle: Chronicle, account: Account, nowMs: number): void {
  const ended = chronicle.eras.slice(0, -1);
  if (ended.length === 0) return;
  const liveMs = new Set<number>();
  let oldestMs = Infinity;
  for (const { snapshots } of regionsOf(account)) {
    for (const one of snapshots.values()) {
      if (one.deleted) continue;
      const slotMs = slotMsOf(one);
      oldestMs = Math.min(oldestMs, slotMs || Infinity);
      if (account.settings.orphans === "keep" || !chronicle.absences.has(instanceOf(one))) liveMs.add(slotMs);
    }
  }
  chronicle.liveMs = liveMs;
  for (const era of ended) if (oldestMs > era.untilMs) era.goneMs ??= nowMs;
}

export function makeChronicle(account: Account): Chronicle {
  const { time } = account;
  let fresh: SimSnapshot[] = [];
  let isRun = false;
  let isLooking = false;
  const chronicle: Chronicle = {
    eras: [],
    reigns: new Map(),
    absences: new Map(),
    absent: new Set(),
    foundMs: new Map(),
    hadMs: new Map(),
    mails: [],
    liveMs: new Set(),
    approved: new Set(),
    forgets: () => {
      const last = chronicle.eras.at(-1);
      if (last === undefined) return;
      const nowMs = Math.floor(time.nowMs() / SECOND_MS) * SECOND_MS;
      chronicle.eras.push({ settings: last.settings, fromMs: nowMs, untilMs: Infinity });
      last.untilMs = nowMs;
      last.isLost = true;
    },
    begins: ({ kind, slot }) => {
      const { settings } = account;
      const nowMs = Math.floor(time.nowMs() / SECOND_MS) * SECOND_MS;
      const last = chronicle.eras.at(-1);
      if (last === undefined || textOf(last.settings) !== textOf(settings)) {
        if (last !== undefined) last.untilMs = nowMs;
        chronicle.eras.push({ settings, fromMs: nowMs, untilMs: Infinity });
      } else last.settings = settings;
      for (const hash of settings.approvedDeletePlan) chronicle.approved.add(hash);
      for (const mail of chronicle.mails) {
        const graceMs = Math.max(settings.editGraceDays, mail.graceDays) * DAY_MS;
        const isServed = chronicle.approved.has(mail.hash) || mail.atMs + graceMs <= time.nowMs();
        if (isServed) mail.servedMs = Math.min(mail.servedMs, time.nowMs());
      }
      noteLeft(chronicle, account, nowMs);
      isRun = kind === "run";
      isLooking = false;
      if (isRun) noteAbsences(chronicle, account, slot ?? isoSeconds(nowMs));
    },
    looking: () => {
      isLooking = true;
      noteAbsent(chronicle, attached(account));
    },
    // A run's own plan has not seen what the run makes. A sweep that makes any is the run of a slot that is still open.
    made: (snapshots) => {
      const [first] = snapshots;
      if (!isRun && fresh.length === 0 && first !== undefined) noteAbsences(chronicle, account, slotOf(first));
      fresh = [...fresh, ...snapshots];
    },
    mailed: (body) => {
      const sent = { atMs: time.nowMs(), graceDays: account.settings.editGraceDays, servedMs: Infinity };
      const mails = announcementsIn(body).map((one) => ({ ...one, ...sent }));
      chronicle.mails.push(...mails);
      return mails;
    },
    ends: () => {
      for (const one of fresh) {
        noteReign(chronicle, instanceOf(one), one, time.nowMs());
        noteReign(chronicle, one.dataOf, one, time.nowMs());
        const had = `${one.dataOf} ${instanceOf(one)}`;
        if (!chronicle.hadMs.has(had)) chronicle.hadMs.set(had, one.dataSinceMs);
      }
      fresh = [];
    },
    looks: () => isLooking,
  };
  return chronicle;
}
