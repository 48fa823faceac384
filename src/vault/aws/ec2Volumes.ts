/** Reads the volumes of instances, and joins what DescribeInstances and DescribeVolumes say of each. */
import { type EC2Client, type Instance, type Volume, paginateDescribeVolumes } from "@aws-sdk/client-ec2";
import { chunksOf, withoutUndefined } from "../lib/collections";
import { tagsFromList } from "../model/tags/tags";
import { keyEndOf } from "../model/tags/volumeFlags";
import type { AttachedVolume, ProtectedInstance } from "../model/world";
import { FILTER_VALUES } from "./ec2Limits";

/** Page size that is recommended for DescribeVolumes. */
const VOLUME_PAGE_SIZE = 500;

/** Returns the volumes in an instance's mappings, which are in the same answer as the instance itself. */
export function attachedVolumes(instance: Instance): AttachedVolume[] {
  const volumes: AttachedVolume[] = [];
  for (const { DeviceName = "", Ebs } of instance.BlockDeviceMappings ?? []) {
    if (Ebs?.VolumeId === undefined) continue;
    const isRoot = DeviceName === instance.RootDeviceName;
    const one = { volumeId: Ebs.VolumeId, deviceName: DeviceName, isRoot, tags: {} };
    volumes.push(withoutUndefined<AttachedVolume>({ ...one, deleteOnTermination: Ebs.DeleteOnTermination }));
  }
  return volumes;
}

/** Reads the volumes attached to the given instances, with one call per 200 instances, not one per volume. */
export async function describeVolumes(client: EC2Client, instanceIds: readonly string[]): Promise<Volume[]> {
  const volumes: Volume[] = [];
  for (const Values of chunksOf(instanceIds, FILTER_VALUES)) {
    const pages = paginateDescribeVolumes(
      { client, pageSize: VOLUME_PAGE_SIZE },
      { Filters: [{ Name: "attachment.instance-id", Values }] },
    );
    for await (const page of pages) volumes.push(...(page.Volumes ?? []));
  }
  return volumes;
}

/**
 * Adds a volume's own spec and tags; a volume that DescribeVolumes does not show (yet) remains protected without them.
 */
function withSpec(attached: AttachedVolume, volume: Volume | undefined): AttachedVolume {
  const kmsKeyEnd = keyEndOf(volume?.KmsKeyId);
  return {
    ...attached,
    volumeType: volume?.VolumeType,
    sizeGiB: volume?.Size,
    iops: volume?.Iops,
    throughputMiBps: volume?.Throughput,
    ...(volume?.MultiAttachEnabled === true && { multiAttach: true }),
    ...(kmsKeyEnd !== undefined && { kmsKeyEnd }),
    tags: tagsFromList(volume?.Tags),
  };
}

/** States of a volume that is leaving its instance, or has left it. */
const LEAVING_STATES = ["detaching", "detached", "busy"];

/** Groups volumes by the instance that they are attached to or being attached to. */
function byInstance(volumes: readonly Volume[]): Map<string, AttachedVolume[]> {
  const attached = new Map<string, AttachedVolume[]>();
  for (const volume of volumes) {
    for (const attachment of volume.Attachments ?? []) {
      const { InstanceId = "", Device: deviceName = "", State, DeleteOnTermination: deleteOnTermination } = attachment;
      if (volume.VolumeId === undefined || LEAVING_STATES.includes(State ?? "")) continue;
      const one = withoutUndefined<AttachedVolume>({
        volumeId: volume.VolumeId,
        deviceName,
        isRoot: false,
        deleteOnTermination,
        tags: {},
      });
      attached.set(InstanceId, [...(attached.get(InstanceId) ?? []), withSpec(one, volume)]);
    }
  }
  return attached;
}

/** Adds what DescribeVolumes shows: the spec of each mapped volume, and volumes that the mappings lack. */
export function withVolumeSpecs(
  instances: readonly ProtectedInstance[],
  volumes: readonly Volume[],
): ProtectedInstance[] {
  const byId = new Map(volumes.map((volume) => [volume.VolumeId, volume]));
  const attached = byInstance(volumes);
  return instances.map((instance) => {
    const mapped = new Set(instance.volumes.map(({ volumeId }) => volumeId));
    const all = attached.get(instance.instanceId) ?? [];
    const unmapped = all.filter(({ volumeId }) => !mapped.has(volumeId));
    return {
      ...instance,
      volumes: instance.volumes.map((one) => withSpec(one, byId.get(one.volumeId))),
      ...(unmapped.length > 0 && { unmapped }),
    };
  });
}
