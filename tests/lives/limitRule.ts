/**
 * Checks the deletion limit for what no change explains: no more of an instance's points in a region are deleted at
 * once, and what was stopped is kept until its plan is approved or nothing of it is due.
 */
import { deletionPlanHash } from "../../src/vault/changes/planHash";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { type Account, type Region, type SimSnapshot, instanceOf, slotOf } from "../simulation/account/account";
import { type Chronicle, type Mail, isServedIn } from "./chronicle";
import { type PointSet, isMadeForDr } from "./verdicts";

/** Time within which what waited for a change is deleted once the change is over. */
const SERVED_FOR_MS = 3 * DAY_MS;

/** Returns what a region has of an instance and is due by steady expiry, as the invocation found it. */
export type DueSets = (region: string, instance: string) => readonly PointSet[];

/** Decides whether any of these slots is among it. */
export type HasDue = (region: string, instance: string, slots: ReadonlySet<string>) => boolean;

/** A stop, by the last plan that named it. */
interface Stop extends Pick<Mail, "region" | "hash" | "atMs"> {
  instance: string;
  /** Time of the last mail. */
  lastMs: number;
  /** What was due whenever a mail named it. */
  slots: Set<string>;
}

/** Returns the region and the instance of a key. */
function partsOf(key: string): [string, string] {
  const [region = "", instance = ""] = key.split(" ");
  return [region, instance];
}

/** Returns a text that is the same for points that expire together: copies that were made in an hour, a day late or more. */
function expiryOf({ slotMs, snapshots }: Pick<PointSet, "slotMs" | "snapshots">): string {
  const startMs = Math.min(...snapshots.map((one) => one.startMs));
  const isLate = snapshots.every(isMadeForDr) && startMs - slotMs > DAY_MS;
  return isLate ? `copied ${Math.floor(startMs / HOUR_MS)}` : `${slotMs}`;
}

export function makeLimitRule(account: Account, { mails, approved }: Chronicle) {
  const { story } = account;
  let gone = new Map<string, Set<string>>();
  /**
   * Snapshots that an invocation deletes, by region, whether a change explains each, and whether its instance was stopped.
   * An original that is deleted with its replacement is in the plan too.
   */
  let released = new Map<string, { one: SimSnapshot; isByChange: boolean; wasStopped: boolean }[]>();
  /** Message about what is over the limit, by region and instance; `*`: about all instances. */
  let exceeded = new Map<string, Map<string, string>>();
  const exceeds = (region: string, instance: string, what: string) => {
    const known = exceeded.get(region) ?? new Map<string, string>();
    exceeded.set(region, known.set(instance, what));
  };
  /** Stops in force, by region and instance. */
  const stopped = new Map<string, Stop>();
  const isAllowed = (region: string, instance: string) =>
    mails.some(
      (mail) =>
        mail.kind === "limit" && mail.region === region && mail.instances.includes(instance) && approved.has(mail.hash),
    );
  /**
   * Returns true for what waited longer than it had to, as when previous settings are unknown, and is deleted together
   * in the end.
   */
  const wasHeld = (region: string, isOf: (mail: Mail) => boolean = () => true) =>
    mails.some((mail) => isServedIn(mail, region) && isOf(mail));
  /**
   * Its approval or its date is a few days old, or it was about settings that are not known. An approval of a plan that
   * has grown meanwhile releases nothing before the date.
   */
  const isJustServed = ({ hash, atMs, graceDays, unknownMs, servedMs }: Mail) => {
    const nowMs = account.time.nowMs();
    const dateMs = atMs + Math.max(graceDays, account.settings.editGraceDays) * DAY_MS;
    const overMs = approved.has(hash) && dateMs > nowMs ? servedMs : Math.max(servedMs, dateMs);
    return unknownMs !== undefined || overMs > nowMs - SERVED_FOR_MS;
  };
  /** Unless a later change took it over, and is over. */
  const isStopped = (region: string, instance: string) => {
    const stop = stopped.get(`${region} ${instance}`);
    return (
      stop !== undefined && !wasHeld(region, ({ atMs, instances }) => atMs > stop.atMs && instances.includes(instance))
    );
  };
  const forgetStopped = (hasDue: HasDue) => {
    for (const [key, { region, hash, instance, slots }] of stopped) {
      if (approved.has(hash) || !hasDue(region, instance, slots)) stopped.delete(key);
    }
  };
  return {
    begins: (hasDue: HasDue) => {
      gone = new Map();
      released = new Map();
      exceeded = new Map();
      forgetStopped(hasDue);
    },
    mailed: (announced: readonly Mail[], dueSets: DueSets) => {
      for (const { kind, region, hash, instances, atMs } of announced) {
        for (const instance of kind === "limit" ? instances : []) {
          const key = `${region} ${instance}`;
          const known = stopped.get(key);
          const slots = new Set([...(known?.slots ?? []), ...dueSets(region, instance).map(({ slot }) => slot)]);
          stopped.set(key, { region, hash, atMs: known?.atMs ?? atMs, lastMs: atMs, instance, slots });
        }
      }
    },
    /**
     * Accepts exactly what a person approved, even if it was for a change and before the limit stopped it. Nothing else of
     * these instances was due then, so they are stopped no more. Some of it may wait for a copy or a lock.
     * @param freeSets returns what is due by steady expiry or by a change that is over
     */
    ends: (dueSets: DueSets, freeSets: DueSets) => {
      for (const [region, found] of released) {
        const tooMuch = exceeded.get(region) ?? new Map<string, string>();
        const isLimited = (instance: string) => tooMuch.has(instance) || tooMuch.has("*");
        const all = found.filter(({ one, wasStopped }) => wasStopped || isLimited(instanceOf(one)));
        const ids = all.map(({ one }) => one.snapshotId);
        const instances = new Set(all.map(({ one }) => instanceOf(one)));
        const withLeft = (setsOf: DueSets) => {
          const left = [...instances].flatMap((id) => setsOf(region, id)).flatMap(({ snapshots }) => snapshots);
          return [...ids, ...left.filter((one) => !one.deleted).map(({ snapshotId }) => snapshotId)];
        };
        const plans = [ids, withLeft(dueSets), withLeft(freeSets)];
        const isApproved = plans.some((plan) => approved.has(deletionPlanHash(region, plan)));
        for (const what of isApproved ? [] : tooMuch.values()) story.violate("the deletion limit holds", what);
        for (const { one, isByChange, wasStopped } of all) {
          const what = `${one.snapshotId} of ${instanceOf(one)} in ${region}`;
          if (isApproved) stopped.delete(`${region} ${instanceOf(one)}`);
          else if (wasStopped && !isByChange) story.violate("a stopped deletion remains stopped", what);
        }
      }
    },
    /** Returns true if the limit holds what a region has of an instance, and somebody was mailed about it within a day. */
    isMailed: (region: string, instance: string) => {
      const { lastMs = -Infinity } = stopped.get(`${region} ${instance}`) ?? {};
      return lastMs > account.time.nowMs() - DAY_MS - HOUR_MS;
    },
    /** Takes note of the deletion of all snapshots of one data, which a change explains or not. */
    noting: (all: readonly SimSnapshot[], { name }: Region, isByChange: boolean) => {
      const known = released.get(name) ?? [];
      for (const one of all) known.push({ one, isByChange, wasStopped: isStopped(name, instanceOf(one)) });
      released.set(name, known);
    },
    /**
     * @param found the instance's recovery points there, as the invocation found them, and which of them no change releases
     */
    deleting: (
      one: SimSnapshot,
      { name }: Region,
      found: { sets: readonly PointSet[]; isLeft: (set: PointSet) => boolean },
    ) => {
      const instance = instanceOf(one);
      const key = `${name} ${instance}`;
      const slots = (gone.get(key) ?? new Set()).add(slotOf(one));
      gone.set(key, slots);
      story.count("deleted by steady expiry");
      if (isAllowed(name, instance) || wasHeld(name, isJustServed)) return;
      const { maxDeletePercent, maxDeletes } = account.settings;
      const others = [...gone].filter(([other]) => other.startsWith(`${name} `) && !isAllowed(...partsOf(other)));
      const all = others.reduce((sum, [, { size }]) => sum + size, 0);
      if (maxDeletes > 0 && all > maxDeletes) exceeds(name, "*", `${all} points in ${name}`);
      // Copies that were made in an hour expire in one night, so only the last deletion of it shows how much that was.
      exceeded.get(name)?.delete(instance);
      // The newest are most often left, and enough of these are enough.
      let count = 0;
      for (const set of found.sets.toReversed()) {
        if (found.isLeft(set)) count += 1;
        if ((100 * slots.size) / count <= maxDeletePercent) return;
      }
      const sets = found.sets.filter(found.isLeft);
      const left = new Set(sets.filter(({ slot }) => !slots.has(slot)).map(expiryOf));
      const countOf = (some: readonly PointSet[]) =>
        new Set(some.map((set) => (left.has(expiryOf(set)) ? set.slot : expiryOf(set)))).size;
      const mine = sets.filter(({ slot }) => slots.has(slot));
      const [size, of] = [countOf(mine) + slots.size - mine.length, countOf(sets)];
      if ((100 * size) / of > maxDeletePercent) exceeds(name, instance, `${size} of ${of} of ${key}`);
    },
  };
}
