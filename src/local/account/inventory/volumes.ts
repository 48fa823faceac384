/** Volumes as `aws ec2 describe-volumes` prints them, checked by the rules of their types. Pure. */
import type { Volume, VolumeType } from "@aws-sdk/client-ec2";
import { type Place, booleanAt, countAt, idAt, isAbsent, itemsOf, member, oneOfAt, refuse, textAt } from "./place";
import { arnAt, listIn, tagsAt, zoneAt } from "./shape";

const TYPES: readonly VolumeType[] = ["standard", "gp2", "gp3", "io1", "io2", "st1", "sc1"];
/** Types that DescribeVolumes shows a figure for (AWS, API reference, Volume). */
const WITH_IOPS: readonly string[] = ["gp2", "gp3", "io1", "io2"];
const WITH_THROUGHPUT: readonly string[] = ["gp3"];
/** EBS user guide, "Attach a volume to multiple instances using Multi-Attach". */
const WITH_MULTI_ATTACH: readonly string[] = ["io1", "io2"];
/** Performance of a gp3 volume for which nobody asks for more. */
const GP3 = { Iops: 3_000, Throughput: 125 };
/** Size that is assumed for a volume if no file says it. */
const UNKNOWN_GIB = 8;
/** Attachments in these are ending, or ended. */
const LEAVING = ["detaching", "detached", "busy"];
const ATTACHMENT_STATES = ["attaching", "attached", ...LEAVING];

interface Attachment {
  instanceId: string;
  device: string | undefined;
  place: Place;
}

/** A volume with the fields that a rehearsal uses, and where it stands in the file. */
export interface FleetVolume {
  volume: Volume & { VolumeId: string };
  place: Place;
  zone: string | undefined;
  state: string | undefined;
  /** `undefined` if the file says nothing of attachments. */
  attachments: Attachment[] | undefined;
}

/** Returns true if a volume of this type can be attached to several instances. */
export function canBeShared({ VolumeType }: Volume): boolean {
  return VolumeType !== undefined && WITH_MULTI_ATTACH.includes(VolumeType);
}

/** Returns the volume that is taken where there is no file of volumes. */
export function assumedVolume(VolumeId: string, isShared: boolean): FleetVolume["volume"] {
  const common = { VolumeId, Size: UNKNOWN_GIB, Encrypted: false, Tags: [] };
  if (isShared) return { ...common, VolumeType: "io2", MultiAttachEnabled: true };
  return { ...common, VolumeType: "gp3", MultiAttachEnabled: false, ...GP3 };
}

/** @throws where a type has no such figure, so that the deployed vault could not see one */
function figureAt(place: Place, key: "Iops" | "Throughput", type: string): number | undefined {
  const types = key === "Iops" ? WITH_IOPS : WITH_THROUGHPUT;
  const found = member(place, key);
  if (!isAbsent(found) && !types.includes(type)) {
    refuse(found, `none for a volume of type ${type} (only ${types.join(", ")} have it)`);
  }
  return countAt(place, key) ?? (type === "gp3" ? GP3[key] : undefined);
}

function attachmentsAt(place: Place): Attachment[] | undefined {
  const list = member(place, "Attachments");
  if (isAbsent(list)) return undefined;
  return itemsOf(list).flatMap((item): Attachment[] => {
    const state = oneOfAt(item, "State", ATTACHMENT_STATES) ?? "attached";
    if (LEAVING.includes(state)) return [];
    return [{ instanceId: idAt(item, "InstanceId", "i"), device: textAt(item, "Device"), place: item }];
  });
}

function encryptionAt(place: Place, region: string): Pick<Volume, "Encrypted" | "KmsKeyId"> {
  const Encrypted = booleanAt(place, "Encrypted") ?? false;
  const KmsKeyId = arnAt(place, "KmsKeyId", region);
  if (KmsKeyId === undefined) return { Encrypted };
  if (!Encrypted) refuse(member(place, "KmsKeyId"), "none, since Encrypted is not true");
  return { Encrypted, KmsKeyId };
}

function readVolume(given: Place, region: string): FleetVolume {
  const VolumeId = idAt(given, "VolumeId", "vol");
  const place = { ...given, of: VolumeId };
  const VolumeType = oneOfAt(place, "VolumeType", TYPES) ?? "gp3";
  const MultiAttachEnabled = booleanAt(place, "MultiAttachEnabled");
  if (MultiAttachEnabled === true && !canBeShared({ VolumeType })) {
    const found = member(place, "MultiAttachEnabled");
    refuse(found, `none for a volume of type ${VolumeType} (only ${WITH_MULTI_ATTACH.join(", ")} have it)`);
  }
  const [Iops, Throughput] = (["Iops", "Throughput"] as const).map((key) => figureAt(place, key, VolumeType));
  const volume = {
    VolumeId,
    Size: countAt(place, "Size") ?? UNKNOWN_GIB,
    VolumeType,
    ...(Iops !== undefined && { Iops }),
    ...(Throughput !== undefined && { Throughput }),
    ...(MultiAttachEnabled !== undefined && { MultiAttachEnabled }),
    ...encryptionAt(place, region),
    Tags: tagsAt(place),
  };
  const zone = zoneAt(place, region);
  return { volume, place, zone, state: textAt(place, "State"), attachments: attachmentsAt(place) };
}

/** @throws a user error for a field that is not as EC2 prints it, or that the deployed vault would see differently */
export function readVolumes(file: Place, region: string): FleetVolume[] {
  const all = listIn(file, "Volumes", "aws ec2 describe-volumes").map((item) => readVolume(item, region));
  const seen = new Map<string, string>();
  for (const { volume, place } of all) {
    const before = seen.get(volume.VolumeId);
    if (before !== undefined) refuse(place, "each volume once", `it again, after ${before}`);
    seen.set(volume.VolumeId, place.path);
  }
  return all;
}
