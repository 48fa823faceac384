/**
 * Decides the next step of `restore --launch`: a new instance. Its root comes from an image that is registered for the launch
 * alone, its data volumes from mappings. Where the image lost the billing code, a public image of the platform is launched
 * and its root swapped (detour.ts). Pure.
 */
import { type Next, endedWhy } from "../action";
import type { Found, FoundImage, FoundInstance } from "../found";
import type { LaunchOrder } from "../order";
import { BASE_ROLE, RESTORE_TAG, tagsFor } from "../restoreTags";
import { hasEnded } from "../states";
import { swapRoot } from "./detour";
import { attach, isDone, isMadeApart, makeVolumes, markDone, running, setDeletion, volumeOf } from "./volumeSteps";

/** Makes the group that lets nothing in or out. `undefined`: it is there, or not wanted. */
function isolate({ isolatedIn }: LaunchOrder, { groups }: Found): Next | undefined {
  if (isolatedIn === undefined) return undefined;
  const [group] = groups;
  if (group === undefined) return { action: { do: "create-group", vpcId: isolatedIn } };
  return group.rules === 0 ? undefined : { action: { do: "close-group", groupId: group.groupId } };
}

/** Returns the image that the instance is launched from: the root's own, or the public one where that lost its code. */
function launchFrom(order: LaunchOrder, image: FoundImage): { imageId: string; isDetour: boolean } | Next {
  const { usageOperation: wanted, baseImageId } = order;
  const { imageId, usageOperation: got } = image;
  if (wanted === undefined || got === wanted) return { imageId, isDetour: false };
  if (baseImageId !== undefined) return { imageId: baseImageId, isDetour: true };
  const message = `the root snapshot lost its billing code: ${wanted} was captured, and its image has ${got ?? "none"}`;
  const hint = `Give a public image of the same platform with --base-image: it is launched, and its root is swapped.`;
  return { failed: { code: "BillingCodeLost", message, hint } };
}

/** Refuses to launch beside what an instance left that ended: it may hold data. `undefined`: it left nothing. */
function leftBehind(order: LaunchOrder, { endedBefore, volumes, interfaces }: Found): Next | undefined {
  if (endedBefore === 0) return undefined;
  const apart = order.volumes.filter(isMadeApart).map(({ device }) => device);
  const free = volumes.filter(
    ({ tags, attachments, state }) =>
      attachments.length === 0 && state === "available" && !apart.includes(tags[RESTORE_TAG.role] ?? ""),
  );
  const left = [
    ...free.map(({ volumeId }) => volumeId),
    ...interfaces.filter(({ isFree }) => isFree).map(({ interfaceId }) => interfaceId),
  ];
  if (left.length === 0) return undefined;
  const message = `the instance of this restore has ended, and left ${left.join(", ")}`;
  return { failed: { code: "LeftBehind", message, hint: "Undo this restore, which deletes them, and run it again." } };
}

function launch(order: LaunchOrder, found: Found): Next {
  const isolation = isolate(order, found);
  if (isolation !== undefined) return isolation;
  const left = leftBehind(order, found);
  if (left !== undefined) return left;
  const [image] = found.images;
  if (image === undefined) return { action: { do: "register-image" } };
  if (image.state === "pending") return { wait: `${image.imageId} to be available` };
  if (image.state !== "available") {
    const message = `${image.imageId} is ${image.state}`;
    return { failed: { code: "ImageFailed", message, hint: "Undo this restore, and try another recovery point." } };
  }
  const from = launchFrom(order, image);
  if (!("imageId" in from)) return from;
  const [group] = found.groups;
  const isolated = group === undefined ? {} : { groupId: group.groupId };
  return { action: { do: "run-instance", ...from, ...isolated, attempt: found.endedBefore } };
}

/** Attaches volumes of other restores that the instance shares. `undefined`: they are attached. */
function attachOthers({ shared }: LaunchOrder, instance: FoundInstance): Next | undefined {
  for (const { volumeId, device } of shared) {
    // Its own tags name another restore: what the instance shows of it is enough.
    const next = attach({ volumeId, state: "in-use", attachments: [], tags: {} }, instance, device);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** Makes and attaches the volumes that a launch can't make: those for several instances. `undefined`: they are attached. */
function addShared(order: LaunchOrder, found: Found, instance: FoundInstance): Next | undefined {
  const shared = order.volumes.filter(isMadeApart);
  const making = makeVolumes(shared, found, instance.availabilityZone);
  if (making !== undefined) return making;
  for (const { device } of shared) {
    const volume = volumeOf(found, device);
    const next = volume === undefined ? undefined : attach(volume, instance, device);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** Tags each volume with its own tags: a launch can only give all of them the same. `undefined`: all are tagged. */
function tagVolumes(order: LaunchOrder, found: Found, instance: FoundInstance): Next | undefined {
  for (const { device, volumeId } of instance.mappings) {
    const volume = found.volumes.find((one) => one.volumeId === volumeId);
    const wanted = order.volumes.find((one) => one.device === device);
    // A launch gives its volumes the restore's id. Another one is a person's, or not shown yet.
    if (volume === undefined && wanted === undefined) continue;
    if (volume === undefined) return { wait: `EC2 to show ${volumeId}` };
    if (volume.tags[RESTORE_TAG.role] !== undefined) continue;
    const isBase = device === instance.rootDevice && instance.imageId === order.baseImageId;
    const role = isBase ? BASE_ROLE : device;
    const tags = tagsFor(order, role, isBase ? {} : wanted?.tags);
    return { action: { do: "write-tags", resourceId: volumeId, tags, what: `volume of ${device}` } };
  }
  return undefined;
}

/** Sets what a launch can't say. `undefined`: all is set. */
function complete(order: LaunchOrder, instance: FoundInstance): Next | undefined {
  for (const { deviceIndex, interfaceId, sourceDestCheck } of instance.interfaces) {
    const wanted = order.as.interfaces.find((one) => one.deviceIndex === deviceIndex)?.sourceDestCheck;
    if (wanted === false && sourceDestCheck) return { action: { do: "forward-packets", interfaceId } };
  }
  for (const { device, isRoot, deleteOnTermination } of order.volumes) {
    // A root ends with its instance unless something else was captured, by the detour too (AWS, RunInstances).
    const next = isRoot
      ? setDeletion(instance, instance.rootDevice, deleteOnTermination ?? true)
      : setDeletion(instance, device, deleteOnTermination);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** Waits until EC2's own checks of the instance pass. `undefined`: they did. */
function healthy({ instanceId, health = "not known yet" }: FoundInstance): Next | undefined {
  if (health === "ok") return undefined;
  if (health !== "impaired") return { wait: `the status checks of ${instanceId} (${health})` };
  const message = `${instanceId} runs, and EC2's status checks fail`;
  const hint = `It may not boot. Look at it with \`aws ec2 get-console-output --instance-id ${instanceId}\`, or undo this restore.`;
  return { failed: { code: "StatusChecksFailed", message, hint } };
}

function protect({ as: { launch: wanted } }: LaunchOrder, { instanceId, protection }: FoundInstance): Next | undefined {
  const { disableApiTermination: termination = false, disableApiStop: stop = false } = wanted;
  if (!termination && !stop) return undefined;
  if (protection?.termination === termination && protection.stop === stop) return undefined;
  return { action: { do: "protect-instance", instanceId, termination, stop } };
}

/** Returns what is to be done now. */
export function nextOfLaunch(order: LaunchOrder, found: Found): Next {
  const { instance } = found;
  if (instance === undefined) return launch(order, found);
  if (isDone(instance)) return { done: true };
  if (hasEnded(instance)) return endedWhy(instance);
  if (instance.state === "pending") return { wait: `${instance.instanceId} to run` };
  const tagging = tagVolumes(order, found, instance) ?? swapRoot(order, found, instance);
  if (tagging !== undefined) return tagging;
  const start = running(instance);
  if (start !== undefined) return start;
  const last =
    addShared(order, found, instance) ??
    attachOthers(order, instance) ??
    complete(order, instance) ??
    healthy(instance);
  if (last !== undefined) return last;
  const [image] = found.images;
  if (image !== undefined) return { action: { do: "deregister-image", imageId: image.imageId } };
  const made = [
    ...found.volumes.map(({ volumeId, tags }) => ({ id: volumeId, tags })),
    ...found.groups.map(({ groupId, tags }) => ({ id: groupId, tags })),
    { id: instance.instanceId, tags: instance.tags },
  ];
  return protect(order, instance) ?? markDone(made) ?? { done: true };
}
