/**
 * Plans the snapshots that a slot still lacks. EC2 has no client token here, so the vault looks before it creates. The
 * snapshots that are there decide what is missing, and running the same slot again plans nothing.
 */
import { dataStartMs, volumeAndSlot } from "../../inventory/sameSlot";
import { snapshotAction } from "./snapshotAction";
import { noInstances, nothingToSnapshot, overrideProblems, slotMissed } from "./snapshotProblems";
import { EXCLUDE_VALUE } from "../../model/tags/tags";
import { parseIso } from "../../lib/time";
import { failuresBySlot, nextAttempt } from "../../inventory/attempts";
import type { AttachedVolume, ProtectedInstance, Snapshot, World } from "../../model/world";
import type { SnapshotAction } from "../../model/actions";
import type { CoreSettings } from "../../model/settings";
import type { SlotTask } from "../../model/trigger";
import type { Problem } from "../../model/problem";
import { isSettled, isWhole, mayGetMappings, waitingSinceMs } from "./wholeness";

export interface SnapshotPlan {
  actions: SnapshotAction[];
  problems: Problem[];
  /** True if the slot lacks nothing that the actions do not make. */
  settled: boolean;
  /** Time since which the slot has waited for an instance that is not seen whole, or was launched just now. */
  waitsSinceMs?: number;
}

/** Returns the volumes that already have a completed or pending snapshot for the slot. One in `error` is ignored. */
function volumesInSlot(snapshots: readonly Snapshot[], slot: string): Set<string> {
  return new Set(
    snapshots
      .filter((snapshot) => snapshot.identity.slot === slot && snapshot.state !== "error")
      .map((snapshot) => snapshot.volumeId),
  );
}

/**
 * Returns a function that gives the time of a volume's last snapshot that did not fail; `-Infinity` if there was none.
 */
function lastGoodMs(snapshots: readonly Snapshot[]): (volumeId: string) => number {
  const last = new Map<string, number>();
  for (const snapshot of snapshots) {
    const { volumeId, state } = snapshot;
    if (state === "error") continue;
    const dataMs = dataStartMs(snapshot);
    if (dataMs > (last.get(volumeId) ?? -Infinity)) last.set(volumeId, dataMs);
  }
  return (volumeId) => last.get(volumeId) ?? -Infinity;
}

function wantedOf({ volumes, unmapped = [] }: ProtectedInstance, { tagKey }: CoreSettings): AttachedVolume[] {
  return [...volumes, ...unmapped].filter((volume) => volume.tags[tagKey] !== EXCLUDE_VALUE);
}

/** Keeps the slot open for an instance that may show more volumes yet. The latest wait decides when to look again. */
function waitFor(plan: SnapshotPlan, instance: ProtectedInstance, slot: string, nowMs: number): void {
  const sinceMs = waitingSinceMs(instance, parseIso(slot) ?? nowMs, nowMs);
  plan.settled = false;
  plan.waitsSinceMs = Math.max(plan.waitsSinceMs ?? sinceMs, sinceMs);
}

/**
 * Sorts the instance with the oldest recovery point first, so that a fleet larger than a night's budget still rotates
 * through all instances.
 */
function longestUnprotectedFirst(
  instances: readonly ProtectedInstance[],
  snapshots: readonly Snapshot[],
  settings: CoreSettings,
): ProtectedInstance[] {
  const lastMs = lastGoodMs(snapshots);
  const protectedMs = new Map(
    instances.map((instance) => [
      instance.instanceId,
      Math.min(Infinity, ...wantedOf(instance, settings).map((volume) => lastMs(volume.volumeId))),
    ]),
  );
  const at = ({ instanceId }: ProtectedInstance) => protectedMs.get(instanceId) ?? 0;
  return [...instances].sort((a, b) => {
    if (at(a) !== at(b)) return at(a) < at(b) ? -1 : 1;
    return a.instanceId < b.instanceId ? -1 : 1;
  });
}

/** The slot that snapshots are made for, with the invocation's id and time. */
export interface ServedSlot {
  slotTask: SlotTask;
  runId: string;
  nowMs: number;
}

/**
 * Returns the instances that snapshots are about to be made of, before what a launch needs is read about them.
 * @param own every snapshot of the vault in the primary region; absent if they could not be read
 */
export function dueInstances(
  { instances = [] }: Pick<World, "instances">,
  own: readonly Snapshot[] | undefined,
  settings: CoreSettings,
  slot: ServedSlot,
): Set<string> {
  const actions = own === undefined ? [] : planSnapshots(instances, own, settings, slot).actions;
  return new Set(actions.map(({ instanceId }) => instanceId));
}

/**
 * Plans the snapshots of a slot.
 * @param instances protected instances as observed
 * @param snapshots every snapshot of the vault in the primary region
 * @returns one action per instance that lacks something; a volume attached to several instances is in the first one's
 */
export function planSnapshots(
  instances: readonly ProtectedInstance[],
  snapshots: readonly Snapshot[],
  settings: CoreSettings,
  { slotTask, runId, nowMs }: ServedSlot,
): SnapshotPlan {
  const plan: SnapshotPlan = { actions: [], problems: [], settled: true };
  const { slot, mode } = slotTask;
  const covered = volumesInSlot(snapshots, slot);
  const failures = failuresBySlot(snapshots);
  for (const instance of longestUnprotectedFirst(instances, snapshots, settings)) {
    const wanted = wantedOf(instance, settings);
    const waits = mode === "open" && !isWhole(instance, nowMs);
    const isEmpty = wanted.length === 0 && !waits && !mayGetMappings(instance, nowMs);
    if (isEmpty) plan.problems.push(nothingToSnapshot(instance, settings));
    plan.problems.push(...overrideProblems(instance, settings));
    if (mode === "open" && !isSettled(instance, nowMs)) waitFor(plan, instance, slot, nowMs);
    if (waits) continue;
    const lacking = wanted.filter((volume) => !covered.has(volume.volumeId));
    for (const volume of lacking) covered.add(volume.volumeId);
    if (mode === "closing") {
      if (lacking.length > 0) plan.problems.push(slotMissed(instance, lacking, slot, settings));
      continue;
    }
    const attempts = lacking.map((volume) =>
      nextAttempt(failures.get(volumeAndSlot(volume.volumeId, slot)) ?? [], settings, nowMs),
    );
    if (attempts.includes("later")) plan.settled = false;
    const missing = lacking.filter((_, index) => attempts[index] === "now");
    if (missing.length > 0) plan.actions.push(snapshotAction(settings, instance, missing, { slot, runId }));
  }
  if (instances.length === 0) plan.problems.push(noInstances(settings));
  return plan;
}
