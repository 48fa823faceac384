/**
 * Computes the metrics of an invocation. Counts are sent only if they are not zero, because CloudWatch bills a custom
 * metric by the hours in which it is sent. Only the heartbeat is sent by every invocation. Totals are sent once per
 * run, zero or not. Pure.
 */
import { dataStartMs } from "../inventory/sameSlot";
import { isFailure } from "../model/problem";
import { METRIC, type Measured, REGION_METRIC as R } from "../model/metricNames";
import { leftSnapshots } from "../inventory/leftRegions";
import { copyState } from "../inventory/copies";
import { gibOf, recoveryPoints } from "../inventory/recoveryPoints";
import type { Inventory } from "../inventory/inventory";
import type { ReadRegion } from "../inventory/regions";
import { worstRecoveryPointAgeHours } from "../inventory/age";
import type { Summary } from "./summary";
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import type { Action, Outcome } from "../model/actions";
import type { CoreSettings, KeyedRegion } from "../model/settings";
import type { Snapshot, World } from "../model/world";

export interface Measuring {
  settings: CoreSettings;
  summary: Summary;
  /** State that was seen before anything was done. */
  world: World;
  inventory: Inventory;
  outcomes: readonly Outcome[];
  /** Orphans that the plan found. */
  orphans?: readonly string[];
  startMs: number;
  nowMs: number;
}

function ofVault({ summary, world, startMs, nowMs }: Measuring): Measured[] {
  const { trigger, counts, deferrals, problems } = summary;
  const isRun = trigger.kind === "run";
  const failures = problems.filter(isFailure);
  const list: [name: string, value: number][] = [
    [METRIC.invocationsCompleted, 1],
    [METRIC.runsCompleted, isRun ? 1 : 0],
    [METRIC.zeroMatches, world.instances?.length === 0 ? 1 : 0],
    [METRIC.actionsDeferred, counts.deferred],
    ...Object.entries(deferrals).map(([reason, number]): [string, number] => [
      `${METRIC.actionsDeferred}.${reason}`,
      number,
    ]),
    [METRIC.problemsSeen, failures.length],
  ];
  const measured = list.flatMap(([name, value]): Measured[] => (value > 0 ? [{ name, value, unit: "Count" }] : []));
  if (!isRun) return measured;
  const seconds = (nowMs - startMs) / SECOND_MS;
  measured.push({ name: METRIC.runDuration, value: seconds, unit: "Seconds" });
  const targeted = world.instances?.length;
  if (targeted === undefined) return measured;
  return [...measured, { name: METRIC.instancesTargeted, value: targeted, unit: "Count" }];
}

/** Counts the volumes that have a recovery point for the newest slot, and the failed snapshots or copies for it. */
function ofNewestSlot(own: readonly Snapshot[], points: readonly Snapshot[]) {
  let slot = "";
  for (const { identity } of own) if (identity.slot > slot) slot = identity.slot;
  const isOfSlot = ({ identity }: Snapshot) => identity.slot === slot;
  return {
    completed: points.filter(isOfSlot).length,
    failed: own.filter((snapshot) => isOfSlot(snapshot) && snapshot.state === "error").length,
  };
}

/**
 * Returns since when the oldest snapshot has had no verified copy in the region; `undefined` if each has one. A
 * snapshot that is not completed yet needs none.
 * @param planned actions of this invocation, whatever their outcome, because a copy that was just started is not
 * verified yet
 */
export function oldestMissingMs(
  copies: readonly Snapshot[],
  planned: readonly Action[],
  { region, keyArn }: KeyedRegion,
): number | undefined {
  const isVerified = (copy: Snapshot) => copyState(copy, keyArn) === "verified";
  const source = ({ identity }: Snapshot) => identity.source?.snapshotId ?? "";
  const copied = new Set(copies.filter(isVerified).map(source));
  const waiting = copies.filter((copy) => !isVerified(copy) && !copied.has(source(copy)));
  const since = [
    ...waiting.map(dataStartMs),
    ...planned.flatMap((action) => (action.kind === "copy" && action.region === region ? [action.sinceMs] : [])),
  ];
  return since.length === 0 ? undefined : since.reduce((a, b) => Math.min(a, b));
}

function made(outcomes: readonly Outcome[], kind: Action["kind"], status: Outcome["status"]) {
  return outcomes.filter((o) => o.action.kind === kind && o.status === status).length;
}

/** Measures what is left in regions that left the stack, if this invocation looked there. */
function ofLeft({ world, inventory }: Measuring): Measured[] {
  const left = leftSnapshots(world, inventory.regions);
  if (left === undefined) return [];
  return [
    { name: METRIC.leftSnapshots, value: left.length, unit: "Count" },
    { name: METRIC.leftGiB, value: gibOf(left), unit: "NoUnit" },
  ];
}

/** Measures the totals, which are sent once per run. Orphans are left out if there are none, as in most vaults. */
function held(
  points: readonly Snapshot[],
  orphans: readonly string[] = [],
): (readonly [name: string, value: number, unit: Measured["unit"]])[] {
  const known = new Set(orphans);
  const orphaned = points.filter(({ identity }) => known.has(identity.instanceId));
  return [
    [R.recoveryPoints, points.length, "Count"],
    [R.protectedGiB, gibOf(points), "NoUnit"],
    ...(orphaned.length === 0
      ? []
      : ([
          [R.orphanPoints, orphaned.length, "Count"],
          [R.orphanGiB, gibOf(orphaned), "NoUnit"],
        ] as const)),
  ];
}

function ofRegion({ region, dr, own }: ReadRegion, measuring: Measuring): Measured[] {
  const { settings, summary, world, nowMs } = measuring;
  const outcomes = measuring.outcomes.filter((outcome) => outcome.action.region === region);
  const points = recoveryPoints(own, dr);
  const { completed, failed } = ofNewestSlot(own, points);
  const actions = outcomes.map(({ action }) => action);
  const missingMs = dr === undefined ? undefined : oldestMissingMs(own, actions, dr);
  const started = (kind: Action["kind"]) =>
    outcomes.filter((o) => o.action.kind === kind).flatMap((o) => o.snapshotIds).length;
  const pending = own.filter(({ state }) => state === "pending").length;
  const kind = dr === undefined ? "snapshot" : "copy";
  const isIdle = summary.trigger.kind === "sweep";
  const counts: [name: string, value: number][] = [
    [R.snapshotsStarted, started("snapshot")],
    [dr === undefined ? R.snapshotsCompleted : R.copiesCompleted, isIdle ? 0 : completed],
    [dr === undefined ? R.snapshotsFailed : R.copiesFailed, failed + made(outcomes, kind, "failed")],
    [R.copiesStarted, started("copy")],
    [R.copiesDeferred, made(outcomes, "copy", "deferred")],
    [R.copiesInFlight, dr === undefined ? 0 : pending + started("copy")],
    [R.snapshotsDeleted, made(outcomes, "delete", "done")],
  ];
  const measured = counts.flatMap(([name, value]): Measured[] =>
    value > 0 ? [{ name, value, unit: "Count", region }] : [],
  );
  if (missingMs !== undefined) {
    const value = (nowMs - missingMs) / MINUTE_MS;
    measured.push({ name: R.oldestMissingCopy, value, unit: "NoUnit", region });
  }
  if (summary.trigger.kind !== "run") return measured;
  const worstAgeHours = worstRecoveryPointAgeHours(world.instances, points, settings.tagKey, nowMs);
  if (worstAgeHours !== undefined) {
    measured.push({ name: R.maxRecoveryPointAge, value: worstAgeHours, unit: "NoUnit", region });
  }
  return [
    ...measured,
    ...held(points, measuring.orphans).map(([name, value, unit]) => ({
      name,
      value,
      unit,
      region,
    })),
  ];
}

export function measure(measuring: Measuring): Measured[] {
  return [
    ...ofVault(measuring),
    ...ofLeft(measuring),
    ...measuring.inventory.regions.flatMap((one) => ofRegion(one, measuring)),
  ];
}
