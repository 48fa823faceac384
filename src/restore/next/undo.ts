/** Decides the next step of `restore --undo`: takes away what a restore made, and puts back what it took off. Pure. */
import type { Next } from "../action";
import type { Found, FoundInstance, FoundVolume } from "../found";
import { RESTORE_TAG, readOldRole } from "../restoreTags";
import { attach, detach, running, setDeletion, stopped } from "./volumeSteps";

const ENDED = ["shutting-down", "terminated"];

/** Terminates the instance that the restore made. `undefined`: it is gone. */
function endInstance({ instanceId, state, isProtected }: FoundInstance): Next | undefined {
  if (state === "terminated") return undefined;
  if (state === "shutting-down") return { wait: `${instanceId} to be terminated` };
  if (isProtected === true) return { action: { do: "unprotect-instance", instanceId } };
  return { action: { do: "terminate-instance", instanceId } };
}

/** Deletes a volume that the restore made, wherever it is attached. `undefined`: it is going. */
function dropVolume({ volumeId, state, attachments }: FoundVolume): Next | undefined {
  if (state === "deleting") return undefined;
  const [attached] = attachments;
  if (attached === undefined) return { action: { do: "delete-volume", volumeId } };
  if (attached.state === "detaching") return { wait: `${volumeId} to be detached` };
  const { instanceId, device } = attached;
  return { action: { do: "detach-volume", volumeId, instanceId, device } };
}

/** Puts the old volumes of an instance back. `undefined`: they are in their places. */
function putBack(found: Found, instance: FoundInstance): Next | undefined {
  const old = found.volumes.flatMap((volume) => {
    const role = readOldRole(volume.tags[RESTORE_TAG.role]);
    return role === undefined ? [] : [{ volume, ...role }];
  });
  const misplaced = old.filter(({ volume, device }) =>
    instance.mappings.every((one) => one.device !== device || one.volumeId !== volume.volumeId),
  );
  if (misplaced.length > 0) {
    const halt = stopped(instance);
    if (halt !== undefined) return halt;
  }
  for (const { volume, device } of old) {
    const at = instance.mappings.find((one) => one.device === device);
    const clearing = at === undefined || at.volumeId === volume.volumeId ? undefined : detach(instance, device);
    const next = clearing ?? attach(volume, instance, device);
    if (next !== undefined) return next;
  }
  for (const { device, deleteOnTermination } of old) {
    const next = setDeletion(instance, device, deleteOnTermination);
    if (next !== undefined) return next;
  }
  return undefined;
}

/**
 * Refuses to take the root off an instance that has no old one to put back. `undefined`: there is one, or the root is not
 * the restore's.
 */
function keepRoot(found: Found, { instanceId, mappings, rootDevice }: FoundInstance): Next | undefined {
  const root = mappings.find(({ device }) => device === rootDevice);
  const isMade = found.volumes.some(
    ({ volumeId, tags }) => volumeId === root?.volumeId && readOldRole(tags[RESTORE_TAG.role]) === undefined,
  );
  const hasOld = found.volumes.some(({ tags }) => readOldRole(tags[RESTORE_TAG.role])?.device === rootDevice);
  if (!isMade || hasOld) return undefined;
  const message = `the old root volume of ${instanceId} is gone: nothing can be put back at ${rootDevice}`;
  const hint = `Keep the restored volumes, or restore another recovery point: vault restore ${instanceId} --replace`;
  return { failed: { code: "OldRootGone", message, hint } };
}

/** Forgets that volumes were taken off: they are in their places again. `undefined`: none is marked. */
function unmark({ volumes }: Found): Next | undefined {
  const marked = volumes.find(({ tags }) => readOldRole(tags[RESTORE_TAG.role]) !== undefined);
  if (marked === undefined) return undefined;
  const keys = Object.values(RESTORE_TAG).filter((key) => Object.hasOwn(marked.tags, key));
  return { action: { do: "remove-tags", resourceId: marked.volumeId, keys } };
}

/**
 * Returns what is to be done now.
 * @param restarts true if the instance is to run in the end
 */
export function nextOfUndo(found: Found, isMade: boolean, restarts: boolean): Next {
  const { instance, volumes, images, groups } = found;
  if (instance !== undefined && isMade) {
    const ending = endInstance(instance);
    if (ending !== undefined) return ending;
  }
  if (instance !== undefined && !isMade && !ENDED.includes(instance.state)) {
    const back = keepRoot(found, instance) ?? putBack(found, instance);
    if (back !== undefined) return back;
  }
  const own = volumes.filter(({ tags }) => readOldRole(tags[RESTORE_TAG.role]) === undefined);
  for (const volume of own) {
    const next = dropVolume(volume);
    if (next !== undefined) return next;
  }
  const [image] = images;
  if (image !== undefined) return { action: { do: "deregister-image", imageId: image.imageId } };
  const [group] = groups;
  if (group !== undefined) return { action: { do: "delete-group", groupId: group.groupId } };
  if (own.length > 0) return { wait: "EC2 to delete the volumes" };
  if (instance !== undefined && !isMade && restarts && !ENDED.includes(instance.state)) {
    const start = running(instance);
    if (start !== undefined) return start;
  }
  return unmark(found) ?? { done: true };
}
