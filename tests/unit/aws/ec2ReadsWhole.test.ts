/** Tests what EC2's answers say about whether an instance is shown whole (wholeness.ts). */
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeProtectedInstances } from "../../../src/vault/aws/ec2Reads";
import { withVolumeSpecs } from "../../../src/vault/aws/ec2Volumes";
import { instance, volume } from "../../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

beforeEach(() => {
  ec2.reset();
});

describe("whether an instance is shown whole", () => {
  const LaunchTime = new Date("2026-11-22T02:59:00Z");
  const data = { DeviceName: "/dev/sdf", Ebs: { VolumeId: "vol-2" } };
  const boot = { DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } };
  const fromEbs = { RootDeviceName: "/dev/xvda", RootDeviceType: "ebs" as const };

  test.each([
    [
      "its state and launch time",
      { State: { Name: "pending" as const }, LaunchTime },
      { state: "pending", launchTimeMs: LaunchTime.getTime() },
    ],
    ["a root volume without a mapping", { ...fromEbs, BlockDeviceMappings: [data] }, { lacksRoot: true }],
    ["a root volume with a mapping", { ...fromEbs, BlockDeviceMappings: [boot] }, {}],
    ["a root that is not a volume", { ...fromEbs, RootDeviceType: "instance-store" as const }, {}],
  ])("is read from %s", async (_what, shown, expected) => {
    const Instances = [{ InstanceId: "i-1", ...shown }];
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
    const [found] = await describeProtectedInstances(client, "Backup", ["true"]);
    const {
      volumes: _v,
      tags: _t,
      instanceId: _i,
      instanceType: _y,
      availabilityZone: _z,
      captured: _c,
      ...rest
    } = found!;
    expect(rest).toStrictEqual(expected);
  });

  test.each([
    ["attached", true],
    ["attaching", true],
    [undefined, true],
    ["detaching", false],
    ["detached", false],
    ["busy", false],
  ] as const)("is read from a volume that is %s to it and not mapped", (State, isUnmapped) => {
    const to = (InstanceId: string) => ({ InstanceId, Device: "/dev/sdf", State });
    const shared = { VolumeId: "vol-2", Size: 9, Attachments: [to("i-0"), to("i-1")] };
    const machine = instance("i-1", [volume("vol-1")]);
    const [one] = withVolumeSpecs([machine], [{ VolumeId: "vol-1", Attachments: [to("i-1")] }, shared]);
    const unmapped = one?.unmapped?.map((v) => [v.volumeId, v.deviceName, v.sizeGiB]);
    expect(unmapped).toStrictEqual(isUnmapped ? [["vol-2", "/dev/sdf", 9]] : undefined);
  });
});
