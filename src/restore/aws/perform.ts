/** Carries out one action of a restore: one call that changes something. */
import {
  AttachVolumeCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  DescribeSecurityGroupsCommand,
  DetachVolumeCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RegisterImageCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { tagsToList } from "../../vault/model/tags/tags";
import type { Action } from "../action";
import type { Order } from "../order";
import { ROLE, tagsFor } from "../restoreTags";
import { imageInput, launchInput, specification, volumeInput } from "./inputs";

async function createGroup(client: EC2Client, order: Order, VpcId: string): Promise<void> {
  await client.send(
    new CreateSecurityGroupCommand({
      GroupName: `smart-vault ${order.restoreId}`,
      Description: `Lets nothing in or out: a restore of ${order.instanceId}`,
      VpcId,
      TagSpecifications: specification("security-group", tagsFor(order, ROLE.group)),
    }),
  );
}

/** EC2 gives each new group a rule that lets everything out. */
async function closeGroup(client: EC2Client, GroupId: string): Promise<void> {
  const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
  const IpPermissions = SecurityGroups[0]?.IpPermissionsEgress ?? [];
  if (IpPermissions.length > 0) await client.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
}

async function launchStep(client: EC2Client, order: Order, action: Action): Promise<void> {
  if (order.mode !== "launch") throw new Error(`a restore of ${order.mode} has no step ${action.do}`);
  if (action.do === "register-image") await client.send(new RegisterImageCommand(imageInput(order)));
  if (action.do === "run-instance") await client.send(new RunInstancesCommand(launchInput(order, action)));
}

/** Sets attributes, one with each call: EC2 takes no more (AWS, ModifyInstanceAttribute). */
async function setProtection(
  client: EC2Client,
  InstanceId: string,
  termination: boolean,
  stop: boolean,
): Promise<void> {
  await client.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: stop } }));
  await client.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: termination } }));
}

async function volumeStep(client: EC2Client, order: Order | undefined, action: Action): Promise<void> {
  if (action.do === "create-volume" && order !== undefined) {
    await client.send(new CreateVolumeCommand(volumeInput(order, action.volume, action.availabilityZone)));
  }
  if (action.do === "delete-volume") await client.send(new DeleteVolumeCommand({ VolumeId: action.volumeId }));
  if (action.do === "attach-volume") {
    const { volumeId: VolumeId, instanceId: InstanceId, device: Device } = action;
    await client.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
  }
  if (action.do === "detach-volume") {
    await client.send(new DetachVolumeCommand({ VolumeId: action.volumeId, InstanceId: action.instanceId }));
  }
  if (action.do === "keep-with-instance") {
    const { instanceId: InstanceId, device: DeviceName, isDeleted: DeleteOnTermination } = action;
    const BlockDeviceMappings = [{ DeviceName, Ebs: { DeleteOnTermination } }];
    await client.send(new ModifyInstanceAttributeCommand({ InstanceId, BlockDeviceMappings }));
  }
  if (action.do === "replace-root" && order !== undefined) {
    await client.send(
      new CreateReplaceRootVolumeTaskCommand({
        InstanceId: action.instanceId,
        VolumeId: action.volumeId,
        DeleteReplacedRootVolume: false,
        ClientToken: `${order.restoreId}-root`,
        TagSpecifications: specification("replace-root-volume-task", tagsFor(order, ROLE.task)),
      }),
    );
  }
}

async function instanceStep(client: EC2Client, action: Action): Promise<void> {
  if (action.do === "stop-instance") await client.send(new StopInstancesCommand({ InstanceIds: [action.instanceId] }));
  if (action.do === "start-instance")
    await client.send(new StartInstancesCommand({ InstanceIds: [action.instanceId] }));
  if (action.do === "terminate-instance") {
    await client.send(new TerminateInstancesCommand({ InstanceIds: [action.instanceId] }));
  }
  if (action.do === "unprotect-instance") await setProtection(client, action.instanceId, false, false);
  if (action.do === "protect-instance") {
    await setProtection(client, action.instanceId, action.termination, action.stop);
  }
  if (action.do === "forward-packets") {
    const input = { NetworkInterfaceId: action.interfaceId, SourceDestCheck: { Value: false } };
    await client.send(new ModifyNetworkInterfaceAttributeCommand(input));
  }
}

/** Carries it out. An undo has no order: what it takes away needs none. */
export async function performAction(client: EC2Client, order: Order | undefined, action: Action): Promise<void> {
  switch (action.do) {
    case "create-group":
      if (order !== undefined) await createGroup(client, order, action.vpcId);
      return;
    case "close-group":
      return closeGroup(client, action.groupId);
    case "delete-group":
      await client.send(new DeleteSecurityGroupCommand({ GroupId: action.groupId }));
      return;
    case "delete-interface":
      await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: action.interfaceId }));
      return;
    case "register-image":
    case "run-instance":
      if (order !== undefined) await launchStep(client, order, action);
      return;
    case "deregister-image":
      await client.send(new DeregisterImageCommand({ ImageId: action.imageId }));
      return;
    case "write-tags":
      await client.send(new CreateTagsCommand({ Resources: [action.resourceId], Tags: tagsToList(action.tags) }));
      return;
    case "remove-tags": {
      const Tags = action.keys.map((Key) => ({ Key }));
      await client.send(new DeleteTagsCommand({ Resources: [action.resourceId], Tags }));
      return;
    }
    default:
      await volumeStep(client, order, action);
      await instanceStep(client, action);
  }
}
