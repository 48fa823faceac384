/** Plans a restore again from its choices: everything that was chosen is asked for again. Pure. */
import type { CapturedLaunch, InterfaceSpec } from "../../vault/model/launchSpec";
import type { Choices } from "../choices";
import { withoutUndefined } from "../../vault/lib/collections";
import type { LaunchOrder, ReplaceOrder, VolumeOptions, VolumesOrder } from "../order";
import type { RestoreSource } from "../source";
import { type LaunchWishes, chooseLaunch } from "./launch";
import type { RegionFacts } from "./region";
import { chooseReplace, chooseVolumes } from "./volumes";

/** Returns the launch as it was chosen. The addresses are those that were chosen, although the instance may use them by now. */
export function launchAgain(
  source: RestoreSource,
  facts: RegionFacts,
  choices: Choices,
  { restoreId, backupTagKey }: { restoreId: string; backupTagKey: string },
): LaunchOrder {
  const [first] = choices.interfaces;
  const { instanceType, availabilityZone, keyName, instanceProfile, baseImageId, kmsKeyId, initializationRate } =
    choices;
  const { leavesOut, shared } = choices;
  const wishes = withoutUndefined<LaunchWishes>({
    isIsolated: choices.isolatedIn !== undefined,
    backupTagKey,
    subnetId: first?.subnetId,
    instanceType,
    availabilityZone,
    keyName,
    instanceProfile,
    baseImageId,
    kmsKeyId,
    initializationRate,
    leavesOut,
    shared,
  });
  const taken = facts.takenAddresses.filter((ip) => !isChosenAddress(choices, ip));
  const here = { ...facts, takenAddresses: taken };
  const [order] = chooseLaunch({ ...source, captured: asChosen(source, choices) }, here, wishes, restoreId);
  return order;
}

function isChosenAddress({ interfaces }: Choices, ip: string): boolean {
  return interfaces.some(({ privateIp, secondaryIps }) => privateIp === ip || secondaryIps.includes(ip));
}

/** Returns a capture whose interfaces have the ids that were chosen, so that they map to themselves. */
function asChosen({ captured }: RestoreSource, { interfaces }: Choices): CapturedLaunch {
  const chosen = interfaces.map(({ deviceIndex, subnetId, groupIds, privateIp, secondaryIps }) => {
    const own = captured?.interfaces.find((one) => one.deviceIndex === deviceIndex);
    const { privateIp: _ip, secondaryIps: _others, ...rest } = own ?? { deviceIndex };
    return withoutUndefined<InterfaceSpec>({
      ...rest,
      subnetId,
      groupIds,
      // A group that was deleted since has to be missed: without one EC2 takes the default group.
      groupNames: groupIds,
      privateIp,
      secondaryIps: secondaryIps.length > 0 ? secondaryIps : undefined,
    });
  });
  return { launch: captured?.launch ?? {}, interfaces: chosen };
}

/** Returns a restore of volumes as it was chosen. */
export function volumesAgain(source: RestoreSource, choices: Choices, restoreId: string): VolumesOrder {
  const { availabilityZone = "", attachTo, devices, kmsKeyId, initializationRate } = choices;
  return chooseVolumes(source, restoreId, {
    availabilityZone,
    devices,
    ...withoutUndefined<VolumeOptions & { attachTo?: string }>({ attachTo, kmsKeyId, initializationRate }),
  });
}

/** Returns a replacement as it was chosen. */
export function replaceAgain(
  source: RestoreSource,
  choices: Choices,
  restoreId: string,
  rootDevice: string,
): ReplaceOrder {
  const {
    availabilityZone = "",
    devices,
    kmsKeyId,
    initializationRate,
    wasRunning = false,
    isRootTask = false,
  } = choices;
  return chooseReplace(source, restoreId, {
    availabilityZone,
    devices,
    wasRunning,
    isRootTask,
    rootDevice,
    ...withoutUndefined<VolumeOptions>({ kmsKeyId, initializationRate }),
  });
}
