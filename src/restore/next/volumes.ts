/** Decides the next step of `restore --volumes`: volumes of one recovery point, attached if that was asked for. Pure. */
import type { Next } from "../action";
import type { Found } from "../found";
import type { VolumesOrder } from "../order";
import { hasEnded } from "../states";
import { attach, isAllDone, makeVolumes, markDone, volumeOf } from "./volumeSteps";

/** Returns what is to be done now. */
export function nextOfVolumes(order: VolumesOrder, found: Found): Next {
  if (isAllDone(order.volumes, found)) return { done: true };
  const making = makeVolumes(order.volumes, found, order.availabilityZone);
  if (making !== undefined) return making;
  const made = order.volumes.flatMap(({ device }) => volumeOf(found, device) ?? []);
  if (order.attachTo !== undefined) {
    const { instance } = found;
    if (instance === undefined || hasEnded(instance)) {
      const message = `${order.attachTo} is ${instance?.state ?? "not there"}`;
      const hint = "The volumes are made: attach them to another instance with `aws ec2 attach-volume`.";
      return { failed: { code: "NoInstance", message, hint } };
    }
    if (!["running", "stopped"].includes(instance.state)) {
      return { wait: `${instance.instanceId} to run or stop (it is ${instance.state})` };
    }
    for (const { device } of order.volumes) {
      const volume = volumeOf(found, device);
      const next = volume === undefined ? undefined : attach(volume, instance, device);
      if (next !== undefined) return next;
    }
  }
  return markDone(made.map(({ volumeId, tags }) => ({ id: volumeId, tags }))) ?? { done: true };
}
