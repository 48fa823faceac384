import { DescribeInstancesCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeProtectedInstances } from "../../../src/vault/aws/ec2Reads";
import { describeVolumes, withVolumeSpecs } from "../../../src/vault/aws/ec2Volumes";
import { instance, volume } from "../../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

let inputs: unknown[] = [];

beforeEach(() => {
  ec2.reset();
  inputs = [];
});

/** Answers one page after the other, and records a copy of each input, because the paginator changes it. */
function pages<Page>(...answers: Page[]): (input: unknown) => Page {
  return (input) => {
    inputs.push(structuredClone(input));
    return answers[Math.min(inputs.length, answers.length) - 1]!;
  };
}

describe("instances", () => {
  test("are those with the tag, on every page, even after an empty one", async () => {
    ec2
      .on(DescribeInstancesCommand)
      .callsFake(
        pages(
          { Reservations: [{ Instances: [{ InstanceId: "i-1" }] }, {}], NextToken: "2" },
          { NextToken: "3" },
          { Reservations: [{ Instances: [{ InstanceId: "i-2" }, {}] }] },
        ),
      );
    const found = await describeProtectedInstances(client, "Backup", ["true"]);
    expect(found.map((i) => i.instanceId)).toStrictEqual(["i-1", "i-2"]);
    const input = {
      Filters: [
        { Name: "tag:Backup", Values: ["true"] },
        { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
      ],
      MaxResults: 1000,
    };
    expect(inputs).toEqual([
      { ...input, NextToken: undefined },
      { ...input, NextToken: "2" },
      { ...input, NextToken: "3" },
    ]);
  });

  test("have their volumes, of which one is the root", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: "i-1",
              InstanceType: "m7g.large",
              Placement: { AvailabilityZone: "us-east-1a" },
              RootDeviceName: "/dev/xvda",
              Tags: [{ Key: "Name", Value: "web" }],
              BlockDeviceMappings: [
                { DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } },
                { DeviceName: "/dev/sdf", Ebs: { VolumeId: "vol-2" } },
                { DeviceName: "/dev/sdg", Ebs: {} },
                { DeviceName: "/dev/sdh" },
                { Ebs: { VolumeId: "vol-3" } },
              ],
            },
          ],
        },
      ],
    });
    await expect(describeProtectedInstances(client, "Backup", ["true"])).resolves.toStrictEqual([
      {
        instanceId: "i-1",
        instanceType: "m7g.large",
        availabilityZone: "us-east-1a",
        tags: { Name: "web" },
        volumes: [
          { volumeId: "vol-1", deviceName: "/dev/xvda", isRoot: true, tags: {} },
          { volumeId: "vol-2", deviceName: "/dev/sdf", isRoot: false, tags: {} },
          { volumeId: "vol-3", deviceName: "", isRoot: false, tags: {} },
        ],
        captured: { launch: { rootDeviceName: "/dev/xvda", instanceStoreDevices: ["/dev/sdh"] }, interfaces: [] },
      },
    ]);
  });

  test("are protected even if EC2 gives few details", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [{ InstanceId: "i-1" }] }],
    });
    await expect(describeProtectedInstances(client, "Backup", ["true"])).resolves.toStrictEqual([
      {
        instanceId: "i-1",
        instanceType: "",
        availabilityZone: "",
        tags: {},
        volumes: [],
        captured: { launch: {}, interfaces: [] },
      },
    ]);
  });
});

describe("volumes", () => {
  test("are read for 200 instances per call, page by page", async () => {
    ec2
      .on(DescribeVolumesCommand)
      .callsFake(pages({ Volumes: [{ VolumeId: "vol-1" }], NextToken: "2" }, {}, { Volumes: [{ VolumeId: "vol-2" }] }));
    const ids = Array.from({ length: 201 }, (_, n) => `i-${n}`);
    await expect(describeVolumes(client, ids)).resolves.toStrictEqual([{ VolumeId: "vol-1" }, { VolumeId: "vol-2" }]);
    const by = (Values: string[], NextToken?: string) => ({
      Filters: [{ Name: "attachment.instance-id", Values }],
      MaxResults: 500,
      NextToken,
    });
    expect(inputs).toEqual([by(ids.slice(0, 200)), by(ids.slice(0, 200), "2"), by(["i-200"])]);
  });

  test("are not read if there are no instances", async () => {
    await expect(describeVolumes(client, [])).resolves.toStrictEqual([]);
    expect(inputs).toStrictEqual([]);
  });

  test("add their volume spec to instances; a volume that is not shown is kept with less detail", () => {
    const known = {
      VolumeId: "vol-1",
      VolumeType: "gp3" as const,
      Size: 8,
      Iops: 3000,
      Throughput: 125,
      Tags: [{ Key: "Mount", Value: "/" }],
    };
    const machine = instance("i-1", [volume("vol-1"), volume("vol-2")]);
    const none = {
      volumeType: undefined,
      sizeGiB: undefined,
      iops: undefined,
      throughputMiBps: undefined,
    };
    expect(withVolumeSpecs([machine], [known])).toStrictEqual([
      {
        ...machine,
        volumes: [
          {
            ...volume("vol-1"),
            volumeType: "gp3",
            sizeGiB: 8,
            iops: 3000,
            throughputMiBps: 125,
            tags: { Mount: "/" },
          },
          { ...volume("vol-2"), ...none },
        ],
      },
    ]);
  });
});
