/** The model's volumes: made, attached, detached, deleted, and the task that replaces a root. */
import type {
  AttachVolumeCommandInput,
  CreateReplaceRootVolumeTaskCommandInput,
  CreateVolumeCommandInput,
  DeleteVolumeCommandInput,
  DetachVolumeCommandInput,
} from "@aws-sdk/client-ec2";
import {
  type Account,
  type Attachment,
  type Volume,
  type World,
  change,
  get,
  later,
  newId,
  put,
  refused,
  remove,
  updateTask,
  updateVolume,
} from "./account";
import { once, tagsIn } from "./ec2Tags";

export const CREATE_MS = 1_000;
const ATTACH_MS = 700;
const VANISH_MS = 800;

/** A volume as a call asks for it. */
interface Wanted {
  snapshotId?: string;
  sizeGiB?: number;
  type?: string;
  iops?: number;
  throughput?: number;
  kmsKeyId?: string;
  rate?: number;
}

/** Returns a volume of a snapshot. @throws EC2's refusal of figures that its type can't have */
export function volumeFrom(world: World, id: string, zone: string, wanted: Wanted): Volume {
  const { snapshotId, type = "gp2", iops, throughput } = wanted;
  const snapshot = snapshotId === undefined ? undefined : world.snapshots[snapshotId];
  if (snapshot === undefined) throw refused("InvalidSnapshot.NotFound", `${String(snapshotId)} does not exist`);
  if (iops !== undefined && !["gp3", "io1", "io2"].includes(type)) {
    throw refused("InvalidParameterCombination", `the parameter iops is not supported for ${type} volumes`);
  }
  if (iops === undefined && type.startsWith("io")) throw refused("MissingParameter", `${type} needs iops`);
  if (throughput !== undefined && type !== "gp3") {
    throw refused("InvalidParameterCombination", `throughput is not supported for ${type} volumes`);
  }
  const sizeGiB = wanted.sizeGiB ?? snapshot.sizeGiB;
  if (sizeGiB < snapshot.sizeGiB) throw refused("InvalidParameterValue", "smaller than its snapshot");
  const kmsKeyId = wanted.kmsKeyId ?? snapshot.kmsKeyId;
  return {
    id,
    ...wanted,
    sizeGiB,
    type,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    isShared: false,
    zone,
    state: "creating",
    attachments: [],
    tags: {},
  };
}

/** Decides whether EC2 drops such a volume silently. */
export function isDoomed({ badKeys }: World, { kmsKeyId }: Volume): boolean {
  return kmsKeyId !== undefined && badKeys.includes(kmsKeyId);
}

export function createVolume(world: World, input: CreateVolumeCommandInput): object {
  return once(world, input, () => {
    const id = newId(world, "vol");
    const { AvailabilityZone: zone = "", MultiAttachEnabled: isShared = false } = input;
    const made = volumeFrom(world, id, zone, {
      snapshotId: input.SnapshotId,
      sizeGiB: input.Size,
      type: input.VolumeType,
      iops: input.Iops,
      throughput: input.Throughput,
      kmsKeyId: input.KmsKeyId,
      rate: input.VolumeInitializationRate,
    });
    if (isShared && !made.type?.startsWith("io")) throw refused("InvalidParameterCombination", "only io1 and io2");
    change(world, (now) => put(now, "volumes", { ...made, isShared, tags: tagsIn(input.TagSpecifications, "volume") }));
    if (isDoomed(world, made)) later(world, VANISH_MS, (now) => remove(now, "volumes", id));
    else later(world, CREATE_MS, (now) => updateVolume(now, id, () => ({ state: "available" })));
    return id;
  });
}

export function deleteVolume(world: World, { VolumeId }: DeleteVolumeCommandInput): object {
  const { id, state, attachments } = get(world, "volumes", VolumeId);
  if (attachments.length > 0 || state === "in-use") throw refused("VolumeInUse", `${id} is in use`);
  if (state === "creating") throw refused("IncorrectState", `${id} is creating`);
  change(world, (now) => updateVolume(now, id, () => ({ state: "deleting" })));
  later(world, VANISH_MS, (now) => remove(now, "volumes", id));
  return {};
}

/** Returns the volume at a device of an instance. */
export function volumeAt({ volumes }: Account, instanceId: string, device: string): Volume | undefined {
  return Object.values(volumes).find(({ attachments }) =>
    attachments.some((one) => one.instanceId === instanceId && one.device === device),
  );
}

function setAttachment(now: Account, id: string, instanceId: string, how: Partial<Attachment>): Account {
  return updateVolume(now, id, ({ attachments }) => ({
    attachments: attachments.map((one) => (one.instanceId === instanceId ? { ...one, ...how } : one)),
  }));
}

/** Takes an attachment away. */
export function released(now: Account, id: string, instanceId: string): Account {
  return updateVolume(now, id, ({ attachments }) => {
    const left = attachments.filter((one) => one.instanceId !== instanceId);
    return { attachments: left, state: left.length === 0 ? "available" : "in-use" };
  });
}

/** Adds an attachment, which takes a moment. */
export function attached(world: World, id: string, attachment: Omit<Attachment, "state">, afterMs = ATTACH_MS): void {
  const { instanceId } = attachment;
  change(world, (now) =>
    updateVolume(now, id, ({ attachments }) => ({
      state: "in-use",
      attachments: [...attachments, { ...attachment, state: "attaching" }],
    })),
  );
  later(world, afterMs, (now) => setAttachment(now, id, instanceId, { state: "attached" }));
}

export function attachVolume(world: World, { VolumeId, InstanceId, Device = "" }: AttachVolumeCommandInput): object {
  const [volume, instance] = [get(world, "volumes", VolumeId), get(world, "instances", InstanceId)];
  const isFree = volume.state === "available" || (volume.isShared && volume.state === "in-use");
  if (!["running", "stopped"].includes(instance.state)) {
    throw refused("IncorrectInstanceState", `${instance.id} is ${instance.state}`);
  }
  if (volume.state === "creating") throw refused("IncorrectState", `${volume.id} is creating`);
  const isHere = volume.attachments.some(({ instanceId }) => instanceId === instance.id);
  if (!isFree || isHere) throw refused("VolumeInUse", `${volume.id} is already attached`);
  if (volume.zone !== instance.zone) throw refused("InvalidVolume.ZoneMismatch", `${volume.id} is in ${volume.zone}`);
  if (volumeAt(world.account, instance.id, Device) !== undefined) {
    throw refused("InvalidParameterValue", `${Device} is already in use`);
  }
  attached(world, volume.id, { instanceId: instance.id, device: Device, ends: false });
  return {};
}

export function detachVolume(world: World, { VolumeId, InstanceId = "" }: DetachVolumeCommandInput): object {
  const { id, attachments } = get(world, "volumes", VolumeId);
  const attachment = attachments.find(({ instanceId }) => instanceId === InstanceId);
  if (attachment?.state !== "attached") throw refused("IncorrectState", `${id} is ${attachment?.state ?? "available"}`);
  const instance = get(world, "instances", InstanceId);
  if (instance.state === "terminated") throw refused("IncorrectInstanceState", `${InstanceId} is terminated`);
  if (attachment.device === instance.rootDevice && instance.state !== "stopped") {
    throw refused(
      "OperationNotPermitted",
      `${id} can't be detached: it is the root of ${instance.state} ${InstanceId}`,
    );
  }
  world.touched.push({ call: `detached while ${instance.state}`, id });
  change(world, (now) => setAttachment(now, id, InstanceId, { state: "detaching" }));
  later(world, ATTACH_MS, (now) => released(now, id, InstanceId));
  return {};
}

export function replaceRoot(world: World, input: CreateReplaceRootVolumeTaskCommandInput): object {
  return once(world, input, () => {
    const { InstanceId: instanceId = "", VolumeId } = input;
    const [instance, made] = [get(world, "instances", instanceId), get(world, "volumes", VolumeId)];
    if (instance.state !== "running") throw refused("IncorrectInstanceState", `${instanceId} is ${instance.state}`);
    if (made.state !== "available") throw refused("IncorrectState", `${made.id} is ${made.state}`);
    const id = newId(world, "replacevol");
    const old = volumeAt(world.account, instanceId, instance.rootDevice);
    const tags = tagsIn(input.TagSpecifications, "replace-root-volume-task");
    change(world, (now) => {
      const reserved = updateVolume(now, made.id, () => ({ state: "in-use" }));
      return put(reserved, "tasks", { id, instanceId, volumeId: made.id, state: "pending", tags });
    });
    const { taskEnds } = world;
    later(world, 500, (now) => updateTask(now, id, () => ({ state: "in-progress" })));
    later(world, 2_000, (now) => {
      const ended = updateTask(now, id, () => ({ state: taskEnds }));
      if (taskEnds === "failed") return updateVolume(ended, made.id, () => ({ state: "available" }));
      const freed = old === undefined ? ended : released(ended, old.id, instanceId);
      if (taskEnds !== "succeeded") return updateVolume(freed, made.id, () => ({ state: "available" }));
      const at: Attachment = { instanceId, device: instance.rootDevice, state: "attached", ends: true };
      return updateVolume(freed, made.id, () => ({ state: "in-use", attachments: [at] }));
    });
    return id;
  });
}
