/**
 * Tests that a fleet is read as the deployed vault would see it, or refused with one line. Method: what AWS's command
 * line prints, with one thing changed.
 */
import { inventoryOf, protectedVolumes } from "../../../src/local/account/inventory";
import { ACCOUNT_ID } from "../../../src/local/account/accountId";
import {
  DB,
  DB_ROOT,
  SHARED,
  WEB,
  WEB_ROOT,
  instanceJson,
  instancesJson,
  volumeJson,
  volumesJson,
} from "../../support/fleetJson";

type Json = Record<string, unknown>;

const read = (instances: unknown, volumes?: unknown) => inventoryOf(instances, volumes, "us-east-1");
const ofWeb = (web: Json) => () => read(instancesJson(web), volumesJson());
const ofRoot = (root: Json) => () => read(instancesJson(), volumesJson(root));
const ofShared = (shared: Json) => () => read(instancesJson(), volumesJson({}, shared));
const ofVolumes =
  (...Volumes: Json[]) =>
  () =>
    read(instancesJson(), { Volumes });
const map = (DeviceName: string, VolumeId: string) => ({ DeviceName, Ebs: { VolumeId } });
const tag = { key: "backup", values: ["True"] };
const MOVE = "a vault in us-east-1 finds nothing there; to rehearse one that does: -c aws:region=";
const AT_WEB = "--inventory: Reservations[0].Instances[0]";

const REFUSED: [what: string, reading: () => unknown, message: string][] = [
  [
    "a zone of another region",
    ofWeb({ Placement: { AvailabilityZone: "us-west-2b" } }),
    `${AT_WEB}.Placement.AvailabilityZone of ${WEB}: expected a zone of us-east-1, the stack's aws:region, found "us-west-2b": ${MOVE}us-west-2`,
  ],
  [
    "a Local Zone of another region",
    ofWeb({ Placement: { AvailabilityZone: "us-west-2-lax-1a" } }),
    `${AT_WEB}.Placement.AvailabilityZone of ${WEB}: expected a zone of us-east-1, the stack's aws:region, found "us-west-2-lax-1a": ${MOVE}us-west-2`,
  ],
  [
    "a region in place of a zone",
    ofWeb({ Placement: { AvailabilityZone: "us-east-1" } }),
    `${AT_WEB}.Placement.AvailabilityZone of ${WEB}: expected a zone of us-east-1, the stack's aws:region, found "us-east-1"`,
  ],
  [
    "a name in another region",
    ofWeb({ Placement: null, PrivateDnsName: "ip-10-0-0-1.eu-west-1.compute.internal" }),
    `${AT_WEB}.PrivateDnsName of ${WEB}: expected a name of us-east-1, the stack's aws:region, found "ip-10-0-0-1.eu-west-1.compute.internal": ${MOVE}eu-west-1`,
  ],
  [
    "an instance without an id",
    ofWeb({ InstanceId: null }),
    `${AT_WEB}.InstanceId: expected an id such as i-0123456789abcdef0, found nothing`,
  ],
  [
    "an invalid id",
    ofWeb({ InstanceId: "web" }),
    `${AT_WEB}.InstanceId: expected an id such as i-0123456789abcdef0, found "web"`,
  ],
  [
    "an unknown state",
    ofWeb({ State: { Name: "on" } }),
    `${AT_WEB}.State.Name of ${WEB}: expected one of pending, running, shutting-down, stopped, stopping, terminated, found "on"`,
  ],
  [
    "a tag without a key",
    ofWeb({ Tags: [{ Value: "True" }] }),
    `${AT_WEB}.Tags[0].Key of ${WEB}: expected a tag's key, found nothing`,
  ],
  [
    "a tag twice",
    ofWeb({
      Tags: [
        { Key: "backup", Value: "True" },
        { Key: "backup", Value: "no" },
      ],
    }),
    `${AT_WEB}.Tags[1].Key of ${WEB}: expected each key once, found "backup" again`,
  ],
  [
    "tags as an object",
    ofWeb({ Tags: { backup: "True" } }),
    `${AT_WEB}.Tags of ${WEB}: expected a list, found an object`,
  ],
  [
    "a device twice",
    ofWeb({ BlockDeviceMappings: [map("/dev/xvda", WEB_ROOT), map("/dev/xvda", SHARED)] }),
    `${AT_WEB}.BlockDeviceMappings[1] of ${WEB}: expected /dev/xvda once, found it again, after ${AT_WEB.slice(13)}.BlockDeviceMappings[0]`,
  ],
  [
    "a volume twice on an instance",
    ofWeb({ BlockDeviceMappings: [map("/dev/xvda", WEB_ROOT), map("/dev/sdf", WEB_ROOT)] }),
    `${AT_WEB}.BlockDeviceMappings[1] of ${WEB}: expected ${WEB_ROOT} once, found it again, after ${AT_WEB.slice(13)}.BlockDeviceMappings[0]`,
  ],
  [
    "an instance twice",
    () =>
      read({
        Reservations: [{ Instances: [instanceJson(WEB, WEB_ROOT)] }, { Instances: [instanceJson(WEB, WEB_ROOT)] }],
      }),
    `--inventory: Reservations[1].Instances[0] of ${WEB}: expected each instance once, found it again, after ${AT_WEB.slice(13)}`,
  ],
  [
    "instances of two accounts",
    () => read({ Reservations: [{ OwnerId: "111111111111" }, { OwnerId: "222222222222" }] }),
    '--inventory: Reservations[1].OwnerId: expected the instances of one account, 111111111111, found "222222222222"',
  ],
  [
    "one page of several",
    () => read({ ...instancesJson(), NextToken: "abc" }),
    "--inventory: NextToken: expected the whole list, printed without --max-items, found one page of it",
  ],
  [
    "another command's output",
    () => read({ Volumes: [] }),
    "--inventory: expected what `aws ec2 describe-instances` prints, with Reservations[], found an object with Volumes",
  ],
  [
    "a list",
    () => read([]),
    "--inventory: expected what `aws ec2 describe-instances` prints, with Reservations[], found an empty list",
  ],
  [
    "a volume that the volumes lack",
    ofVolumes(volumeJson(WEB_ROOT, WEB), volumeJson(DB_ROOT, DB)),
    `${AT_WEB}.BlockDeviceMappings[1].Ebs.VolumeId of ${WEB}: expected a volume that --volumes has, found ${SHARED}, which it lacks`,
  ],
  [
    "volumes of another fleet",
    ofVolumes(volumeJson("vol-0bbbbbbbbbbbb0001", "i-0bbbbbbbbbbbb0001")),
    `${AT_WEB}.BlockDeviceMappings[0].Ebs.VolumeId of ${WEB}: expected a volume that --volumes has, found ${WEB_ROOT}, which it lacks`,
  ],
  [
    "a volume twice",
    ofVolumes(volumeJson(WEB_ROOT, WEB), volumeJson(WEB_ROOT, WEB)),
    `--volumes: Volumes[1] of ${WEB_ROOT}: expected each volume once, found it again, after Volumes[0]`,
  ],
  [
    "a volume in another zone than its instance",
    ofRoot({ AvailabilityZone: "us-east-1b" }),
    `${AT_WEB}.Placement.AvailabilityZone of ${WEB}: expected us-east-1b, the zone of its volume ${WEB_ROOT}, found "us-east-1a"`,
  ],
  [
    "a volume in another region",
    ofRoot({ AvailabilityZone: "eu-west-1a" }),
    `--volumes: Volumes[0].AvailabilityZone of ${WEB_ROOT}: expected a zone of us-east-1, the stack's aws:region, found "eu-west-1a": ${MOVE}eu-west-1`,
  ],
  [
    "a key of another region",
    ofRoot({ Encrypted: true, KmsKeyId: "arn:aws:kms:eu-west-1:999988887777:key/1" }),
    `--volumes: Volumes[0].KmsKeyId of ${WEB_ROOT}: expected an ARN of us-east-1, the stack's aws:region, found "arn:aws:kms:eu-west-1:999988887777:key/1": ${MOVE}eu-west-1`,
  ],
  [
    "a key of a volume that is not encrypted",
    ofRoot({ KmsKeyId: "arn:aws:kms:us-east-1:999988887777:key/1" }),
    `--volumes: Volumes[0].KmsKeyId of ${WEB_ROOT}: expected none, since Encrypted is not true, found "arn:aws:kms:us-east-1:999988887777:key/1"`,
  ],
  [
    "IOPS of st1",
    ofRoot({ VolumeType: "st1", Throughput: null }),
    `--volumes: Volumes[0].Iops of ${WEB_ROOT}: expected none for a volume of type st1 (only gp2, gp3, io1, io2 have it), found 3000`,
  ],
  [
    "throughput of gp2",
    ofRoot({ VolumeType: "gp2" }),
    `--volumes: Volumes[0].Throughput of ${WEB_ROOT}: expected none for a volume of type gp2 (only gp3 have it), found 125`,
  ],
  [
    "Multi-Attach of gp3",
    ofRoot({ MultiAttachEnabled: true }),
    `--volumes: Volumes[0].MultiAttachEnabled of ${WEB_ROOT}: expected none for a volume of type gp3 (only io1, io2 have it), found true`,
  ],
  [
    "an unknown type",
    ofRoot({ VolumeType: "gp4" }),
    `--volumes: Volumes[0].VolumeType of ${WEB_ROOT}: expected one of standard, gp2, gp3, io1, io2, st1, sc1, found "gp4"`,
  ],
  [
    "a size as text",
    ofRoot({ Size: "20" }),
    `--volumes: Volumes[0].Size of ${WEB_ROOT}: expected a whole number above 0, found "20"`,
  ],
  [
    "a volume of two instances that is not shared",
    ofShared({ MultiAttachEnabled: false }),
    `--volumes: Volumes[2].MultiAttachEnabled of ${SHARED}: expected true, since ${WEB} and ${DB} have the volume, found false`,
  ],
  [
    "a volume of two instances whose type can't be shared",
    ofShared({ VolumeType: "gp3", MultiAttachEnabled: null }),
    `--volumes: Volumes[2].VolumeType of ${SHARED}: expected io1 or io2, since ${WEB} and ${DB} have the volume, found "gp3"`,
  ],
  [
    "a volume that is attached elsewhere",
    ofRoot({ Attachments: [] }),
    `--volumes: Volumes[0].Attachments of ${WEB_ROOT}: expected ${WEB} among them, which has the volume, found others`,
  ],
  [
    "another device",
    ofRoot({ Attachments: [{ InstanceId: WEB, Device: "/dev/sda1" }] }),
    `--volumes: Volumes[0].Attachments[0].Device of ${WEB_ROOT}: expected /dev/xvda, as ${WEB} has ${WEB_ROOT}, found "/dev/sda1"`,
  ],
  [
    "an attachment that the instance lacks",
    () => read(instancesJson({ BlockDeviceMappings: [map("/dev/xvda", WEB_ROOT)] }), volumesJson()),
    `--volumes: Volumes[2].Attachments[0].InstanceId of ${SHARED}: expected an instance whose BlockDeviceMappings have ${SHARED}, found ${WEB}, which lacks it`,
  ],
  [
    "a volume that is not in use",
    ofRoot({ State: "available" }),
    `--volumes: Volumes[0].State of ${WEB_ROOT}: expected in-use, since ${WEB} has the volume, found "available"`,
  ],
];

describe("a fleet that the deployed vault would see differently", () => {
  it.each(REFUSED)("is refused: %s", (_, reading, message) => {
    expect(reading).toThrow(expect.objectContaining({ name: "UserError", message }) as Error);
  });
});

describe("a fleet", () => {
  it("keeps what a restore needs of each volume, and no figure that its type lacks", () => {
    const { volumes } = read(instancesJson(), volumesJson({ VolumeType: "sc1", Iops: null, Throughput: null }));
    expect(volumes).toEqual([
      { VolumeId: WEB_ROOT, Size: 20, VolumeType: "sc1", Encrypted: false, MultiAttachEnabled: false, Tags: [] },
      {
        VolumeId: SHARED,
        Size: 20,
        VolumeType: "io2",
        Iops: 3000,
        Encrypted: false,
        MultiAttachEnabled: true,
        Tags: [],
      },
      {
        VolumeId: DB_ROOT,
        Size: 20,
        VolumeType: "gp3",
        Iops: 3000,
        Throughput: 125,
        Encrypted: false,
        MultiAttachEnabled: false,
        Tags: [],
      },
    ]);
  });

  it("has the states that starting and stopping instances reach, and backs up nothing that is gone", () => {
    const states = (Name: string) => {
      const fleet = read(instancesJson({ State: { Name } }), volumesJson());
      const [web] = fleet.instances;
      const isBackedUp = protectedVolumes(fleet, tag).includes(WEB_ROOT);
      return [web?.State.Name, fleet.stateBefore[WEB], isBackedUp];
    };
    expect(states("running")).toEqual(["running", undefined, true]);
    expect(states("pending")).toEqual(["running", "pending", true]);
    expect(states("stopping")).toEqual(["stopped", "stopping", true]);
    expect(states("shutting-down")).toEqual(["terminated", "shutting-down", false]);
    expect(states("terminated")).toEqual(["terminated", undefined, false]);
  });

  it("reads null lists, null items and tags without a value as empty", () => {
    const sparse = { InstanceId: WEB, Tags: [null, { Key: "backup" }], BlockDeviceMappings: null, State: null };
    const { instances } = read({ Reservations: [null, { Instances: null }, { Instances: [null, sparse] }] });
    expect(instances.map(({ Tags, BlockDeviceMappings, State }) => ({ Tags, BlockDeviceMappings, State }))).toEqual([
      { Tags: [{ Key: "backup", Value: "" }], BlockDeviceMappings: [], State: { Name: "running" } },
    ]);
    expect(read({ Reservations: null }).instances).toEqual([]);
  });

  it("has 8 GiB gp3 volumes without a file of volumes, and a shared io2 volume if instances share it", () => {
    const { volumes } = read(instancesJson());
    expect(volumes.map(({ VolumeType, Size, MultiAttachEnabled }) => [VolumeType, Size, MultiAttachEnabled])).toEqual([
      ["gp3", 8, false],
      ["io2", 8, true],
      ["gp3", 8, false],
    ]);
  });

  it("takes an instance's zone from its volumes if it gives none", () => {
    const zone = { AvailabilityZone: "us-east-1c" };
    const fleet = read(instancesJson({ Placement: null }, { Placement: null }), {
      Volumes: [
        volumeJson(WEB_ROOT, WEB, zone),
        volumeJson(DB_ROOT, DB, zone),
        { ...(volumesJson().Volumes as Json[])[2], ...zone },
      ],
    });
    expect(fleet.instances.map(({ Placement }) => Placement?.AvailabilityZone)).toEqual(["us-east-1c", "us-east-1c"]);
  });

  it("is in the emulated account with its own keys, and leaves the keys of other accounts unchanged", () => {
    const keyOf = (account: string) => {
      const KmsKeyId = `arn:aws:kms:us-east-1:${account}:key/1`;
      return read(instancesJson(), volumesJson({ Encrypted: true, KmsKeyId })).volumes[0]?.KmsKeyId;
    };
    expect(keyOf("999988887777")).toBe(`arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/1`);
    expect(keyOf("111122223333")).toBe("arn:aws:kms:us-east-1:111122223333:key/1");
  });
});
