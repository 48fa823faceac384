/** The model's instances: launched, stopped, started, ended, protected. */
import type {
  ModifyInstanceAttributeCommandInput,
  RunInstancesCommandInput,
  StartInstancesCommandInput,
  StopInstancesCommandInput,
  TerminateInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import {
  type Account,
  type Image,
  type Instance,
  type Interface,
  type Volume,
  type World,
  change,
  get,
  later,
  newId,
  put,
  refused,
  remove,
  updateInstance,
  updateVolume,
} from "./account";
import { once, tagsIn } from "./ec2Tags";
import { CREATE_MS, attached, isDoomed, released, volumeAt, volumeFrom } from "./ec2Volumes";

const BOOT_MS = 2_000;
const HALT_MS = 1_500;
const CHECKS_MS = 2_000;
const CLEAR_MS = 1_200;

interface Planned {
  volume: Volume;
  device: string;
  ends: boolean;
}

interface AnyMapping {
  DeviceName?: string;
  Ebs?: Partial<
    Record<"SnapshotId" | "VolumeType" | "KmsKeyId", string> &
      Record<"VolumeSize" | "Iops" | "Throughput" | "VolumeInitializationRate", number> &
      Record<"DeleteOnTermination" | "Encrypted", boolean>
  >;
}

/** Returns the volumes of a launch: the image's, with what the launch says of them, and those that it adds. */
function planVolumes(world: World, image: Image, input: RunInstancesCommandInput, zone: string): Planned[] {
  const own = image.rootMapping as AnyMapping;
  const added = (input.BlockDeviceMappings ?? []) as AnyMapping[];
  const over = added.find(({ DeviceName }) => DeviceName === own.DeviceName);
  if (over?.Ebs?.SnapshotId !== undefined && over.Ebs.SnapshotId !== own.Ebs?.SnapshotId) {
    throw refused("InvalidBlockDeviceMapping", "snapshotId can't be modified on the root device");
  }
  const root = { ...own, Ebs: { DeleteOnTermination: true, ...own.Ebs, ...over?.Ebs } };
  const data = added.filter((one) => one !== over);
  if (data.some(({ Ebs }) => Ebs?.SnapshotId === own.Ebs?.SnapshotId)) {
    throw refused("InvalidBlockDeviceMapping", "the root snapshot is mapped twice");
  }
  const tags = tagsIn(input.TagSpecifications, "volume");
  return [root, ...data].map(({ DeviceName = "", Ebs = {} }) => {
    const id = newId(world, "vol");
    const volume = volumeFrom(world, id, zone, {
      snapshotId: Ebs.SnapshotId,
      sizeGiB: Ebs.VolumeSize,
      type: Ebs.VolumeType,
      iops: Ebs.Iops,
      throughput: Ebs.Throughput,
      kmsKeyId: Ebs.KmsKeyId,
      rate: Ebs.VolumeInitializationRate,
    });
    return { volume: { ...volume, tags }, device: DeviceName, ends: Ebs.DeleteOnTermination ?? false };
  });
}

function planInterfaces(world: World, input: RunInstancesCommandInput, zone: string): Interface[] {
  const wanted = input.NetworkInterfaces ?? [];
  const tags = tagsIn(input.TagSpecifications, "network-interface");
  if (wanted.length === 0) throw refused("MissingInput", "no subnet");
  const made = wanted.map((one): Interface => {
    const subnet = world.subnets[one.SubnetId ?? ""];
    if (subnet === undefined) throw refused("InvalidSubnetID.NotFound", `${String(one.SubnetId)} does not exist`);
    if (subnet.zone !== zone) throw refused("InvalidParameterValue", `${String(one.SubnetId)} is in ${subnet.zone}`);
    if (wanted.length > 1 && one.AssociatePublicIpAddress !== undefined) {
      throw refused("InvalidParameterCombination", "no public address with several interfaces");
    }
    for (const id of one.Groups ?? []) {
      if (get(world, "groups", id).vpcId !== subnet.vpcId) throw refused("InvalidParameter", `${id}: another VPC`);
    }
    const [primary] = one.PrivateIpAddresses ?? [];
    const privateIp = one.PrivateIpAddress ?? (primary?.Primary === true ? primary.PrivateIpAddress : undefined);
    const isTaken = Object.values(world.account.interfaces).some((each) => each.privateIp === privateIp);
    if (privateIp !== undefined && isTaken) throw refused("InvalidIPAddress.InUse", `${privateIp} is in use`);
    return {
      id: newId(world, "eni"),
      index: one.DeviceIndex ?? 0,
      ends: one.DeleteOnTermination ?? true,
      groups: one.Groups ?? [],
      subnetId: one.SubnetId ?? "",
      ...(privateIp !== undefined && { privateIp }),
      checksPackets: true,
      tags,
    };
  });
  return made;
}

/** Deletes what ends with an instance, and releases the rest. */
function cleared(now: Account, id: string, isAborted: boolean): Account {
  let next = now;
  for (const { id: volumeId, attachments } of Object.values(now.volumes)) {
    const at = attachments.find(({ instanceId }) => instanceId === id);
    if (at === undefined) continue;
    next = at.ends || isAborted ? remove(next, "volumes", volumeId) : released(next, volumeId, id);
  }
  for (const { id: interfaceId, instanceId, ends } of Object.values(now.interfaces)) {
    if (instanceId !== id) continue;
    if (ends) next = remove(next, "interfaces", interfaceId);
    else {
      const { instanceId: _gone, ...free } = now.interfaces[interfaceId]!;
      next = put(next, "interfaces", free);
    }
  }
  return next;
}

/** Ends an instance. What it had goes a moment later. */
function end(world: World, id: string, afterMs: number, isAborted: boolean): void {
  later(world, afterMs, (now) => updateInstance(now, id, () => ({ state: "terminated" })));
  later(world, afterMs + CLEAR_MS, (now) => cleared(now, id, isAborted));
}

function boot(world: World, id: string): void {
  later(world, BOOT_MS, (now) =>
    updateInstance(now, id, ({ state }) => (state === "pending" ? { state: "running" } : {})),
  );
  later(world, BOOT_MS + CHECKS_MS, (now) =>
    updateInstance(now, id, ({ state }) => ({ isHealthy: state === "running" })),
  );
}

const KEY_REASON = "Client.InternalError: Client error on launch";

export function runInstances(world: World, input: RunInstancesCommandInput): object {
  return once(world, input, () => {
    const image = get(world, "images", input.ImageId);
    if (image.state !== "available") throw refused("InvalidAMIID.Unavailable", `${image.id} is ${image.state}`);
    const zone = input.Placement?.AvailabilityZone ?? "";
    if (world.fullZones.includes(zone)) throw refused("InsufficientInstanceCapacity", `${zone} is full`, 500);
    const id = newId(world, "i");
    const [volumes, interfaces] = [planVolumes(world, image, input, zone), planInterfaces(world, input, zone)];
    const isKeyBad = volumes.some(({ volume }) => isDoomed(world, volume));
    change(world, (now) => {
      const instance: Instance = {
        id,
        state: "pending",
        imageId: image.id,
        rootDevice: image.rootDevice,
        zone,
        isHealthy: false,
        noTermination: false,
        noStop: false,
        input,
        tags: tagsIn(input.TagSpecifications, "instance"),
      };
      const withAll = volumes.reduce((all, { volume }) => put(all, "volumes", volume), put(now, "instances", instance));
      return interfaces.reduce((all, one) => put(all, "interfaces", { ...one, instanceId: id }), withAll);
    });
    for (const { volume, device, ends } of volumes)
      attached(world, volume.id, { instanceId: id, device, ends }, CREATE_MS);
    if (isKeyBad) {
      later(world, CREATE_MS, (now) => updateInstance(now, id, () => ({ state: "shutting-down", reason: KEY_REASON })));
      end(world, id, CREATE_MS + HALT_MS, true);
    } else boot(world, id);
    return id;
  });
}

export function startInstances(world: World, { InstanceIds = [] }: StartInstancesCommandInput): object {
  const { id, state, rootDevice } = get(world, "instances", InstanceIds[0]);
  if (state === "running" || state === "pending") return {};
  if (state !== "stopped") throw refused("IncorrectInstanceState", `${id} is ${state}`);
  if (volumeAt(world.account, id, rootDevice) === undefined) throw refused("IncorrectState", `${id} has no root`);
  change(world, (now) => updateInstance(now, id, () => ({ state: "pending" })));
  boot(world, id);
  return {};
}

export function stopInstances(world: World, { InstanceIds = [] }: StopInstancesCommandInput): object {
  const { id, state, noStop } = get(world, "instances", InstanceIds[0]);
  if (state === "stopped" || state === "stopping") return {};
  if (state !== "running") throw refused("IncorrectInstanceState", `${id} is ${state}`);
  if (noStop) throw refused("OperationNotPermitted", `${id} may not be stopped`);
  change(world, (now) => updateInstance(now, id, () => ({ state: "stopping", isHealthy: false })));
  later(world, HALT_MS, (now) =>
    updateInstance(now, id, ({ state }) => (state === "stopping" ? { state: "stopped" } : {})),
  );
  return {};
}

export function terminateInstances(world: World, { InstanceIds = [] }: TerminateInstancesCommandInput): object {
  const { id, state, noTermination } = get(world, "instances", InstanceIds[0]);
  if (state === "terminated" || state === "shutting-down") return {};
  if (noTermination) throw refused("OperationNotPermitted", `${id} may not be terminated`);
  change(world, (now) => updateInstance(now, id, () => ({ state: "shutting-down" })));
  end(world, id, HALT_MS, false);
  return {};
}

export function modifyInstance(world: World, input: ModifyInstanceAttributeCommandInput): object {
  const { id, state } = get(world, "instances", input.InstanceId);
  if (state === "terminated") throw refused("IncorrectInstanceState", `${id} is terminated`);
  const { DisableApiStop: stop, DisableApiTermination: termination, BlockDeviceMappings: mappings } = input;
  if ([stop, termination, mappings].filter((one) => one !== undefined).length !== 1) {
    throw refused("InvalidParameterCombination", "one attribute with each call");
  }
  change(world, (now) =>
    updateInstance(now, id, (old) => ({
      noStop: stop?.Value ?? old.noStop,
      noTermination: termination?.Value ?? old.noTermination,
    })),
  );
  for (const { DeviceName = "", Ebs } of mappings ?? []) {
    const volume = volumeAt(world.account, id, DeviceName);
    if (volume === undefined) throw refused("InvalidInstanceAttributeValue", `no device is at ${DeviceName}`);
    const ends = Ebs?.DeleteOnTermination ?? false;
    change(world, (now) =>
      updateVolume(now, volume.id, ({ attachments }) => ({
        attachments: attachments.map((one) => (one.instanceId === id ? { ...one, ends } : one)),
      })),
    );
  }
  return {};
}
