/** Steps that several kinds of restore share: a volume that is made, and one that is attached. Pure. */
import { type Action, type Next, KEY_HINT } from "../action";
import type { Found, FoundInstance, FoundVolume } from "../found";
import { RESTORE_TAG } from "../restoreTags";
import type { SourceVolume } from "../source";

/** Returns the volumes of a role, the one that is attached first. */
function volumesOf({ volumes }: Found, role: string): FoundVolume[] {
  const all = volumes.filter(({ tags, state }) => tags[RESTORE_TAG.role] === role && state !== "deleting");
  const isFree = ({ attachments }: FoundVolume) => (attachments.length === 0 ? 1 : 0);
  return all.sort((a, b) => isFree(a) - isFree(b) || (a.volumeId < b.volumeId ? -1 : 1));
}

/** Returns the volume that was made for a role, or with {@link oldRole} one that was taken off. */
export function volumeOf(found: Found, role: string): FoundVolume | undefined {
  return volumesOf(found, role)[0];
}

/**
 * Deletes a volume that was made twice: EC2 had not shown the first one yet to a restore that went on. `undefined`: none was, or
 * it is attached.
 */
function dropSpare(found: Found, role: string): Next | undefined {
  const [, ...others] = volumesOf(found, role);
  const spare = others.find(({ attachments, state }) => attachments.length === 0 && state === "available");
  return spare === undefined ? undefined : { action: { do: "delete-volume", volumeId: spare.volumeId } };
}

/** Decides whether a volume is made apart from a launch: mappings can't say that several instances may attach it. */
export function isMadeApart({ isMultiAttach, isRoot }: SourceVolume): boolean {
  return isMultiAttach === true && !isRoot;
}

/** Creates those volumes that are missing, and waits until all are usable. `undefined`: all are. */
export function makeVolumes(wanted: readonly SourceVolume[], found: Found, availabilityZone: string): Next | undefined {
  for (const volume of wanted) {
    const made = volumeOf(found, volume.device);
    if (made === undefined) return { action: { do: "create-volume", volume, availabilityZone } };
    const dropping = dropSpare(found, volume.device);
    if (dropping !== undefined) return dropping;
    if (made.state === "error") {
      return { failed: { code: "VolumeFailed", message: `${made.volumeId} is in state error`, hint: KEY_HINT } };
    }
  }
  const creating = wanted.map(({ device }) => volumeOf(found, device)).filter((one) => one?.state === "creating");
  const [first] = creating;
  if (first === undefined) return undefined;
  const others = creating.length === 1 ? "" : ` and ${creating.length - 1} more`;
  return { wait: `${first.volumeId}${others} to be available` };
}

/** Attaches a volume to an instance at a device. `undefined`: it is attached. */
export function attach(volume: FoundVolume, instance: FoundInstance, device: string): Next | undefined {
  const { instanceId } = instance;
  const mapped = instance.mappings.find((one) => one.device === device);
  if (mapped?.volumeId === volume.volumeId) {
    return mapped.state === "attached" ? undefined : { wait: `${volume.volumeId} to be attached as ${device}` };
  }
  if (mapped?.state === "detaching") return { wait: `${mapped.volumeId} to be detached from ${device}` };
  if (mapped !== undefined) {
    const message = `${device} of ${instanceId} is in use by ${mapped.volumeId}`;
    const hint = "Detach that volume, or restore with --replace, which takes the old volumes off and keeps them.";
    return { failed: { code: "DeviceInUse", message, hint } };
  }
  // EC2 may show an attachment with the volume before it does so with the instance.
  if (volume.attachments.some((one) => one.instanceId === instanceId)) {
    return { wait: `EC2 to show ${volume.volumeId} at ${device}` };
  }
  return { action: { do: "attach-volume", volumeId: volume.volumeId, instanceId, device } };
}

/** Detaches whatever is at a device. `undefined`: nothing is. */
export function detach({ instanceId, mappings }: FoundInstance, device: string): Next | undefined {
  const mapped = mappings.find((one) => one.device === device);
  if (mapped === undefined) return undefined;
  const { volumeId } = mapped;
  if (mapped.state === "detaching") return { wait: `${volumeId} to be detached from ${device}` };
  return { action: { do: "detach-volume", volumeId, instanceId, device } };
}

/** Sets whether a volume ends with its instance. `undefined`: it is so. */
export function setDeletion(
  { instanceId, mappings }: FoundInstance,
  device: string,
  isDeleted: boolean | undefined,
): Next | undefined {
  const mapped = mappings.find((one) => one.device === device);
  if (isDeleted === undefined || mapped === undefined || mapped.deleteOnTermination === isDeleted) return undefined;
  return { action: { do: "keep-with-instance", instanceId, device, isDeleted } };
}

/** Brings an instance to a halt. `undefined`: it is stopped. */
export function stopped({ instanceId, state }: FoundInstance): Next | undefined {
  if (state === "stopped") return undefined;
  if (state === "running") return { action: { do: "stop-instance", instanceId } };
  return { wait: `${instanceId} to stop (it is ${state})` };
}

/** Brings an instance to run. `undefined`: it runs. */
export function running(instance: FoundInstance): Next | undefined {
  const { instanceId, state } = instance;
  if (state === "running") return undefined;
  if (state === "stopped") return { action: { do: "start-instance", instanceId } };
  return { wait: `${instanceId} to run (it is ${state})` };
}

/** Decides whether something is marked as done. Whoever changed it afterwards wants it as it is. */
export function isDone({ tags }: { tags: Readonly<Record<string, string>> }): boolean {
  return tags[RESTORE_TAG.state] === "done";
}

/** Decides whether the volume of each device is there, and marked as done. */
export function isAllDone(wanted: readonly SourceVolume[], found: Found): boolean {
  const all = wanted.map(({ device }) => volumeOf(found, device));
  return all.every((one) => one !== undefined && isDone(one));
}

/** Marks as done whatever the restore made, so that nobody undoes it for unfinished. `undefined`: all are marked. */
export function markDone(
  resources: readonly { id: string; tags: Readonly<Record<string, string>> }[],
): Next | undefined {
  const open = resources.find((one) => !isDone(one));
  if (open === undefined) return undefined;
  const action: Action = {
    do: "write-tags",
    resourceId: open.id,
    tags: { [RESTORE_TAG.state]: "done" },
    what: "restored",
  };
  return { action };
}
