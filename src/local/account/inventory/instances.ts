/** Instances as `aws ec2 describe-instances` prints them, checked and complete. Pure. */
import type { Instance, InstanceStateName } from "@aws-sdk/client-ec2";
import { type Place, idAt, isAbsent, itemsOf, member, oneOfAt, refuse, textAt } from "./place";
import { arnAt, listIn, refuseElsewhere, tagsAt, zoneAt } from "./shape";

const STATES: readonly InstanceStateName[] = [
  "pending",
  "running",
  "shutting-down",
  "stopped",
  "stopping",
  "terminated",
];

/** An instance with the fields that a rehearsal uses, and where it stands in the file. */
export interface FleetInstance {
  instance: Instance & { InstanceId: string; State: { Name: InstanceStateName } };
  place: Place;
  /** True if no zone is given, so that the zone of its volumes counts. */
  lacksZone: boolean;
  /** `OwnerId` of its reservation. */
  ownerId: string | undefined;
}

/** One volume on one instance. */
export interface Mapping {
  volumeId: string;
  device: string;
  place: Place;
}

/** Returns the EBS volumes of an instance; mappings of instance-store devices name none. */
export function mappingsAt(place: Place): Mapping[] {
  const seen = new Map<string, string>();
  return itemsOf(member(place, "BlockDeviceMappings")).flatMap((item): Mapping[] => {
    const ebs = member(item, "Ebs");
    if (isAbsent(ebs)) return [];
    const device = textAt(item, "DeviceName");
    if (device === undefined) return refuse(member(item, "DeviceName"), "a device's name");
    const mapping = { volumeId: idAt(ebs, "VolumeId", "vol"), device, place: member(ebs, "VolumeId") };
    for (const name of [device, mapping.volumeId]) {
      const before = seen.get(name);
      if (before !== undefined) refuse(item, `${name} once`, `it again, after ${before}`);
      seen.set(name, item.path);
    }
    return [mapping];
  });
}

/** Checks the region in EC2's own names, which have it outside us-east-1: `ip-10-0-0-1.us-west-2.compute.internal`. */
function checkName(place: Place, region: string): void {
  const name = textAt(place, "PrivateDnsName") ?? "";
  const [, other] = /\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.compute\.internal$/.exec(name) ?? [];
  if (other === undefined || other === region) return;
  refuseElsewhere(member(place, "PrivateDnsName"), "a name", region, other);
}

function readInstance(given: Place, region: string, ownerId: string | undefined): FleetInstance {
  const InstanceId = idAt(given, "InstanceId", "i");
  const place = { ...given, of: InstanceId };
  const placement = member(place, "Placement");
  const zone = isAbsent(placement) ? undefined : zoneAt(placement, region);
  checkName(place, region);
  arnAt(place, "OutpostArn", region);
  const state = member(place, "State");
  const Name = isAbsent(state) ? "running" : (oneOfAt(state, "Name", STATES) ?? "running");
  const mappings = mappingsAt(place);
  const instance = {
    InstanceId,
    InstanceType: (textAt(place, "InstanceType") ?? "t3.micro") as "t3.micro",
    State: { Name },
    RootDeviceName: textAt(place, "RootDeviceName") ?? mappings[0]?.device,
    RootDeviceType: oneOfAt(place, "RootDeviceType", ["ebs", "instance-store"] as const) ?? "ebs",
    Placement: { AvailabilityZone: zone ?? `${region}a` },
    Tags: tagsAt(place),
    BlockDeviceMappings: mappings.map(({ device, volumeId }) => ({
      DeviceName: device,
      Ebs: { VolumeId: volumeId },
    })),
  };
  return { instance, place, lacksZone: zone === undefined, ownerId };
}

/** @throws where two reservations are of different accounts: a vault sees its own account's instances alone */
function checkOwners(reservations: readonly Place[]): void {
  let first: string | undefined;
  for (const reservation of reservations) {
    const owner = textAt(reservation, "OwnerId");
    first ??= owner;
    if (owner !== undefined && owner !== first) {
      refuse(member(reservation, "OwnerId"), `the instances of one account, ${first ?? ""}`);
    }
  }
}

/** @throws a user error for a field that is not as EC2 prints it, or that the deployed vault would see differently */
export function readInstances(file: Place, region: string): FleetInstance[] {
  const reservations = listIn(file, "Reservations", "aws ec2 describe-instances");
  checkOwners(reservations);
  const all = reservations.flatMap((reservation) => {
    const owner = textAt(reservation, "OwnerId");
    return itemsOf(member(reservation, "Instances")).map((item) => readInstance(item, region, owner));
  });
  const seen = new Map<string, string>();
  for (const { instance, place } of all) {
    const before = seen.get(instance.InstanceId);
    if (before !== undefined) refuse(place, "each instance once", `it again, after ${before}`);
    seen.set(instance.InstanceId, place.path);
  }
  return all;
}
