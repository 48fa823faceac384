/** Plans how an instance's volumes are snapshotted: the call, and the tags that each snapshot is made with. Pure. */
import { overridesOf } from "../../retention/tagOverrides";
import {
  INSTANCE_TAG_PREFIX,
  TAG,
  TAG_PREFIX,
  fillTags,
  maxSnapshotTags,
  prefixTags,
  userTags,
} from "../../model/tags/tags";
import type { AttachedVolume, ProtectedInstance, Tags } from "../../model/world";
import type { SnapshotAction } from "../../model/actions";
import type { CoreSettings } from "../../model/settings";
import { launchToTags } from "../../model/tags/launchTags";
import { volumeSpecToTags } from "../../model/tags/volumeSpec";

/** Largest number of data volumes that CreateSnapshots leaves out per call (API reference, InstanceSpecification). */
const MAX_EXCLUDED_DATA_VOLUMES = 40;

/** Number of tags that are written later, because only the result says whether a snapshot is crash-consistent. */
const LATER = 1;

/** Returns the volumes' specs, and then what a launch needs, as far as they fit. Most of it is better than no snapshot. */
function restoreTags({ captured }: ProtectedInstance, volumes: readonly AttachedVolume[], room: number): Tags {
  const launch = captured === undefined ? [] : launchToTags(captured);
  return Object.fromEntries([...Object.entries(volumeSpecToTags(volumes)), ...launch].slice(0, Math.max(0, room)));
}

/**
 * Returns the vault's own tags of one recovery point. They are the same on each of its snapshots, since CreateSnapshots
 * offers nothing else.
 */
function recoveryPointTags(
  settings: CoreSettings,
  instance: ProtectedInstance,
  volumes: readonly AttachedVolume[],
  { slot, runId }: { slot: string; runId: string },
): Tags {
  const own: Tags = {
    ...settings.tags,
    [TAG.vault]: settings.vaultId,
    [TAG.instance]: instance.instanceId,
    [TAG.instanceName]: instance.tags.Name ?? "",
    [TAG.instanceType]: instance.instanceType,
    [TAG.availabilityZone]: instance.availabilityZone,
    [TAG.slot]: slot,
    [TAG.run]: runId,
    [TAG.setSize]: String(volumes.length),
    [TAG.policy]: instance.tags[settings.tagKey] ?? "",
    ...overridesOf(instance.tags, settings).carried,
  };
  const left = maxSnapshotTags(settings) - LATER - Object.keys(own).length;
  return { ...own, ...restoreTags(instance, volumes, left) };
}

/** Decides whether EC2 can copy all tags of each volume. It refuses a key that occurs twice, and more than 50 tags. */
function roomForTags(volumes: readonly AttachedVolume[], needed: number, maxTags: number, configured: Tags) {
  const largest = Math.max(0, ...volumes.map((v) => Object.keys(userTags(v.tags)).length));
  const isTaken = (key: string) => key.startsWith(TAG_PREFIX) || Object.hasOwn(configured, key);
  const clash = volumes.some((volume) => Object.keys(volume.tags).some(isTaken));
  const copyVolumeTags = !clash && largest + needed <= maxTags;
  return { copyVolumeTags, room: maxTags - (copyVolumeTags ? largest : 0) };
}

/**
 * Plans the snapshots of an instance.
 * @param missing the volumes that are wanted; the instance's others are left out
 */
export function snapshotAction(
  settings: CoreSettings,
  instance: ProtectedInstance,
  missing: readonly AttachedVolume[],
  trigger: { slot: string; runId: string },
): SnapshotAction {
  const wanted = new Set(missing.map((volume) => volume.volumeId));
  const left = instance.volumes.filter((volume) => !wanted.has(volume.volumeId));
  const excludeDataVolumeIds = left.filter((v) => !v.isRoot).map((v) => v.volumeId);
  const mode = excludeDataVolumeIds.length <= MAX_EXCLUDED_DATA_VOLUMES ? "set" : "each";
  const maxTags = maxSnapshotTags(settings);
  const own = recoveryPointTags(settings, instance, missing, trigger);
  const needed = Object.keys(own).length + LATER;
  const { copyVolumeTags, room } = roomForTags(missing, needed, maxTags, settings.tags);
  return {
    kind: "snapshot",
    region: settings.primaryRegion,
    instanceId: instance.instanceId,
    slot: trigger.slot,
    mode,
    volumes: [...missing],
    excludeBootVolume: left.some((volume) => volume.isRoot),
    excludeDataVolumeIds,
    copyVolumeTags,
    maxTags,
    tags: fillTags(own, prefixTags(userTags(instance.tags), INSTANCE_TAG_PREFIX), room - LATER),
    reason: `no snapshot for ${trigger.slot} yet`,
  };
}
