/** Makes the choices of `--volumes` and `--replace`. Pure. */
import { type Choices, choiceWords } from "../choices";
import { withoutUndefined } from "../../vault/lib/collections";
import type { ReplaceOrder, VolumeOptions, VolumesOrder } from "../order";
import { refusal } from "../refusal";
import type { RestoreSource, SourceVolume } from "../source";

interface Common extends VolumeOptions {
  availabilityZone: string;
  /** Devices that are restored; empty: all. */
  devices: readonly string[];
}

export interface VolumeWishes extends Common {
  attachTo?: string;
}

export interface ReplaceWishes extends Common {
  wasRunning: boolean;
  isRootTask: boolean;
  /** Device of the instance's root now. */
  rootDevice: string;
}

/** Returns the volumes of the devices that are asked for. */
export function volumesOf({ volumes, instanceId, slot }: RestoreSource, devices: readonly string[]): SourceVolume[] {
  const unknown = devices.find((one) => volumes.every(({ device }) => device !== one));
  if (unknown === undefined) return volumes.filter(({ device }) => devices.length === 0 || devices.includes(device));
  const message = `the recovery point ${slot} of ${instanceId} has no volume at ${unknown}`;
  throw refusal("NoDevice", message, `It has: ${volumes.map(({ device }) => device).join(", ")}.`);
}

function common(source: RestoreSource, restoreId: string, { kmsKeyId, initializationRate, ...wishes }: Common) {
  return {
    restoreId,
    region: source.region,
    instanceId: source.instanceId,
    slot: source.slot,
    volumes: volumesOf(source, wishes.devices),
    availabilityZone: wishes.availabilityZone,
    ...withoutUndefined<VolumeOptions>({ kmsKeyId, initializationRate }),
  };
}

/** Returns the order for the volumes of a recovery point. */
export function chooseVolumes(source: RestoreSource, restoreId: string, wishes: VolumeWishes): VolumesOrder {
  const { attachTo, ...rest } = wishes;
  const attached = attachTo === undefined ? {} : { attachTo };
  const choices: Choices = { ...rest, mode: "volumes", interfaces: [], ...attached };
  return { mode: "volumes", ...common(source, restoreId, rest), ...attached, choices: choiceWords(choices) };
}

/** Returns the order for the volumes of an instance, in place. */
export function chooseReplace(source: RestoreSource, restoreId: string, wishes: ReplaceWishes): ReplaceOrder {
  const { wasRunning, isRootTask, rootDevice, ...rest } = wishes;
  const choices: Choices = { ...rest, mode: "replace", interfaces: [], wasRunning, isRootTask };
  const all = common(source, restoreId, rest);
  // The root goes where the instance boots from, whatever its device was called then.
  const volumes = all.volumes.map((one) => (one.isRoot ? { ...one, device: rootDevice } : one));
  return { mode: "replace", ...all, volumes, wasRunning, isRootTask, rootDevice, choices: choiceWords(choices) };
}
