/**
 * The deletion limit. If a plan would delete more of an instance's recovery points in a region than the settings
 * permit, none of them is deleted. The instance remains stopped until a person approves exactly these deletions, or
 * nothing is due any more. The limit is for deletions that no change explains (formerRules.ts), such as after a system
 * time that jumped, or weeks without runs. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import { type Known, type Remembered, changeKey } from "./changeKeys";
import type { ChangeMemory } from "../model/memory/changeMemory";
import type { DeleteAction } from "../model/actions";
import { split } from "../lib/collections";
import { isClear } from "../identity/ownership";
import { lossesOf } from "../inventory/losses";
import { deletionPlanHash } from "./planHash";
import type { PrunePlan } from "../retention/prunePlan";
import type { ReadRegion } from "../inventory/regions";
import { isMadeForDr } from "../inventory/copies";
import { type RecoverySet, setKeyOf, setsByInstance } from "../retention/recoverySets";
import { DAY_MS, HOUR_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** A region's plan after the limit was applied. */
export interface Limited {
  plan: PrunePlan;
  held: HeldPoint[];
  /** Instances that are stopped. */
  stopped: string[];
  /** Number of recovery points of the stopped instances, without those that a change or an approval releases. */
  points: number;
  /** Instances with anything due, and those that remain stopped. */
  due: ReadonlySet<string>;
}

/** Decides whether an instance was stopped before. It then remains stopped, whatever else becomes due. */
function wasStopped({ stopped }: ChangeMemory, region: string, instanceId: string): boolean {
  const there = stopped[region] ?? [];
  return there.includes(instanceId) || there.includes("*");
}

/** Recovery points, by instance. */
type DueSets = ReadonlyMap<string, readonly RecoverySet[]>;

function setsBy(snapshots: Iterable<Snapshot>): DueSets {
  return new Map(setsByInstance([...snapshots]).map((sets) => [sets[0]?.instanceId ?? "", sets]));
}

/**
 * Returns what is due. This is all that the rules release, even if it waits for a copy, is locked, or could not be
 * checked. It is also each redundant snapshot whose deletion would leave no other snapshot of its data. Deletions that
 * a change explains were approved on their own, except those of a stopped instance. As each of its points is deleted,
 * the previous rules would keep the next one, and so release all of them, one by one.
 */
function dueIn(
  { points, verdict, actions }: PrunePlan,
  read: ReadRegion,
  isStopped: (instanceId: string) => boolean,
): Map<string, Snapshot> {
  const due = new Map<string, Snapshot>();
  const { gone, approved } = verdict;
  for (const one of gone.size === 0 ? [] : points) {
    if (!gone.has(one.snapshotId)) continue;
    if (!approved.has(one.snapshotId) || isStopped(one.identity.instanceId)) due.set(one.snapshotId, one);
  }
  const others = actions.filter(({ because }) => because === "redundant");
  const losses = others.length === 0 ? new Map<string, string>() : lossesOf(actions, read);
  const taken = new Set(others.map(({ snapshotId }) => snapshotId).filter((id) => losses.has(id)));
  for (const one of taken.size === 0 ? [] : read.own) {
    if (taken.has(one.snapshotId)) due.set(one.snapshotId, one);
  }
  return due;
}

/** Decides whether a deletion was approved. An approval covers what existed when the mail was sent. */
function isApproved({ region, identity }: Snapshot, known: ReadonlyMap<ChangeKey, Known>): boolean {
  const { approved, at = "" } = known.get(changeKey(region, "limit", identity.instanceId)) ?? {};
  return approved === true && identity.slot <= at;
}

/**
 * Returns the instances that remain stopped although nothing of what they have seems due. Some of it waits for a change,
 * whose mail may not have named them, or its rules are unknown now, or somebody changed its tags. Retention does not
 * evaluate a snapshot in doubt, so whoever changes tags and puts them back would otherwise end the stop.
 */
function stillStopped(
  { points, verdict: { held } }: PrunePlan,
  own: readonly Snapshot[],
  { known, areUnknown }: LimitedBy,
  wasStoppedBefore: (instanceId: string) => boolean,
): string[] {
  const isTheirs = ({ identity }: Snapshot) => wasStoppedBefore(identity.instanceId);
  const isLeft = (one: Snapshot) => held.has(one.snapshotId) || areUnknown(one);
  const waiting = points.filter((one) => isTheirs(one) && isLeft(one));
  const inDoubt = own.filter((one) => !isClear(one) && isTheirs(one));
  const left = [...waiting, ...inDoubt].filter((one) => !isApproved(one, known));
  return [...new Set(left.map(({ identity }) => identity.instanceId))];
}

/**
 * Returns the number of recovery points that the due ones of each instance are a share of. It leaves out those that the
 * rules release whole although they are not due: a change explains them, or a person approved them. Otherwise a served
 * edit of 67 points would hide that 22 of the other 23 are due too.
 * @param due what is due, by snapshot id
 */
function pointsBeside(
  due: ReadonlyMap<string, unknown>,
  { verdict: { sets, gone } }: PrunePlan,
): ReadonlyMap<string, readonly RecoverySet[]> {
  const released = new Set([...gone.keys()].filter((id) => !due.has(id)));
  const isLeft = ({ snapshots }: RecoverySet) => snapshots.some(({ snapshotId }) => !released.has(snapshotId));
  const left = (all: readonly RecoverySet[]) => (released.size === 0 ? all : all.filter(isLeft));
  return new Map(sets.map((all) => [all[0]?.instanceId ?? "", left(all)]));
}

/** Returns the hour in which the copies of a recovery point were made, if that was later than a day after its data. */
function lateHour({ slot, snapshots }: RecoverySet): number | undefined {
  const startMs = snapshots.reduce((ms, one) => Math.min(ms, one.startTimeMs), Infinity);
  const isLate = startMs - (parseIso(slot) ?? startMs) > DAY_MS && snapshots.every(isMadeForDr);
  return isLate ? Math.floor(startMs / HOUR_MS) : undefined;
}

/**
 * Returns the percentage of recovery points that are due. Late copies of one hour are as old as each other, so if all of them
 * are due, they count as one. A region that was added, or whose key was replaced, has as many of them as its retention has
 * days.
 */
function percentDue(due: readonly RecoverySet[], all: readonly RecoverySet[]): number {
  const dueSlots = new Set(due.map(({ slot }) => slot));
  const hours = new Map(all.map((set) => [set.slot, lateHour(set)]));
  const isLeft = new Set(all.filter(({ slot }) => !dueSlots.has(slot)).map(({ slot }) => hours.get(slot)));
  const countOf = (sets: readonly RecoverySet[]) => {
    const keys = sets.map((set) => {
      const hour = hours.get(set.slot);
      return hour === undefined || isLeft.has(hour) ? set.slot : hour;
    });
    return new Set(keys).size;
  };
  const count = countOf(due);
  return (100 * count) / Math.max(count, countOf(all));
}

/** Returns the instances with too much due. */
function tooMuch(
  due: DueSets,
  points: ReadonlyMap<string, readonly RecoverySet[]>,
  { maxDeletes, maxDeletePercent }: CoreSettings,
  wasStoppedBefore: (instanceId: string) => boolean,
): string[] {
  const all = [...due.values()].reduce((sum, { length }) => sum + length, 0);
  if (maxDeletes > 0 && all > maxDeletes) return [...due.keys()];
  return [...due].flatMap(([instanceId, sets]) => {
    const of = points.get(instanceId) ?? [];
    // Late copies only lower it, and most instances have none.
    const percent = (100 * sets.length) / Math.max(sets.length, of.length);
    const isTooMuch = percent > maxDeletePercent && percentDue(sets, of) > maxDeletePercent;
    return isTooMuch || wasStoppedBefore(instanceId) ? [instanceId] : [];
  });
}

/**
 * Returns the instances whose mail has to be remembered because something is due. An approval ends once no more is due
 * than the limit permits. Otherwise one snapshot that an AMI holds would keep it for good, and it would cover all that
 * becomes due later.
 */
function stillDue(
  due: DueSets,
  points: ReadonlyMap<string, readonly RecoverySet[]>,
  settings: CoreSettings,
  { region, known }: { region: string; known: ReadonlyMap<ChangeKey, Known> },
): string[] {
  const tooMany = new Set(tooMuch(due, points, settings, () => false));
  const isOver = (id: string) => known.get(changeKey(region, "limit", id))?.approved === true && !tooMany.has(id);
  return [...due.keys()].filter((id) => !isOver(id));
}

/**
 * Adds the rest of each recovery point. A change may have released only a part of it, such as a volume that two
 * instances have had, and that part would be deleted alone.
 */
function whole(waits: readonly Snapshot[], { points, verdict: { gone } }: PrunePlan): Snapshot[] {
  const known = new Set(waits.map(({ snapshotId }) => snapshotId));
  const sets = new Set(waits.map(setKeyOf));
  const isRest = (one: Snapshot) => gone.has(one.snapshotId) && !known.has(one.snapshotId) && sets.has(setKeyOf(one));
  return [...waits, ...points.filter(isRest)];
}

/** Knowledge by which a plan is limited. */
export interface LimitedBy extends Remembered {
  /** Returns true if nobody knows the rules of a snapshot now. */
  areUnknown: (snapshot: Snapshot) => boolean;
}

/** Takes the deletions of instances with too much due out of a plan. */
export function limitDeletions(plan: PrunePlan, read: ReadRegion, settings: CoreSettings, by: LimitedBy): Limited {
  const { region } = read;
  const { memory, known } = by;
  const wasStoppedBefore = (id: string) => memory !== undefined && wasStopped(memory, region, id);
  const all = dueIn(plan, read, wasStoppedBefore);
  const still = memory?.stopped[region] === undefined ? [] : stillStopped(plan, read.own, by, wasStoppedBefore);
  const ofAll = all.size === 0 ? new Map<string, RecoverySet[]>() : pointsBeside(all, plan);
  const setsOfAll = setsBy(all.values());
  const units = new Set([...stillDue(setsOfAll, ofAll, settings, { region, known }), ...still]);
  const none: Limited = { plan, held: [], stopped: still, points: 0, due: units };
  const due = new Map([...all].filter(([, one]) => !isApproved(one, known)));
  if (due.size === 0) return none;
  const points = due.size === all.size ? ofAll : pointsBeside(due, plan);
  const sets = due.size === all.size ? setsOfAll : setsBy(due.values());
  const stopped = tooMuch(sets, points, settings, wasStoppedBefore);
  if (stopped.length === 0) return none;
  const isStopped = new Set(stopped);
  const waits = [...due.values()].filter(({ identity }) => isStopped.has(identity.instanceId));
  const held = whole(waits, plan).map(({ snapshotId, identity: { instanceId, slot } }): HeldPoint => {
    const key = changeKey(region, "limit", instanceId);
    const fresh = slot > (known.get(key)?.at ?? "") ? [key] : [];
    // It has no end without an approval.
    return { region, snapshotId, instanceId, slot, keys: new Set([key]), fresh: new Set(fresh), endMs: Infinity };
  });
  const ids = held.map(({ snapshotId }) => snapshotId);
  if (settings.approvedDeletePlan.includes(deletionPlanHash(region, ids))) return none;
  const [waiting, waitingSets] = [new Set(ids), new Set(waits.map(setKeyOf))];
  // A duplicate is in no recovery point of retention, but goes only with its own.
  const waitsToo = ({ snapshotId, set = "" }: DeleteAction) => waiting.has(snapshotId) || waitingSets.has(set);
  const [withheld, actions] = split(plan.actions, waitsToo);
  const kept = withheld.map(({ snapshotId, reason }) => ({
    region,
    snapshotId,
    reason: `the deletion limit holds it: ${reason}`,
  }));
  const count = stopped.reduce((sum, id) => sum + (points.get(id)?.length ?? 0), 0);
  return {
    plan: { ...plan, actions, kept: [...plan.kept, ...kept] },
    held,
    stopped: [...new Set([...stopped, ...still])],
    points: count,
    due: units,
  };
}
