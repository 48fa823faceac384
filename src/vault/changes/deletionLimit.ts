/**
 * The deletion limit: what would take more of an instance's recovery points in a region than the stack allows takes none of
 * them, and stays stopped until a person allows exactly that. It is for what no change explains (formerRules.ts): a clock that
 * jumped, runs that were missing for weeks. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/waitingPlans";
import { type Known, type Remembered, changeKey } from "./changeKeys";
import type { ChangeMemory } from "../model/changeMemory";
import { lossesOf } from "../inventory/losses";
import { deletionPlanHash } from "./planHash";
import type { PrunePlan } from "../retention/prunePlan";
import type { ReadRegion } from "../inventory/regions";
import { setKeyOf } from "../retention/recoverySets";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** What the limit makes of a region's plan. */
export interface Limited {
  plan: PrunePlan;
  held: HeldPoint[];
  /** The instances that are stopped. */
  stopped: string[];
  /** Of how many recovery points. */
  points: number;
  /** Instances of which anything is due, stopped or not. */
  due: ReadonlySet<string>;
}

/** The instances of a region that were stopped stay so, whatever is added to them. */
function wasStopped({ stopped }: ChangeMemory, region: string, instanceId: string): boolean {
  const there = stopped[region] ?? [];
  return there.includes(instanceId) || there.includes("*");
}

function setsBy(snapshots: Iterable<Snapshot>): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const snapshot of snapshots) {
    const { instanceId } = snapshot.identity;
    const known = sets.get(instanceId);
    if (known === undefined) sets.set(instanceId, new Set([setKeyOf(snapshot)]));
    else known.add(setKeyOf(snapshot));
  }
  return sets;
}

/**
 * What is due: all that the rules let go of, whether or not it waits for a copy, is locked, or could not be looked at, and what
 * else would leave no other snapshot of its data. What a change made due was approved by itself, but not of an instance that is
 * stopped: as each point is deleted, the rules of before would keep the next one, and so release all of them, one by one.
 */
function dueIn(
  { points, verdict, actions }: PrunePlan,
  read: ReadRegion,
  isStopped: (instanceId: string) => boolean,
): Map<string, Snapshot> {
  const due = new Map<string, Snapshot>();
  const { gone, approved } = verdict;
  for (const one of points) {
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

/** What was allowed is what was there when the mail was sent. */
function isApproved({ region, identity }: Snapshot, known: ReadonlyMap<ChangeKey, Known>): boolean {
  const { approved, at = "" } = known.get(changeKey(region, "limit", identity.instanceId)) ?? {};
  return approved === true && identity.slot <= at;
}

/** How many recovery points each instance has. */
function pointsByInstance({ verdict: { sets } }: PrunePlan): Map<string, number> {
  return new Map(sets.map((all) => [all[0]?.instanceId ?? "", all.length]));
}

/** The instances of which too much is due. */
function tooMuch(
  due: ReadonlyMap<string, ReadonlySet<string>>,
  points: ReadonlyMap<string, number>,
  { maxDeletes, maxDeletePercent }: CoreSettings,
  wasStoppedBefore: (instanceId: string) => boolean,
): string[] {
  const all = [...due.values()].reduce((sum, { size }) => sum + size, 0);
  if (maxDeletes > 0 && all > maxDeletes) return [...due.keys()];
  return [...due].flatMap(([instanceId, { size }]) => {
    const of = Math.max(size, points.get(instanceId) ?? 0);
    return (100 * size) / of > maxDeletePercent || wasStoppedBefore(instanceId) ? [instanceId] : [];
  });
}

/** Stops what is too much. */
export function limitDeletions(
  plan: PrunePlan,
  read: ReadRegion,
  settings: CoreSettings,
  { memory, known }: Remembered,
): Limited {
  const { region } = read;
  const wasStoppedBefore = (id: string) => memory !== undefined && wasStopped(memory, region, id);
  const all = [...dueIn(plan, read, wasStoppedBefore).values()];
  const units = new Set(all.map(({ identity }) => identity.instanceId));
  const none: Limited = { plan, held: [], stopped: [], points: 0, due: units };
  const due = all.filter((one) => !isApproved(one, known));
  if (due.length === 0) return none;
  const points = pointsByInstance(plan);
  const stopped = tooMuch(setsBy(due), points, settings, wasStoppedBefore);
  if (stopped.length === 0) return none;
  const isStopped = new Set(stopped);
  const held = due
    .filter(({ identity }) => isStopped.has(identity.instanceId))
    .map(({ snapshotId, identity: { instanceId, slot } }): HeldPoint => {
      const key = changeKey(region, "limit", instanceId);
      const fresh = slot > (known.get(key)?.at ?? "") ? [key] : [];
      return { region, snapshotId, instanceId, slot, keys: new Set([key]), fresh: new Set(fresh) };
    });
  const ids = held.map(({ snapshotId }) => snapshotId);
  if (settings.approvedDeletePlan.includes(deletionPlanHash(region, ids))) return none;
  const waiting = new Set(ids);
  const actions = plan.actions.filter(({ snapshotId }) => !waiting.has(snapshotId));
  const kept = plan.actions
    .filter(({ snapshotId }) => waiting.has(snapshotId))
    .map(({ snapshotId, reason }) => ({ region, snapshotId, reason: `the deletion limit holds it: ${reason}` }));
  const count = stopped.reduce((sum, id) => sum + (points.get(id) ?? 0), 0);
  return {
    plan: { ...plan, actions, kept: [...plan.kept, ...kept] },
    held,
    stopped,
    points: count,
    due: units,
  };
}
