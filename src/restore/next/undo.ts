/** Decides the next step of `restore --undo`: takes away what a restore made, and puts back what it took off. Pure. */
import type { Next } from "../action";
import type { Found, FoundInstance, FoundVolume } from "../found";
import type { Mode } from "../order";
import { RESTORE_TAG, readOldRole } from "../restoreTags";
import { hasEnded } from "../states";
import { attach, detach, running, setDeletion, stopped } from "./volumeSteps";

/** What an undo has to know of the restore: see recall.ts. */
export interface UndoPlan {
  mode: Mode;
  /** True if the instance ran before, and is to run in the end. */
  restarts: boolean;
}

interface Old {
  volume: FoundVolume;
  device: string;
  deleteOnTermination: boolean;
}

/** Returns the volumes that were taken off, with their places. */
function oldOnes({ volumes }: Found): Old[] {
  return volumes.flatMap((volume) => {
    const role = volume.state === "deleting" ? undefined : readOldRole(volume.tags[RESTORE_TAG.role]);
    return role === undefined ? [] : [{ volume, ...role }];
  });
}

/** Returns the volumes that the restore made. */
function madeOnes({ volumes }: Found): FoundVolume[] {
  return volumes.filter(({ tags }) => readOldRole(tags[RESTORE_TAG.role]) === undefined);
}

/** Terminates the instance that the restore made. `undefined`: it is gone. */
function endInstance({ instance }: Found): Next | undefined {
  if (instance === undefined || instance.state === "terminated") return undefined;
  const { instanceId, state, protection } = instance;
  if (state === "shutting-down") return { wait: `${instanceId} to be terminated` };
  if (protection?.termination === true || protection?.stop === true) {
    return { action: { do: "unprotect-instance", instanceId } };
  }
  return { action: { do: "terminate-instance", instanceId } };
}

/**
 * Refuses to begin where it could not end: the old root is gone, or an old volume is attached elsewhere. `undefined`: all that
 * is put back is there.
 */
function canPutBack(found: Found, { instanceId, mappings, rootDevice }: FoundInstance): Next | undefined {
  const old = oldOnes(found);
  const root = mappings.find(({ device }) => device === rootDevice);
  const isMade = madeOnes(found).some(({ volumeId }) => volumeId === root?.volumeId);
  if (isMade && !old.some(({ device }) => device === rootDevice)) {
    const message = `the old root volume of ${instanceId} is gone: nothing can be put back at ${rootDevice}`;
    const hint = `Keep the restored volumes, or restore another recovery point: vault restore ${instanceId} --replace`;
    return { failed: { code: "OldRootGone", message, hint } };
  }
  for (const { volume, device } of old) {
    const other = volume.attachments.find((one) => one.instanceId !== instanceId);
    if (other === undefined) continue;
    const message = `${volume.volumeId}, the old ${device} of ${instanceId}, is attached to ${other.instanceId}`;
    return { failed: { code: "OldVolumeInUse", message, hint: "Detach it there, and undo this restore again." } };
  }
  return undefined;
}

/** Frees the devices, and puts the old volumes of an instance back. `undefined`: they are in their places. */
function putBack(found: Found, instance: FoundInstance): Next | undefined {
  const old = oldOnes(found);
  const made = madeOnes(found).map(({ volumeId }) => volumeId);
  const strangers = instance.mappings.filter(
    ({ volumeId, device }) =>
      made.includes(volumeId) || old.some((one) => one.device === device && one.volume.volumeId !== volumeId),
  );
  const isMissing = old.some(({ volume }) => instance.mappings.every(({ volumeId }) => volumeId !== volume.volumeId));
  const halt = strangers.length > 0 || isMissing ? stopped(instance) : undefined;
  const [stranger] = strangers;
  const clearing = halt ?? (stranger === undefined ? undefined : detach(instance, stranger.device));
  if (clearing !== undefined) return clearing;
  for (const { volume, device, deleteOnTermination } of old) {
    const next = attach(volume, instance, device) ?? setDeletion(instance, device, deleteOnTermination);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** Gives an instance its old volumes back, and lets it run as before. `undefined`: it is as it was. */
function giveBack(found: Found, restarts: boolean): Next | undefined {
  const { instance, tasks } = found;
  if (instance === undefined || hasEnded(instance)) return undefined;
  const task = tasks.find(({ state }) => state === "pending" || state === "in-progress");
  if (task !== undefined) return { wait: `EC2 to replace the root volume (${task.state})` };
  const back = canPutBack(found, instance) ?? putBack(found, instance);
  // It starts before the restored volumes are deleted: only the tags of what is left know that it ran.
  return back ?? (restarts ? running(instance) : undefined);
}

/** Deletes a volume that the restore made. It is taken off the instance that it was restored for. `undefined`: it is going. */
function dropVolume({ volumeId, state, attachments }: FoundVolume, instance?: FoundInstance): Next | undefined {
  if (state === "deleting") return undefined;
  if (state === "creating") return { wait: `${volumeId} to be available` };
  const [attached] = attachments;
  if (attached === undefined) return { action: { do: "delete-volume", volumeId } };
  const { instanceId, device } = attached;
  if (attached.state === "detaching") return { wait: `${volumeId} to be detached` };
  const isOurs = instanceId === instance?.instanceId;
  if (isOurs && hasEnded(instance)) return { wait: `EC2 to release ${volumeId} from ${instanceId}` };
  if (isOurs) return { action: { do: "detach-volume", volumeId, instanceId, device } };
  const message = `${volumeId} is attached to ${instanceId} (${device}), which this restore did not do`;
  return { failed: { code: "VolumeInUse", message, hint: "Detach it there, and undo this restore again." } };
}

/** Deletes whatever the restore made beside its instance. `undefined`: it is gone. */
function drop(found: Found): Next | undefined {
  const { instance, images, groups, interfaces } = found;
  const made = madeOnes(found);
  for (const volume of made) {
    const next = dropVolume(volume, instance);
    if (next !== undefined) return next;
  }
  const [image] = images;
  if (image !== undefined) return { action: { do: "deregister-image", imageId: image.imageId } };
  const [own] = interfaces;
  if (own !== undefined) {
    const { interfaceId, isFree } = own;
    return isFree ? { action: { do: "delete-interface", interfaceId } } : { wait: `EC2 to release ${interfaceId}` };
  }
  const [group] = groups;
  if (group !== undefined) return { action: { do: "delete-group", groupId: group.groupId } };
  return made.length > 0 ? { wait: "EC2 to delete the volumes" } : undefined;
}

/** Forgets that volumes were taken off: they are in their places again. `undefined`: none is marked. */
function unmark({ volumes }: Found): Next | undefined {
  const [marked] = volumes;
  if (marked === undefined) return undefined;
  const keys = Object.keys(marked.tags).filter((key) => key === RESTORE_TAG.id || key.startsWith(`${RESTORE_TAG.id}-`));
  return { action: { do: "remove-tags", resourceId: marked.volumeId, keys } };
}

/** Returns what is to be done now. */
export function nextOfUndo(found: Found, { mode, restarts }: UndoPlan): Next {
  const first = mode === "launch" ? endInstance(found) : mode === "replace" ? giveBack(found, restarts) : undefined;
  return first ?? drop(found) ?? unmark(found) ?? { done: true };
}
