/** How an instance's volumes are snapshotted: the call, and the tags that each snapshot is made with. Pure. */
import { overridesOf } from "./overrides";
import { INSTANCE_TAG_PREFIX, TAG, TAG_PREFIX, fillTags, maxSnapshotTags, prefixTags, userTags } from "./tags"; // prettier-ignore
import type { AttachedVolume, ProtectedInstance, SnapshotAction, Tags, VaultPolicy } from "./types";
import { volumeFactsToTags } from "./volumeFacts";

/** CreateSnapshots leaves out at most 40 data volumes a call (API reference, InstanceSpecification). */
const MAX_EXCLUDED_DATA_VOLUMES = 40;

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
    ...overridesOf(instance.tags, policy).carried,
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

/** @param missing the volumes that are wanted; the instance's others are left out */
export function snapshotAction(
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
    reason: `no snapshot for ${wake.slot} yet`,
  };
}
