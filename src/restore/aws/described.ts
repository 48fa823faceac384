/** Reads an instance as it is after a restore, in the same records as its original. */
import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Instance,
  type Volume,
} from "@aws-sdk/client-ec2";
import { captureLaunch } from "../../vault/aws/capture";
import type { CapturedLaunch } from "../../vault/model/launchSpec";
import { tagsFromList, userTags } from "../../vault/model/tags";
import type { Shape } from "../differences";
import type { SourceVolume } from "../source";

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
  const found: SourceVolume = {
    volumeId: VolumeId,
    snapshotId: SnapshotId,
    device: DeviceName,
    isRoot: DeviceName === root,
    sizeGiB: Size,
    ...(VolumeType !== undefined && { type: VolumeType }),
    ...(Iops !== undefined && { iops: Iops }),
    ...(Throughput !== undefined && { throughputMiBps: Throughput }),
    ...(Ebs?.DeleteOnTermination !== undefined && { deleteOnTermination: Ebs.DeleteOnTermination }),
    ...(volume.MultiAttachEnabled === true && { isMultiAttach: true }),
    isEncrypted: Encrypted,
    ...(KmsKeyId !== undefined && { kmsKeyId: KmsKeyId }),
    tags: userTags(tagsFromList(Tags)),
  };
  return [found];
}

/** Adds what only other calls say: attributes, credits, and the subnets' names and ranges. */
async function completed(
  client: EC2Client,
  instance: Instance,
  { launch, interfaces }: CapturedLaunch,
): Promise<CapturedLaunch> {
  const InstanceId = instance.InstanceId;
  const ids = interfaces.flatMap(({ subnetId }) => subnetId ?? []);
  const [termination, stop, shutdown, subnets, credits] = await Promise.all([
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiTermination" })),
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiStop" })),
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "instanceInitiatedShutdownBehavior" })),
    ids.length === 0 ? undefined : client.send(new DescribeSubnetsCommand({ SubnetIds: [...new Set(ids)] })),
    client
      .send(new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [InstanceId ?? ""] }))
      .catch(() => undefined),
  ]);
  const cpuCredits = credits?.InstanceCreditSpecifications?.[0]?.CpuCredits;
  return {
    launch: {
      ...launch,
      ...(termination.DisableApiTermination?.Value === true && { disableApiTermination: true }),
      ...(stop.DisableApiStop?.Value === true && { disableApiStop: true }),
      ...(shutdown.InstanceInitiatedShutdownBehavior?.Value !== undefined && {
        shutdownBehavior: shutdown.InstanceInitiatedShutdownBehavior.Value,
      }),
      ...(cpuCredits !== undefined && { cpuCredits }),
    },
    interfaces: interfaces.map((one) => {
      const subnet = subnets?.Subnets?.find(({ SubnetId }) => SubnetId === one.subnetId);
      const name = tagsFromList(subnet?.Tags).Name;
      return {
        ...one,
        ...(name !== undefined && { subnetName: name }),
        ...(subnet?.CidrBlock !== undefined && { subnetCidr: subnet.CidrBlock }),
        ...(subnet?.AvailabilityZoneId !== undefined && { zoneId: subnet.AvailabilityZoneId }),
      };
    }),
  };
}

/** Returns an instance as it is; `undefined` if the region has none of that id. */
export async function describeInstance(client: EC2Client, instanceId: string): Promise<Described | undefined> {
  const Filters = [{ Name: "instance-id", Values: [instanceId] }];
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters }));
  const instance = Reservations[0]?.Instances?.[0];
  if (instance === undefined || ["shutting-down", "terminated"].includes(instance.State?.Name ?? "")) return undefined;
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
