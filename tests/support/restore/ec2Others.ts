/** The model's images, groups and interfaces. */
import type {
  CreateSecurityGroupCommandInput,
  DeleteNetworkInterfaceCommandInput,
  DeleteSecurityGroupCommandInput,
  DeregisterImageCommandInput,
  ModifyNetworkInterfaceAttributeCommandInput,
  RegisterImageCommandInput,
  RevokeSecurityGroupEgressCommandInput,
} from "@aws-sdk/client-ec2";
import {
  type World,
  change,
  get,
  later,
  newId,
  put,
  refused,
  remove,
  updateGroup,
  updateImage,
  updateInterface,
} from "./account";
import { tagsIn } from "./ec2Tags";

const REGISTER_MS = 600;

export function registerImage(world: World, input: RegisterImageCommandInput): object {
  const { Name: name = "", RootDeviceName: rootDevice = "", BlockDeviceMappings: mappings = [] } = input;
  const root = mappings.find(({ DeviceName }) => DeviceName === rootDevice);
  const snapshot = world.snapshots[root?.Ebs?.SnapshotId ?? ""];
  if (root === undefined || snapshot === undefined) throw refused("InvalidSnapshot.NotFound", "no root snapshot");
  if (mappings.some(({ Ebs }) => Ebs?.Encrypted !== undefined || Ebs?.KmsKeyId !== undefined)) {
    throw refused("InvalidBlockDeviceMapping", "the encrypted flag can't be given with a snapshot");
  }
  const images = Object.values(world.account.images);
  const isTaken = images.some((one) => one.owner === "self" && one.name === name);
  if (isTaken) throw refused("InvalidAMIName.Duplicate", `the name ${name} is in use`);
  const id = newId(world, "ami");
  const usageOperation = world.losesBilling ? "RunInstances" : snapshot.usageOperation;
  const tags = tagsIn(input.TagSpecifications, "image");
  change(world, (now) =>
    put(now, "images", {
      id,
      name,
      owner: "self",
      state: "pending",
      usageOperation,
      rootDevice,
      rootMapping: root,
      tags,
    }),
  );
  later(world, REGISTER_MS, (now) => updateImage(now, id, () => ({ state: "available" })));
  return { ImageId: id };
}

export function deregisterImage(world: World, { ImageId }: DeregisterImageCommandInput): object {
  const { id, owner } = get(world, "images", ImageId);
  if (owner !== "self") throw refused("AuthFailure", `${id} is somebody else's`, 403);
  change(world, (now) => remove(now, "images", id));
  return {};
}

export function createGroup(world: World, input: CreateSecurityGroupCommandInput): object {
  const { GroupName: name = "", VpcId: vpcId = "" } = input;
  const isTaken = Object.values(world.account.groups).some((one) => one.name === name && one.vpcId === vpcId);
  if (isTaken) throw refused("InvalidGroup.Duplicate", `${name} is there already`);
  const id = newId(world, "sg");
  const tags = tagsIn(input.TagSpecifications, "security-group");
  change(world, (now) => put(now, "groups", { id, name, vpcId, egress: 1, tags }));
  return { GroupId: id };
}

export function revokeEgress(
  world: World,
  { GroupId, IpPermissions = [] }: RevokeSecurityGroupEgressCommandInput,
): object {
  const { id, egress } = get(world, "groups", GroupId);
  if (egress < IpPermissions.length) throw refused("InvalidPermission.NotFound", "no such rule");
  change(world, (now) => updateGroup(now, id, () => ({ egress: egress - IpPermissions.length })));
  return {};
}

export function deleteGroup(world: World, { GroupId }: DeleteSecurityGroupCommandInput): object {
  const { id } = get(world, "groups", GroupId);
  const isUsed = Object.values(world.account.interfaces).some(({ groups }) => groups.includes(id));
  if (isUsed) throw refused("DependencyViolation", `${id} has a dependent object`);
  change(world, (now) => remove(now, "groups", id));
  return {};
}

export function modifyInterface(world: World, input: ModifyNetworkInterfaceAttributeCommandInput): object {
  const { id } = get(world, "interfaces", input.NetworkInterfaceId);
  const checksPackets = input.SourceDestCheck?.Value ?? true;
  change(world, (now) => updateInterface(now, id, () => ({ checksPackets })));
  return {};
}

export function deleteInterface(world: World, input: DeleteNetworkInterfaceCommandInput): object {
  const { id, instanceId } = get(world, "interfaces", input.NetworkInterfaceId);
  if (instanceId !== undefined) throw refused("InvalidParameterValue", `${id} is in use by ${instanceId}`);
  change(world, (now) => remove(now, "interfaces", id));
  return {};
}
