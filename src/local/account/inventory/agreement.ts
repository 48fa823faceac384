/**
 * Compares the instances and the volumes of an inventory. If they contradict each other, the deployed vault would see
 * something else than one of them says, so the first contradiction is refused. Pure.
 */
import { type FleetInstance, type Mapping, mappingsAt } from "./instances";
import { member, refuse } from "./place";
import { type FleetVolume, assumedVolume, canBeShared } from "./volumes";

/** A volume on an instance of the fleet. */
interface Mapped extends Mapping {
  owner: FleetInstance;
}

/** Returns true for an instance that is terminated, or about to be: its volumes are gone when the vault looks. */
function isGone({ instance }: FleetInstance): boolean {
  const state = instance.State.Name;
  return state === "terminated" || state === "shutting-down";
}

function mappedVolumes(instances: readonly FleetInstance[]): Map<string, Mapped[]> {
  const mapped = new Map<string, Mapped[]>();
  for (const owner of instances.filter((one) => !isGone(one))) {
    for (const mapping of mappingsAt(owner.place)) {
      const known = mapped.get(mapping.volumeId) ?? [];
      mapped.set(mapping.volumeId, [...known, { ...mapping, owner }]);
    }
  }
  return mapped;
}

const idOf = ({ owner }: Mapped) => owner.instance.InstanceId;

/** Checks that a volume is in one zone, with every instance that it is attached to. */
function checkZones(mapped: readonly Mapped[], known: FleetVolume | undefined): void {
  const zones = mapped
    .filter(({ owner }) => !owner.lacksZone)
    .map(({ owner }) => owner.instance.Placement?.AvailabilityZone);
  const zone = known?.zone ?? zones[0];
  for (const { owner, volumeId } of mapped) {
    if (owner.lacksZone) continue;
    const found = owner.instance.Placement?.AvailabilityZone;
    if (found === zone) continue;
    const of = member(member(owner.place, "Placement"), "AvailabilityZone");
    refuse(of, `${zone ?? ""}, the zone of its volume ${volumeId}`);
  }
}

/** @throws for a volume of two instances that is not made for it; where the file does not say it, its type decides */
function checkSharing(mapped: readonly Mapped[], { volume, place }: FleetVolume): void {
  const [first, second] = mapped;
  if (first === undefined || second === undefined) return;
  const both = `since ${idOf(first)} and ${idOf(second)} have the volume`;
  if (!canBeShared(volume)) refuse(member(place, "VolumeType"), `io1 or io2, ${both}`);
  if (volume.MultiAttachEnabled === false) refuse(member(place, "MultiAttachEnabled"), `true, ${both}`);
}

function checkAttachments(mapped: readonly Mapped[], known: FleetVolume): void {
  const { attachments, place, state, volume } = known;
  if (state !== undefined && state !== "in-use" && mapped[0] !== undefined) {
    refuse(member(place, "State"), `in-use, since ${idOf(mapped[0])} has the volume`);
  }
  for (const one of attachments === undefined ? [] : mapped) {
    const said = attachments?.find(({ instanceId }) => instanceId === idOf(one));
    const list = member(place, "Attachments");
    if (said === undefined) refuse(list, `${idOf(one)} among them, which has the volume`, "others");
    if (said.device !== undefined && said.device !== one.device) {
      refuse(member(said.place, "Device"), `${one.device}, as ${idOf(one)} has ${volume.VolumeId}`);
    }
  }
}

/** @throws for an attachment to an instance of the fleet whose own mappings lack it */
function checkOtherWay(
  { attachments = [], volume }: FleetVolume,
  mapped: readonly Mapped[],
  live: ReadonlySet<string>,
): void {
  for (const { instanceId, place } of attachments) {
    if (!live.has(instanceId) || mapped.some((one) => idOf(one) === instanceId)) continue;
    const expected = `an instance whose BlockDeviceMappings have ${volume.VolumeId}`;
    refuse(member(place, "InstanceId"), expected, `${instanceId}, which lacks it`);
  }
}

/**
 * @param given `undefined`: there is no file of volumes, and each volume is an assumed one
 * @returns the volumes of the fleet, and where no zone is given the zone that an instance's volumes say
 * @throws a user error that names the instance or volume and the field
 */
export function agreedVolumes(
  instances: readonly FleetInstance[],
  given: readonly FleetVolume[] | undefined,
): FleetVolume["volume"][] {
  const byId = new Map((given ?? []).map((one) => [one.volume.VolumeId, one]));
  const mapped = mappedVolumes(instances);
  const live = new Set(instances.filter((one) => !isGone(one)).map(({ instance }) => instance.InstanceId));
  for (const one of byId.values()) checkOtherWay(one, mapped.get(one.volume.VolumeId) ?? [], live);
  return [...mapped].map(([volumeId, owners]) => {
    const [first] = owners;
    const known = byId.get(volumeId);
    if (given !== undefined && known === undefined && first !== undefined) {
      refuse(first.place, "a volume that --volumes has", `${volumeId}, which it lacks`);
    }
    checkZones(owners, known);
    if (known === undefined) return assumedVolume(volumeId, owners.length > 1);
    checkSharing(owners, known);
    checkAttachments(owners, known);
    const zone = known.zone;
    for (const { owner } of owners) {
      if (owner.lacksZone && zone !== undefined) owner.instance.Placement = { AvailabilityZone: zone };
    }
    return { MultiAttachEnabled: owners.length > 1, ...known.volume };
  });
}
