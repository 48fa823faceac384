/** Finds the instances and volumes that a configuration backs up, and those that an edit adds or drops. */
import type { VaultConfig } from "../../config/config";
import { describeProtectedInstances } from "../../vault/aws/ec2Reads";
import { describeVolumes, withVolumeSpecs } from "../../vault/aws/ec2Volumes";
import { EXCLUDE_VALUE } from "../../vault/model/tags/tags";
import type { ProtectedInstance } from "../../vault/model/world";
import type { LocalVault } from "../runtime/localVault";

/** Size that is assumed if nobody says how large a volume is. */
const UNKNOWN_GIB = 8;

/** One volume that is backed up. */
export interface CoveredVolume {
  volumeId: string;
  instance: ProtectedInstance;
  gib: number;
}

interface MovedInstance {
  instanceId: string;
  name: string;
  /** Sizes of its volumes that are backed up before or after. */
  gib: number;
}

/** Instances and volumes that an edit adds or drops. */
export interface ProtectionChange {
  in: MovedInstance[];
  out: MovedInstance[];
  /** Sizes of volumes that no configuration before backed up, of instances that come in and of others. */
  newlyIncludedGib: number;
  droppedGib: number;
}

/** Reads the instances that the configuration backs up, from its primary region. */
export async function protectedInstances(
  { account }: LocalVault,
  { primaryRegion, tagKey, policies }: VaultConfig,
): Promise<ProtectedInstance[]> {
  const client = account.ec2(primaryRegion);
  const found = await describeProtectedInstances(client, tagKey, Object.keys(policies));
  const ids = found.map(({ instanceId }) => instanceId);
  return withVolumeSpecs(found, await describeVolumes(client, ids));
}

/** Returns the volumes of instances that their own tag does not exclude. */
export function coveredVolumes(instances: readonly ProtectedInstance[], tagKey: string): CoveredVolume[] {
  const covered = new Map<string, CoveredVolume>();
  for (const instance of instances) {
    for (const { volumeId, tags, sizeGiB: gib = UNKNOWN_GIB } of instance.volumes) {
      if (tags[tagKey] !== EXCLUDE_VALUE) covered.set(volumeId, { volumeId, instance, gib });
    }
  }
  return [...covered.values()];
}

function gibOf(volumes: readonly CoveredVolume[]): number {
  return volumes.reduce((sum, { gib }) => sum + gib, 0);
}

/** Returns what is in one list and not in the other, and the instances that are in that list alone. */
function onlyIn(these: readonly CoveredVolume[], others: readonly CoveredVolume[]) {
  const volumeIds = new Set(others.map(({ volumeId }) => volumeId));
  const instanceIds = new Set(others.map(({ instance }) => instance.instanceId));
  const instances = new Map(these.map(({ instance }) => [instance.instanceId, instance]));
  const moved = [...instances.values()].filter(({ instanceId }) => !instanceIds.has(instanceId));
  return {
    gib: gibOf(these.filter(({ volumeId }) => !volumeIds.has(volumeId))),
    instances: moved.map(({ instanceId, tags }): MovedInstance => {
      const mine = these.filter(({ instance }) => instance.instanceId === instanceId);
      return { instanceId, name: tags.Name ?? "", gib: gibOf(mine) };
    }),
  };
}

/** Compares what was backed up before an edit with what is after it. */
export function protectionChange(before: readonly CoveredVolume[], after: readonly CoveredVolume[]): ProtectionChange {
  const [added, dropped] = [onlyIn(after, before), onlyIn(before, after)];
  return {
    in: added.instances,
    out: dropped.instances,
    newlyIncludedGib: added.gib,
    droppedGib: dropped.gib,
  };
}
