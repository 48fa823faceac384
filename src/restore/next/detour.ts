/**
 * The detour for an instance whose billing code its snapshots lost: an instance of a public image has the code, and gets the
 * restored root while it is stopped (AWS, "Replace the root volume"; restore by launch, stop, swap, start). Pure.
 */
import type { Next } from "../action";
import type { Found, FoundInstance } from "../found";
import type { LaunchOrder } from "../order";
import { BASE_ROLE } from "../restoreTags";
import { attach, detach, makeVolumes, stopped, volumeOf } from "./volumeSteps";

/** Swaps the root of an instance that was launched from a public image. `undefined`: no detour, or its root is swapped. */
export function swapRoot(order: LaunchOrder, found: Found, instance: FoundInstance): Next | undefined {
  const { baseImageId, volumes } = order;
  const root = volumes.find(({ isRoot }) => isRoot);
  if (baseImageId === undefined || instance.imageId !== baseImageId || root === undefined) return undefined;
  const making = makeVolumes([root], found, instance.availabilityZone);
  if (making !== undefined) return making;
  const [made, base] = [volumeOf(found, root.device), volumeOf(found, BASE_ROLE)];
  if (made === undefined) return undefined;
  const at = instance.mappings.find(({ device }) => device === instance.rootDevice);
  if (at?.volumeId !== made.volumeId) {
    const halt = stopped(instance);
    if (halt !== undefined) return halt;
    const isBase = at !== undefined && at.volumeId === base?.volumeId;
    return (isBase ? detach(instance, instance.rootDevice) : undefined) ?? attach(made, instance, instance.rootDevice);
  }
  const attaching = attach(made, instance, instance.rootDevice);
  if (attaching !== undefined) return attaching;
  return base === undefined ? undefined : { action: { do: "delete-volume", volumeId: base.volumeId } };
}
