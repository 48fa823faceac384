/** Reads an instance as it is after a restore, in the same records as its original. */
import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Instance,
  type Volume,
} from "@aws-sdk/client-ec2";
import { captureLaunch } from "../../vault/aws/capture";
import { describeAttributes, describeCredits, describeSubnets } from "../../vault/aws/launchReads";
import { isBurstable } from "../../vault/inventory/captures";
import { withoutUndefined } from "../../vault/lib/collections";
import type { CapturedLaunch } from "../../vault/model/launchSpec";
import { tagsFromList, userTags } from "../../vault/model/tags/tags";
import type { Shape } from "../differences";
import type { SourceVolume } from "../source";
import { hasEnded } from "../states";

/** An instance that exists. */
export interface Described {
  instanceId: string;
  state: string;
  availabilityZone: string;
  rootDevice: string;
  shape: Shape;
}

function volumeOf(
  { Ebs, DeviceName = "" }: NonNullable<Instance["BlockDeviceMappings"]>[number],
  volumes: readonly Volume[],
  root: string,
) {
  const volume = volumes.find(({ VolumeId }) => VolumeId === Ebs?.VolumeId);
  if (volume === undefined) return [];
  const {
    VolumeId = "",
    SnapshotId = "",
    Size = 0,
    VolumeType,
    Iops,
    Throughput,
    KmsKeyId,
    Encrypted = false,
    Tags,
  } = volume;
  const found = withoutUndefined<SourceVolume>({
    volumeId: VolumeId,
    snapshotId: SnapshotId,
    device: DeviceName,
    isRoot: DeviceName === root,
    sizeGiB: Size,
    type: VolumeType,
    iops: Iops,
    throughputMiBps: Throughput,
    deleteOnTermination: Ebs?.DeleteOnTermination,
    ...(volume.MultiAttachEnabled === true && { isMultiAttach: true }),
    isEncrypted: Encrypted,
    kmsKeyId: KmsKeyId,
    tags: userTags(tagsFromList(Tags)),
  });
  return [found];
}

/** Adds what only other calls say: attributes, credits, and the subnets' names and ranges. */
async function completed(
  client: EC2Client,
  { InstanceId = "", InstanceType }: Instance,
  { launch, interfaces }: CapturedLaunch,
): Promise<CapturedLaunch> {
  const subnetIds = interfaces.flatMap(({ subnetId }) => subnetId ?? []);
  const [attributes, subnets, credits] = await Promise.all([
    describeAttributes(client, InstanceId),
    describeSubnets(client, [...new Set(subnetIds)]),
    isBurstable({ instanceType: InstanceType ?? "" })
      ? describeCredits(client, [InstanceId]).catch(() => undefined)
      : undefined,
  ]);
  const cpuCredits = credits?.get(InstanceId);
  return {
    launch: { ...launch, ...attributes, ...(cpuCredits !== undefined && { cpuCredits }) },
    interfaces: interfaces.map((one) => ({ ...one, ...subnets.get(one.subnetId ?? "") })),
  };
}

/** Returns an instance as it is; `undefined` if the region has none of that id. */
export async function describeInstance(client: EC2Client, instanceId: string): Promise<Described | undefined> {
  const Filters = [{ Name: "instance-id", Values: [instanceId] }];
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters }));
  const instance = Reservations[0]?.Instances?.[0];
  if (instance === undefined || hasEnded({ state: instance.State?.Name ?? "" })) return undefined;
  const byInstance = { Filters: [{ Name: "attachment.instance-id", Values: [instanceId] }] };
  const { Volumes = [] } = await client.send(new DescribeVolumesCommand(byInstance));
  const rootDevice = instance.RootDeviceName ?? "";
  const { launch, interfaces } = await completed(client, instance, captureLaunch(instance));
  return {
    instanceId,
    state: instance.State?.Name ?? "",
    availabilityZone: instance.Placement?.AvailabilityZone ?? "",
    rootDevice,
    shape: {
      ...(instance.InstanceType !== undefined && { instanceType: instance.InstanceType }),
      launch,
      interfaces,
      volumes: (instance.BlockDeviceMappings ?? []).flatMap((one) => volumeOf(one, Volumes, rootDevice)),
      tags: userTags(tagsFromList(instance.Tags)),
    },
  };
}
