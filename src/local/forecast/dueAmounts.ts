/**
 * Counts, by region, the recovery points that a plan deletes at once, that are in a change's grace period, and that the
 * deletion limit stops. Pure.
 */
import { groupBy } from "../../vault/lib/collections";
import type { HeldPoint } from "../../vault/model/memory/waitingPlans";
import { isOf } from "../../vault/changes/changeKeys";
import { setKeyOf } from "../../vault/retention/recoverySets";
import { isoSeconds } from "../../vault/lib/time";
import type { Snapshot } from "../../vault/model/world";
import type { Foresight } from "./foresight";

/** Number of recovery points of instances and of their snapshots, and the size of their volumes. */
export interface Amount {
  recoveryPoints: number;
  snapshots: number;
  gib: number;
}

/** Recovery points in the grace period of a change. */
export interface Waiting extends Amount {
  /** Time at which the first is due, as an ISO instant; absent: no mail has announced it yet. */
  from?: string;
  /** The hash that approves it at once. */
  plan: string;
}

/** Recovery points that the deletion limit keeps until a person approves the plan. */
export interface Stopped extends Amount {
  /** Number of recovery points that the stopped instances have in the region. */
  of: number;
  plan: string;
}

/** Counts snapshots. */
export function amountOf(snapshots: readonly Snapshot[]): Amount {
  return {
    recoveryPoints: new Set(snapshots.map(setKeyOf)).size,
    snapshots: snapshots.length,
    gib: snapshots.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0),
  };
}

/** Returns a region's snapshots in the world. */
export function seenIn({ world, policy }: Foresight, region: string): readonly Snapshot[] {
  return (region === policy.primaryRegion ? world.snapshots : world.copies[region]) ?? [];
}

function pick(snapshots: readonly Snapshot[], ids: Iterable<string>): Snapshot[] {
  const wanted = new Set(ids);
  return snapshots.filter(({ snapshotId }) => wanted.has(snapshotId));
}

/** Counts what no rule keeps any more, neither a current nor a previous one. */
export function dueAtOnce(foresight: Foresight, region: string): Amount {
  const ids = foresight.plan.actions.flatMap((action) =>
    action.kind === "delete" && action.because === "retention" ? [action.snapshotId] : [],
  );
  return amountOf(pick(seenIn(foresight, region), ids));
}

/**
 * Counts what was deleted, except what was made in the same night. A recovery point that still has a snapshot, because
 * only
 * a redundant one was deleted, does not count as deleted.
 */
export function deletedIn(before: readonly Snapshot[], after: readonly Snapshot[], ids: ReadonlySet<string>): Amount {
  const gone = pick(before, ids);
  const left = new Set(after.map(setKeyOf));
  const lost = gone.filter((one) => !left.has(setKeyOf(one)));
  return { ...amountOf(gone), recoveryPoints: amountOf(lost).recoveryPoints };
}

/** Returns when the last change that holds a recovery point is over; `undefined` before a mail named all of them. */
function dueMs({ fresh, endMs }: HeldPoint): number | undefined {
  return fresh.size > 0 ? undefined : endMs;
}

function plansOf({ plan }: Foresight, region: string, limited: boolean) {
  const plans = plan.changes?.plans ?? [];
  return plans.filter((one) => one.region === region && one.held.some((point) => isOf(point, "limit")) === limited);
}

/** Returns what the mail about a new change says will be due later, if nobody was mailed about the change yet. */
export function dueLaterIn(foresight: Foresight, region: string): HeldPoint[] {
  return plansOf(foresight, region, false).flatMap(({ held }) => held.filter(({ isLater }) => isLater === true));
}

/** Adds what the mail said will be due later. It waits like what has the same changes. */
function withLater(held: readonly HeldPoint[], later: readonly HeldPoint[]): HeldPoint[] {
  const known = new Set(held.map(({ snapshotId }) => snapshotId));
  const textOf = ({ keys }: HeldPoint) => [...keys].sort().join();
  const alike = new Map(held.map((one) => [textOf(one), one]));
  const more = later.flatMap((one): HeldPoint[] => {
    const { fresh, endMs } = alike.get(textOf(one)) ?? {};
    return known.has(one.snapshotId) || fresh === undefined || endMs === undefined ? [] : [{ ...one, fresh, endMs }];
  });
  return [...held, ...more];
}

/**
 * Counts what is in a grace period, by when it is due, the soonest first.
 * @param later what the mail said will be due later
 */
export function waitingIn(foresight: Foresight, region: string, later: readonly HeldPoint[] = []): Waiting[] {
  const waiting: Waiting[] = [];
  for (const { hash, held } of plansOf(foresight, region, false)) {
    for (const [ms, points] of groupBy(withLater(held, later), dueMs)) {
      const from = ms === undefined ? {} : { from: isoSeconds(ms) };
      const ids = points.map(({ snapshotId }) => snapshotId);
      waiting.push({ ...amountOf(pick(seenIn(foresight, region), ids)), ...from, plan: hash });
    }
  }
  return waiting.sort((a, b) => ((a.from ?? "~") < (b.from ?? "~") ? -1 : 1));
}

/** Counts what the deletion limit stops. */
export function stoppedIn(foresight: Foresight, region: string): Stopped | undefined {
  const [stopped] = plansOf(foresight, region, true);
  if (stopped === undefined) return undefined;
  const seen = seenIn(foresight, region);
  const ids = stopped.held.map(({ snapshotId }) => snapshotId);
  const instances = new Set(stopped.held.map(({ instanceId }) => instanceId));
  const theirs = seen.filter(({ identity }) => instances.has(identity.instanceId));
  return { ...amountOf(pick(seen, ids)), of: amountOf(theirs).recoveryPoints, plan: stopped.hash };
}
