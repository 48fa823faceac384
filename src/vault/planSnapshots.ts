/**
 * Which snapshots a slot still lacks. Look before create: EC2 has no client token here, so the tags of what is there
 * decide what is missing, and running the same slot again plans nothing.
 */
import { dataStartMs, volumeAndSlot } from "./duplicates";
import { type OverrideFault, overridesOf } from "./overrides";
import { MAX_TRIES, failuresBySlot } from "./slots";
import {
  EXCLUDE_VALUE,
  INSTANCE_TAG_PREFIX,
  TAG,
  TAG_PREFIX,
  fillTags,
  maxSnapshotTags,
  prefixTags,
  userTags,
} from "./tags";
import { MINUTE_MS } from "./time";
import type {
  AttachedVolume,
  Problem,
  ProtectedInstance,
  Serving,
  Snapshot,
  SnapshotAction,
  Tags,
  VaultPolicy,
} from "./types";
import { volumeFactsToTags } from "./volumeFacts";

/** After a second failure the third try waits: its cause is hardly gone within minutes. */
const RETRY_PAUSE_MS = 30 * MINUTE_MS;

/** CreateSnapshots leaves out at most 40 data volumes a call (API reference, InstanceSpecification). */
const MAX_EXCLUDED_DATA_VOLUMES = 40;

export interface SnapshotPlan {
  actions: SnapshotAction[];
  problems: Problem[];
  /** Whether the slot lacks nothing that the actions do not make. */
  settled: boolean;
}

/** Volumes that already have a snapshot for the slot, good or on the way. One in `error` does not count. */
function volumesInSlot(snapshots: readonly Snapshot[], slot: string): Set<string> {
  return new Set(
    snapshots
      .filter((snapshot) => snapshot.tags[TAG.slot] === slot && snapshot.state !== "error")
      .map((snapshot) => snapshot.volumeId),
  );
}

/** The tags of one recovery point; the same on each of its snapshots, since CreateSnapshots knows no other way. */
function recoveryPointTags(
  policy: VaultPolicy,
  instance: ProtectedInstance,
  volumes: readonly AttachedVolume[],
  wake: { slot: string; runId: string },
  room: number,
): Tags {
  const own: Record<string, string> = {
    [TAG.vault]: policy.vaultId,
    [TAG.instance]: instance.instanceId,
    [TAG.instanceName]: instance.tags.Name ?? "",
    [TAG.instanceType]: instance.instanceType,
    [TAG.availabilityZone]: instance.availabilityZone,
    [TAG.slot]: wake.slot,
    [TAG.run]: wake.runId,
    [TAG.setSize]: String(volumes.length),
    [TAG.policy]: instance.tags[policy.tagKey] ?? "",
    ...overridesOf(instance.tags, policy.tagKey, policy.overrideMax).carried,
    ...volumeFactsToTags(volumes),
  };
  return fillTags(own, prefixTags(userTags(instance.tags), INSTANCE_TAG_PREFIX), room);
}

/** How many tags the volumes' own tags leave; none copied where they would clash with the vault's. */
function roomForTags(volumes: readonly AttachedVolume[], needed: number, maxTags: number) {
  const largest = Math.max(0, ...volumes.map((v) => Object.keys(userTags(v.tags)).length));
  const clash = volumes.some((v) => Object.keys(v.tags).some((key) => key.startsWith(TAG_PREFIX)));
  const copyVolumeTags = !clash && largest + needed <= maxTags;
  return { copyVolumeTags, room: maxTags - (copyVolumeTags ? largest : 0) };
}

function snapshotAction(
  policy: VaultPolicy,
  instance: ProtectedInstance,
  missing: readonly AttachedVolume[],
  wake: { slot: string; runId: string },
): SnapshotAction {
  const wanted = new Set(missing.map((volume) => volume.volumeId));
  const left = instance.volumes.filter((volume) => !wanted.has(volume.volumeId));
  const excludeDataVolumeIds = left.filter((v) => !v.isRoot).map((v) => v.volumeId);
  const mode = excludeDataVolumeIds.length <= MAX_EXCLUDED_DATA_VOLUMES ? "set" : "each";
  const maxTags = maxSnapshotTags(policy);
  // One more than the vault's own: the crash-consistency tag, which apply adds when it knows how it went.
  const own = Object.keys(recoveryPointTags(policy, instance, missing, wake, 0)).length + 1;
  const { copyVolumeTags, room } = roomForTags(missing, own, maxTags);
  return {
    kind: "snapshot",
    region: policy.primaryRegion,
    instanceId: instance.instanceId,
    slot: wake.slot,
    mode,
    volumes: [...missing],
    excludeBootVolume: left.some((volume) => volume.isRoot),
    excludeDataVolumeIds,
    copyVolumeTags,
    maxTags,
    tags: recoveryPointTags(policy, instance, missing, wake, room - 1),
    description: `${policy.vaultId} ${instance.instanceId} ${wake.slot}`,
    reason: `no snapshot for ${wake.slot} yet`,
  };
}

/** When each volume was last snapshotted well, or is being; `-Infinity` for one that never was. */
function lastGoodMs(snapshots: readonly Snapshot[]): (volumeId: string) => number {
  const last = new Map<string, number>();
  for (const snapshot of snapshots) {
    const { volumeId, state } = snapshot;
    if (state === "error") continue;
    last.set(volumeId, Math.max(last.get(volumeId) ?? -Infinity, dataStartMs(snapshot)));
  }
  return (volumeId) => last.get(volumeId) ?? -Infinity;
}

/** The stalest instance first, so that a fleet larger than a night's budget still rotates through everyone. */
function stalestFirst(
  instances: readonly ProtectedInstance[],
  snapshots: readonly Snapshot[],
): ProtectedInstance[] {
  const lastMs = lastGoodMs(snapshots);
  const staleness = new Map(
    instances.map(({ instanceId, volumes }) => [
      instanceId,
      Math.min(Infinity, ...volumes.map((volume) => lastMs(volume.volumeId))),
    ]),
  );
  const at = ({ instanceId }: ProtectedInstance) => staleness.get(instanceId) ?? 0;
  return [...instances].sort((a, b) => {
    if (at(a) !== at(b)) return at(a) < at(b) ? -1 : 1;
    return a.instanceId < b.instanceId ? -1 : 1;
  });
}

/** Whether a volume whose snapshot failed in EC2 may be tried for the slot again now, later, or not any more. */
function nextTry(failed: readonly Snapshot[], nowMs: number): "now" | "later" | "never" {
  if (failed.length >= MAX_TRIES) return "never";
  const again = failed.length > 1 && failed.some((f) => nowMs - f.startTimeMs < RETRY_PAUSE_MS);
  return again ? "later" : "now";
}

/**
 * @param instances protected instances as observed
 * @param snapshots every snapshot of the vault in the primary region
 * @returns one action an instance that lacks something; a volume attached to several instances goes with the first
 */
export function planSnapshots(
  instances: readonly ProtectedInstance[],
  snapshots: readonly Snapshot[],
  policy: VaultPolicy,
  serving: Serving,
  runId: string,
  nowMs: number,
): SnapshotPlan {
  const plan: SnapshotPlan = { actions: [], problems: [], settled: true };
  const { slot, mode } = serving;
  const covered = volumesInSlot(snapshots, slot);
  const failures = failuresBySlot(snapshots);
  for (const instance of stalestFirst(instances, snapshots)) {
    const wanted = instance.volumes.filter((v) => v.tags[policy.tagKey] !== EXCLUDE_VALUE);
    if (wanted.length === 0) plan.problems.push(nothingToSnapshot(instance, policy));
    plan.problems.push(...overrideProblems(instance, policy));
    const lacking = wanted.filter((volume) => !covered.has(volume.volumeId));
    for (const volume of lacking) covered.add(volume.volumeId);
    if (mode === "closing") {
      if (lacking.length > 0) plan.problems.push(slotMissed(instance, lacking, slot, policy));
      continue;
    }
    const tries = lacking.map((volume) =>
      nextTry(failures.get(volumeAndSlot(volume.volumeId, slot)) ?? [], nowMs),
    );
    if (tries.includes("later")) plan.settled = false;
    const missing = lacking.filter((_, index) => tries[index] === "now");
    if (missing.length > 0)
      plan.actions.push(snapshotAction(policy, instance, missing, { slot, runId }));
  }
  if (instances.length === 0) plan.problems.push(noInstances(policy));
  return plan;
}

function slotMissed(
  { instanceId }: ProtectedInstance,
  lacking: readonly AttachedVolume[],
  slot: string,
  { startWindowHours }: VaultPolicy,
): Problem {
  const volumes = lacking.map((volume) => volume.volumeId).join(", ");
  return {
    kind: "slot-missed",
    subject: instanceId,
    message: `${instanceId} has no snapshot of ${volumes} for ${slot}: none could be made in its time, ${startWindowHours} hours or until the next slot`,
    hint: "Look in the log for what it was put off for. The next scheduled run makes new ones; a run by hand does at once.",
  };
}

function noInstances({ tagKey, policies, primaryRegion }: VaultPolicy): Problem {
  const tag = `${tagKey}=${Object.keys(policies).join("|")}`;
  return {
    kind: "no-instances",
    subject: tag,
    message: `no instance in ${primaryRegion} has the tag ${tag}: nothing was backed up`,
    hint: "Tag keys and values are case-sensitive. Tag the instances, or set tagKey and tagValue (or policies) to what they carry.",
  };
}

function overrideProblems(
  { instanceId, tags }: ProtectedInstance,
  { tagKey, overrideMax }: VaultPolicy,
): Problem[] {
  const { faults } = overridesOf(tags, tagKey, overrideMax);
  return faults.map(({ key, value, expected }: OverrideFault) => ({
    kind: "bad-override",
    subject: `${instanceId}/${key}`,
    message: `${instanceId} has the tag ${key}=${value}, expected ${expected}: the policy's own rule is used`,
    hint: "Correct the tag, or raise overrideMax.",
  }));
}

function nothingToSnapshot({ instanceId }: ProtectedInstance, { tagKey }: VaultPolicy): Problem {
  return {
    kind: "no-volumes",
    subject: instanceId,
    message: `${instanceId} has the backup tag, but no EBS volume to back up`,
    hint: `It has none, or each is tagged ${tagKey}=${EXCLUDE_VALUE}. Remove the backup tag if that is meant.`,
  };
}
