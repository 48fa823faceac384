/** Launches the fleet of the demonstration by the calls that a person makes, so that EC2 itself says what each instance is. */
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  type EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
  type Instance,
} from "@aws-sdk/client-ec2";
import type { FleetShape } from "./shapes";

const SHARED_DEVICE = "/dev/sdm";

export interface Launched {
  name: string;
  instanceId: string;
}

async function launch(ec2: EC2Client, { name, launch: input }: FleetShape): Promise<Instance> {
  const Tags = [
    { Key: "Name", Value: name },
    { Key: "backup", Value: "True" },
    { Key: "cost-center", Value: "4711" },
  ];
  const TagSpecifications = [{ ResourceType: "instance" as const, Tags }];
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ...input, MinCount: 1, MaxCount: 1, TagSpecifications }),
  );
  return Instances[0] ?? {};
}

async function makeSharedVolume(ec2: EC2Client, zone: string): Promise<string> {
  const input = { AvailabilityZone: zone, Size: 50, VolumeType: "io2" as const, Iops: 5_000, MultiAttachEnabled: true };
  const { VolumeId = "" } = await ec2.send(new CreateVolumeCommand(input));
  return VolumeId;
}

/** Tags volumes, and does what a launch can't say. */
async function complete(ec2: EC2Client, shape: FleetShape, instance: Instance, shared: string): Promise<void> {
  const { InstanceId, NetworkInterfaces = [], BlockDeviceMappings = [] } = instance;
  for (const { DeviceName, Ebs } of BlockDeviceMappings) {
    const Tags = [{ Key: "Name", Value: `${shape.name} ${DeviceName ?? ""}` }];
    await ec2.send(new CreateTagsCommand({ Resources: [Ebs?.VolumeId ?? ""], Tags }));
  }
  if (shape.sharesVolume === true) {
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: shared, Device: SHARED_DEVICE }));
  }
  if (shape.forwards === true) {
    for (const { NetworkInterfaceId } of NetworkInterfaces) {
      const input = { NetworkInterfaceId, SourceDestCheck: { Value: false } };
      await ec2.send(new ModifyNetworkInterfaceAttributeCommand(input));
    }
  }
  if (shape.hasElasticIp === true) {
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    const NetworkInterfaceId = NetworkInterfaces[0]?.NetworkInterfaceId;
    await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  }
}

/**
 * Launches the fleet.
 * @param pass lets time pass, in minutes, until what was launched runs
 */
export async function launchFleet(
  ec2: EC2Client,
  zone: string,
  shapes: readonly FleetShape[],
  pass: (minutes: number) => Promise<void>,
): Promise<Launched[]> {
  const shared = await makeSharedVolume(ec2, zone);
  const made: [FleetShape, Instance][] = [];
  for (const shape of shapes) made.push([shape, await launch(ec2, shape)]);
  await pass(5);
  for (const [shape, instance] of made) await complete(ec2, shape, instance, shared);
  return made.map(([{ name }, { InstanceId = "" }]) => ({ name, instanceId: InstanceId }));
}
