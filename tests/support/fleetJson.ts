/** Returns what the two `describe` commands print of a small fleet, so that tests can change one thing. */

const REGION = "us-east-1";

export const WEB = "i-0aaaaaaaaaaaa0001";
export const DB = "i-0aaaaaaaaaaaa0002";
export const WEB_ROOT = "vol-0aaaaaaaaaaaa0001";
export const DB_ROOT = "vol-0aaaaaaaaaaaa0002";
/** Volume attached to both instances. */
export const SHARED = "vol-0aaaaaaaaaaaa0003";

type Json = Record<string, unknown>;

const mapping = (DeviceName: string, VolumeId: string) => ({ DeviceName, Ebs: { VolumeId } });
const attachment = (InstanceId: string, Device: string) => ({ InstanceId, Device, State: "attached" });

export function instanceJson(InstanceId: string, root: string, changes: Json = {}): Json {
  return {
    InstanceId,
    InstanceType: "m7i.large",
    State: { Code: 16, Name: "running" },
    PrivateDnsName: "ip-10-0-0-1.ec2.internal",
    Placement: { AvailabilityZone: `${REGION}a`, Tenancy: "default" },
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    Tags: [
      { Key: "Name", Value: "web" },
      { Key: "backup", Value: "True" },
    ],
    BlockDeviceMappings: [mapping("/dev/xvda", root), mapping("/dev/sdf", SHARED)],
    ...changes,
  };
}

export function volumeJson(VolumeId: string, owner: string, changes: Json = {}): Json {
  return {
    VolumeId,
    Size: 20,
    VolumeType: "gp3",
    Iops: 3000,
    Throughput: 125,
    Encrypted: false,
    State: "in-use",
    AvailabilityZone: `${REGION}a`,
    Attachments: [attachment(owner, "/dev/xvda")],
    Tags: [],
    ...changes,
  };
}

const SHARED_VOLUME = {
  ...volumeJson(SHARED, WEB),
  VolumeType: "io2",
  Throughput: undefined,
  MultiAttachEnabled: true,
  Attachments: [attachment(WEB, "/dev/sdf"), attachment(DB, "/dev/sdf")],
};

/** @param web changes the first instance */
export function instancesJson(web: Json = {}, db: Json = {}): Json {
  const first = { OwnerId: "999988887777", Instances: [instanceJson(WEB, WEB_ROOT, web)] };
  const second = { OwnerId: "999988887777", Instances: [instanceJson(DB, DB_ROOT, db)] };
  return { Reservations: [first, second] };
}

/** @param root changes the first instance's root volume, `shared` the volume of both */
export function volumesJson(root: Json = {}, shared: Json = {}): Json {
  const first = volumeJson(WEB_ROOT, WEB, root);
  return { Volumes: [first, volumeJson(DB_ROOT, DB), { ...SHARED_VOLUME, ...shared }] };
}
