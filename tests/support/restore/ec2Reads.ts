/** What the model shows, in EC2's words, and as late as the world says. */
import type {
  DescribeImagesCommandInput,
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceStatusCommandInput,
  DescribeInstancesCommandInput,
  DescribeNetworkInterfacesCommandInput,
  DescribeReplaceRootVolumeTasksCommandInput,
  DescribeSecurityGroupsCommandInput,
  DescribeVolumesCommandInput,
  Filter,
} from "@aws-sdk/client-ec2";
import { tagsToList } from "../../../src/vault/model/tags/tags";
import type { Tags } from "../../../src/vault/model/world";
import { type Account, type Instance, type World, get, shown } from "./account";

/** Decides whether a resource passes filters by tag or by instance. */
function passes(filters: readonly Filter[] = [], tags: Tags, instanceId = ""): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    if (Name.startsWith("tag:")) return Values.includes(tags[Name.slice(4)] ?? "");
    if (Name === "instance-id") return Values.includes(instanceId);
    throw new Error(`the model has no filter ${Name}`);
  });
}

export function describeVolumes(world: World, { Filters }: DescribeVolumesCommandInput): object {
  const volumes = Object.values(shown(world, "volumes").volumes).filter(({ tags }) => passes(Filters, tags));
  return {
    Volumes: volumes.map(({ id, state, attachments, tags }) => ({
      VolumeId: id,
      State: state,
      Attachments: attachments.map(({ instanceId, device, state: how, ends }) => ({
        InstanceId: instanceId,
        Device: device,
        State: how,
        DeleteOnTermination: ends,
      })),
      Tags: tagsToList(tags),
    })),
  };
}

function instanceShape({ volumes, interfaces }: Account, one: Instance) {
  const mappings = Object.values(volumes).flatMap(({ id, attachments }) =>
    attachments
      .filter(({ instanceId }) => instanceId === one.id)
      .map(({ device, state, ends }) => ({
        DeviceName: device,
        Ebs: { VolumeId: id, Status: state, DeleteOnTermination: ends },
      })),
  );
  return {
    InstanceId: one.id,
    State: { Name: one.state },
    ...(one.reason !== undefined && { StateReason: { Message: one.reason } }),
    ImageId: one.imageId,
    RootDeviceName: one.rootDevice,
    Placement: { AvailabilityZone: one.zone },
    BlockDeviceMappings: mappings,
    NetworkInterfaces: Object.values(interfaces)
      .filter(({ instanceId }) => instanceId === one.id)
      .map(({ id, index, checksPackets }) => ({
        NetworkInterfaceId: id,
        Attachment: { DeviceIndex: index },
        SourceDestCheck: checksPackets,
      })),
    Tags: tagsToList(one.tags),
  };
}

export function describeInstances(world: World, { Filters }: DescribeInstancesCommandInput): object {
  const account = shown(world, "instances");
  const found = Object.values(account.instances).filter(({ id, tags }) => passes(Filters, tags, id));
  return { Reservations: found.map((one) => ({ Instances: [instanceShape(account, one)] })) };
}

export function describeInstanceStatus(world: World, { InstanceIds = [] }: DescribeInstanceStatusCommandInput): object {
  const one = get(world, "instances", InstanceIds[0]);
  const Status = one.isHealthy ? "ok" : "initializing";
  const status = { InstanceStatus: { Status: "ok" }, SystemStatus: { Status } };
  return { InstanceStatuses: one.state === "running" ? [status] : [] };
}

export function describeInstanceAttribute(world: World, input: DescribeInstanceAttributeCommandInput): object {
  const { noStop, noTermination } = get(world, "instances", input.InstanceId);
  return input.Attribute === "disableApiStop"
    ? { DisableApiStop: { Value: noStop } }
    : { DisableApiTermination: { Value: noTermination } };
}

export function describeImages(world: World, { Filters, Owners = [] }: DescribeImagesCommandInput): object {
  if (Owners[0] !== "self") throw new Error("a restore looks at its own images alone");
  const images = Object.values(shown(world, "images").images).filter(
    ({ owner, tags }) => owner === "self" && passes(Filters, tags),
  );
  return {
    Images: images.map(({ id, state, usageOperation, tags }) => ({
      ImageId: id,
      State: state,
      UsageOperation: usageOperation,
      Tags: tagsToList(tags),
    })),
  };
}

export function describeGroups(world: World, { Filters, GroupIds }: DescribeSecurityGroupsCommandInput): object {
  if (GroupIds !== undefined) get(world, "groups", GroupIds[0]);
  const groups = Object.values(shown(world, "groups").groups).filter(
    ({ id, tags }) => passes(Filters, tags) && (GroupIds?.includes(id) ?? true),
  );
  return {
    SecurityGroups: groups.map(({ id, egress, tags }) => ({
      GroupId: id,
      IpPermissions: [],
      IpPermissionsEgress: Array.from({ length: egress }, () => ({ IpProtocol: "-1" })),
      Tags: tagsToList(tags),
    })),
  };
}

export function describeTasks(world: World, { Filters }: DescribeReplaceRootVolumeTasksCommandInput): object {
  const tasks = Object.values(shown(world, "tasks").tasks);
  return {
    ReplaceRootVolumeTasks: tasks
      .filter(({ tags, instanceId }) => passes(Filters, tags, instanceId))
      .map(({ id, state, tags }) => ({ ReplaceRootVolumeTaskId: id, TaskState: state, Tags: tagsToList(tags) })),
  };
}

export function describeInterfaces(world: World, { Filters }: DescribeNetworkInterfacesCommandInput): object {
  const found = Object.values(shown(world, "interfaces").interfaces).filter(({ tags }) => passes(Filters, tags));
  return {
    NetworkInterfaces: found.map(({ id, instanceId, tags }) => ({
      NetworkInterfaceId: id,
      Status: instanceId === undefined ? "available" : "in-use",
      TagSet: tagsToList(tags),
    })),
  };
}
