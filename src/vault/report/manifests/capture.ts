/**
 * Composes the capture of a recovery point: all that EC2 said of its instance and volumes when the snapshots were
 * created. Tags hold the part of it that fits, the capture holds all of it. It is written once, by the invocation that
 * creates the snapshots, because no other reads the instance. Pure. Its form is docs/manifest.schema.json.
 */
import type { Work } from "../../model/work";
import { captureKey } from "../../model/objectKeys";
import type { CoreSettings } from "../../model/settings";
import { EXCLUDE_VALUE } from "../../model/tags/tags";
import type { AttachedVolume, ProtectedInstance } from "../../model/world";

const CAPTURE_VERSION = 1;

/** An object to write. */
export interface Keyed {
  key: string;
  body: object;
}

function volumeOf({ isRoot, deviceName, volumeType, tags, ...others }: AttachedVolume, tagKey: string) {
  const role = isRoot ? "root" : "data";
  return { device: deviceName, role, type: volumeType, ...others, excluded: tags[tagKey] === EXCLUDE_VALUE, tags };
}

function composeCapture(instance: ProtectedInstance, slot: string, { vaultId, primaryRegion, tagKey }: CoreSettings) {
  const { instanceId, instanceType: type, availabilityZone, tags, captured, blobs, volumes, unmapped = [] } = instance;
  return {
    schema: "smart-vault/capture",
    version: CAPTURE_VERSION,
    vault: vaultId,
    slot,
    primaryRegion,
    instance: { instanceId, type, availabilityZone, tags },
    launch: captured?.launch ?? {},
    interfaces: captured?.interfaces ?? [],
    ...(captured?.blobSlots !== undefined && { blobSlots: captured.blobSlots }),
    ...blobs,
    volumes: [...volumes, ...unmapped].map((volume) => volumeOf(volume, tagKey)),
  };
}

/** Returns the captures of the recovery points that an invocation created snapshots of. */
export function capturesOf({ world, outcomes }: Pick<Work, "world" | "outcomes">, settings: CoreSettings): Keyed[] {
  return outcomes.flatMap(({ action, snapshotIds }): Keyed[] => {
    if (action.kind !== "snapshot" || snapshotIds.length === 0) return [];
    const { instanceId, slot } = action;
    const instance = world.instances?.find((one) => one.instanceId === instanceId);
    if (instance === undefined) return [];
    return [{ key: captureKey(instanceId, slot), body: composeCapture(instance, slot, settings) }];
  });
}
