/** Reads what there is of a restore: everything that carries its id, and the instance that it works on. */
import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Instance,
  type Volume,
} from "@aws-sdk/client-ec2";
import { tagsFromList } from "../../vault/model/tags/tags";
import type { Found, FoundInstance, FoundVolume } from "../found";
import { RESTORE_TAG } from "../restoreTags";
import { hasEnded } from "../states";

/** What is looked for. */
export interface Look {
  restoreId: string;
  /** The instance that the restore works on, but did not make. */
  instanceId?: string;
  /** True to find the instance that the restore made, with its image and groups. */
  isLaunch: boolean;
  /** True to read whether the API may terminate and stop the instance. */
  readsProtection: boolean;
  /** Instances that had ended before, and are left out, so that a launch is tried again. One that ends later is shown. */
  skips: readonly string[];
}

function byRestore(restoreId: string) {
  return { Filters: [{ Name: `tag:${RESTORE_TAG.id}`, Values: [restoreId] }] };
}

function volumeOf({ VolumeId = "", State, Attachments = [], Tags }: Volume): FoundVolume {
  return {
    volumeId: VolumeId,
    state: State ?? "",
    attachments: Attachments.map((one) => ({
      instanceId: one.InstanceId ?? "",
      device: one.Device ?? "",
      state: one.State ?? "",
      deleteOnTermination: one.DeleteOnTermination ?? false,
    })),
    tags: tagsFromList(Tags),
  };
}

function reasonOf({ StateReason, StateTransitionReason }: Instance): string | undefined {
  const reason = StateReason?.Message ?? StateTransitionReason;
  return reason === undefined || reason === "" ? undefined : reason;
}

/** EC2 shows an attachment's state on the volume first, and its mapping with the instance. */
function mappingsOf({ BlockDeviceMappings = [], InstanceId }: Instance, volumes: readonly FoundVolume[]) {
  return BlockDeviceMappings.flatMap(({ DeviceName = "", Ebs }) => {
    if (Ebs?.VolumeId === undefined) return [];
    const own = volumes.find(({ volumeId }) => volumeId === Ebs.VolumeId);
    const attachment = own?.attachments.find((one) => one.instanceId === InstanceId);
    return [
      {
        device: DeviceName,
        volumeId: Ebs.VolumeId,
        state: attachment?.state ?? Ebs.Status ?? "attached",
        deleteOnTermination: Ebs.DeleteOnTermination ?? false,
      },
    ];
  });
}

function instanceOf(instance: Instance, volumes: readonly FoundVolume[]): FoundInstance {
  const reason = reasonOf(instance);
  return {
    instanceId: instance.InstanceId ?? "",
    state: instance.State?.Name ?? "",
    ...(reason !== undefined && { stateReason: reason }),
    ...(instance.ImageId !== undefined && { imageId: instance.ImageId }),
    rootDevice: instance.RootDeviceName ?? "",
    availabilityZone: instance.Placement?.AvailabilityZone ?? "",
    mappings: mappingsOf(instance, volumes),
    interfaces: (instance.NetworkInterfaces ?? []).map((one) => ({
      interfaceId: one.NetworkInterfaceId ?? "",
      deviceIndex: one.Attachment?.DeviceIndex ?? 0,
      sourceDestCheck: one.SourceDestCheck ?? true,
    })),
    tags: tagsFromList(instance.Tags),
  };
}

/** Returns the worse of both status checks, in EC2's words. */
async function healthOf(client: EC2Client, instanceId: string): Promise<string | undefined> {
  const { InstanceStatuses = [] } = await client.send(new DescribeInstanceStatusCommand({ InstanceIds: [instanceId] }));
  const [status] = InstanceStatuses;
  const both = [status?.InstanceStatus?.Status, status?.SystemStatus?.Status].filter((one) => one !== undefined);
  return both.find((one) => one !== "ok") ?? both[0];
}

async function protectionOf(client: EC2Client, InstanceId: string) {
  const [termination, stop] = await Promise.all([
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiTermination" })),
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiStop" })),
  ]);
  return {
    termination: termination.DisableApiTermination?.Value === true,
    stop: stop.DisableApiStop?.Value === true,
  };
}

async function findInstances(client: EC2Client, { restoreId, instanceId, isLaunch }: Look): Promise<Instance[]> {
  if (!isLaunch && instanceId === undefined) return [];
  const byId = { Filters: [{ Name: "instance-id", Values: [instanceId ?? ""] }] };
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand(isLaunch ? byRestore(restoreId) : byId));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

async function withState(client: EC2Client, found: FoundInstance, look: Look): Promise<FoundInstance> {
  const { instanceId, state } = found;
  const [health, protection] = await Promise.all([
    look.isLaunch && state === "running" ? healthOf(client, instanceId) : undefined,
    look.readsProtection && !hasEnded(found) ? protectionOf(client, instanceId) : undefined,
  ]);
  return { ...found, ...(health !== undefined && { health }), ...(protection !== undefined && { protection }) };
}

/** Reads it all. It makes no change, and no call to another region. */
export async function observeRestore(client: EC2Client, look: Look): Promise<Found> {
  const { restoreId, instanceId, isLaunch, skips } = look;
  const filter = byRestore(restoreId);
  const [volumes, instances, images, groups, interfaces, tasks] = await Promise.all([
    client.send(new DescribeVolumesCommand(filter)),
    findInstances(client, look),
    isLaunch ? client.send(new DescribeImagesCommand({ Owners: ["self"], ...filter })) : undefined,
    isLaunch ? client.send(new DescribeSecurityGroupsCommand(filter)) : undefined,
    isLaunch ? client.send(new DescribeNetworkInterfacesCommand(filter)) : undefined,
    isLaunch || instanceId === undefined
      ? undefined
      : client.send(
          new DescribeReplaceRootVolumeTasksCommand({ Filters: [{ Name: "instance-id", Values: [instanceId] }] }),
        ),
  ]);
  const found = (volumes.Volumes ?? []).map(volumeOf);
  const live = instances.find(({ State }) => !hasEnded({ state: State?.Name ?? "" }));
  const shown = live ?? instances.find(({ InstanceId = "" }) => !skips.includes(InstanceId));
  const ended = isLaunch ? instances.filter(({ State }) => State?.Name === "terminated") : [];
  return {
    images: (images?.Images ?? []).map(({ ImageId = "", State = "", UsageOperation, Tags }) => ({
      imageId: ImageId,
      state: State,
      ...(UsageOperation !== undefined && { usageOperation: UsageOperation }),
      tags: tagsFromList(Tags),
    })),
    groups: (groups?.SecurityGroups ?? []).map(
      ({ GroupId = "", IpPermissions = [], IpPermissionsEgress = [], Tags }) => ({
        groupId: GroupId,
        rules: IpPermissions.length + IpPermissionsEgress.length,
        tags: tagsFromList(Tags),
      }),
    ),
    volumes: found,
    ...(shown !== undefined && { instance: await withState(client, instanceOf(shown, found), look) }),
    ended: ended.flatMap(({ InstanceId }) => InstanceId ?? []),
    endedBefore: skips.length,
    interfaces: (interfaces?.NetworkInterfaces ?? []).map(({ NetworkInterfaceId = "", Status }) => ({
      interfaceId: NetworkInterfaceId,
      isFree: Status === "available",
    })),
    tasks: (tasks?.ReplaceRootVolumeTasks ?? [])
      .filter(({ Tags }) => tagsFromList(Tags)[RESTORE_TAG.id] === restoreId)
      .map(({ ReplaceRootVolumeTaskId = "", TaskState = "" }) => ({
        taskId: ReplaceRootVolumeTaskId,
        state: TaskState,
      })),
  };
}
