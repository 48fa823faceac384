/**
 * Chooses which volumes of other restores a launch attaches: those that several instances shared are restored once, with the
 * recovery point that has them. A wrong one would give two instances the same file system, so nothing is guessed. Pure.
 */
import type { AttachedShared } from "../order";
import { refusal } from "../refusal";
import type { RestoreSource, SharedVolume } from "../source";

/** A volume for several instances that a restore made. */
export interface RestoredShared {
  volumeId: string;
  snapshotId: string;
  availabilityZone: string;
}

export interface SharedWishes {
  /** Restored volumes that a person names; empty: those that a capture says the instance used. */
  volumeIds: readonly string[];
  /** Zone that is asked for. */
  availabilityZone?: string;
}

/** Returns how an instance is called. */
export function ownerText({ owner, ownerName }: SharedVolume): string {
  return ownerName === "" ? owner : `${ownerName} (${owner})`;
}

/** Returns the restored volumes of a shared one. */
export function restoredOf({ volume }: SharedVolume, restored: readonly RestoredShared[]): RestoredShared[] {
  return restored.filter(({ snapshotId }) => snapshotId === volume.snapshotId);
}

function named(
  { shared, instanceId }: RestoreSource,
  restored: readonly RestoredShared[],
  volumeIds: readonly string[],
): AttachedShared[] {
  return volumeIds.map((volumeId) => {
    const found = restored.find((one) => one.volumeId === volumeId);
    const of = shared.find(({ volume }) => volume.snapshotId === found?.snapshotId);
    if (of !== undefined) return { volumeId, device: of.volume.device, original: of.volume };
    const all = restored.map((one) => one.volumeId).join(", ");
    const message = `${volumeId} is no restored volume that ${instanceId} may have shared`;
    throw refusal("NoSharedVolume", message, `There are: ${all === "" ? "none" : all}.`);
  });
}

function captured(source: RestoreSource, restored: readonly RestoredShared[]): AttachedShared[] {
  const certain = source.shared.filter(({ isCertain }) => isCertain);
  if (certain.length === 0) {
    const hint = "Name the restored volume: --shared vol-…";
    throw refusal("NothingShared", `no capture says that ${source.instanceId} shared a volume`, hint);
  }
  return certain.map((one) => {
    const { volume, owner } = one;
    const [found, other] = restoredOf(one, restored);
    if (found === undefined) {
      const hint = `Restore it first: vault restore ${owner} --launch --region ${source.region}`;
      throw refusal("NotRestored", `${volume.device} is restored with ${ownerText(one)}, and is not yet`, hint);
    }
    if (other === undefined) return { volumeId: found.volumeId, device: volume.device, original: volume };
    const all = restoredOf(one, restored).map(({ volumeId }) => volumeId);
    const message = `${volume.device} was restored more than once: ${all.join(", ")}`;
    throw refusal("AmbiguousVolume", message, `Name the one: --shared ${found.volumeId}`);
  });
}

/**
 * Returns the volumes to attach, and the zone that they are in.
 * @throws a refusal where one is not there, or cannot be distinguished from another, or is in another zone
 */
export function chooseShared(
  source: RestoreSource,
  restored: readonly RestoredShared[],
  { volumeIds, availabilityZone }: SharedWishes,
): { shared: AttachedShared[]; availabilityZone: string } {
  const shared = volumeIds.length > 0 ? named(source, restored, volumeIds) : captured(source, restored);
  const places = shared.map(({ volumeId }) => {
    const zone = restored.find((one) => one.volumeId === volumeId)?.availabilityZone ?? "";
    return { zone, text: `${volumeId} is in ${zone}` };
  });
  const zone = availabilityZone ?? places[0]?.zone ?? "";
  const elsewhere = places.find((one) => one.zone !== zone);
  if (elsewhere === undefined) return { shared, availabilityZone: zone };
  const hint = "An instance and its volumes are in one zone: restore the volume there, or leave out --az.";
  throw refusal("WrongZone", `${elsewhere.text}, and the instance would be in ${zone}`, hint);
}
