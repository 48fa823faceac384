import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import {
  describeProtectedInstances,
  describeVaultSnapshots,
  describeVolumes,
  withVolumeFacts,
} from "../../src/vault/ec2Reads";
import { TAG } from "../../src/vault/tags";
import { instance, volume } from "../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

let inputs: unknown[] = [];

beforeEach(() => {
  ec2.reset();
  inputs = [];
});

/** Answers one page after the other, and notes each input as it was then: the paginator writes on it. */
function pages<Page>(...answers: Page[]): (input: unknown) => Page {
  return (input) => {
    inputs.push(structuredClone(input));
    return answers[Math.min(inputs.length, answers.length) - 1]!;
  };
}

describe("instances", () => {
  test("are those with the tag, on every page, also after an empty one", async () => {
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

  test("come with their volumes, of which one is the root", async () => {
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
      },
    ]);
  });

  test("that say little are still protected", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [{ InstanceId: "i-1" }] }],
    });
    await expect(describeProtectedInstances(client, "Backup", ["true"])).resolves.toStrictEqual([
      { instanceId: "i-1", instanceType: "", availabilityZone: "", tags: {}, volumes: [] },
    ]);
  });
});

describe("volumes", () => {
  test("are asked for by 200 instances a call, page by page", async () => {
    ec2
      .on(DescribeVolumesCommand)
      .callsFake(
        pages(
          { Volumes: [{ VolumeId: "vol-1" }], NextToken: "2" },
          {},
          { Volumes: [{ VolumeId: "vol-2" }] },
        ),
      );
    const ids = Array.from({ length: 201 }, (_, n) => `i-${n}`);
    await expect(describeVolumes(client, ids)).resolves.toStrictEqual([
      { VolumeId: "vol-1" },
      { VolumeId: "vol-2" },
    ]);
    const by = (Values: string[], NextToken?: string) => ({
      Filters: [{ Name: "attachment.instance-id", Values }],
      MaxResults: 500,
      NextToken,
    });
    expect(inputs).toEqual([by(ids.slice(0, 200)), by(ids.slice(0, 200), "2"), by(["i-200"])]);
  });

  test("of no instances are not asked for", async () => {
    await expect(describeVolumes(client, [])).resolves.toStrictEqual([]);
    expect(inputs).toStrictEqual([]);
  });

  test("give instances their facts; one that is not shown stays, with fewer", () => {
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
    expect(withVolumeFacts([machine], [known])).toStrictEqual([
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

describe("snapshots", () => {
  test("are this account's and this vault's, on every page, also after an empty one", async () => {
    ec2
      .on(DescribeSnapshotsCommand)
      .callsFake(
        pages(
          { Snapshots: [], NextToken: "2" },
          { Snapshots: [{ SnapshotId: "snap-1" }, {}], NextToken: "3" },
          {},
        ),
      );
    const found = await describeVaultSnapshots(client, "us-east-1", "vault");
    expect(found.map((s) => s.snapshotId)).toStrictEqual(["snap-1"]);
    const input = {
      OwnerIds: ["self"],
      Filters: [{ Name: "tag:smart-vault:vault", Values: ["vault"] }],
      MaxResults: 1000,
    };
    expect(inputs).toEqual([
      { ...input, NextToken: undefined },
      { ...input, NextToken: "2" },
      { ...input, NextToken: "3" },
    ]);
  });

  test("become the vault's own records", async () => {
    const StartTime = new Date("2026-11-22T03:00:00Z");
    ec2.on(DescribeSnapshotsCommand).resolves({
      Snapshots: [
        {
          SnapshotId: "snap-1",
          VolumeId: "vol-1",
          State: "completed",
          StartTime,
          VolumeSize: 8,
          Encrypted: true,
          KmsKeyId: "key",
          StateMessage: "fine",
          StorageTier: "archive",
          RestoreExpiryTime: new Date(0),
          Tags: [{ Key: "a", Value: "b" }],
        },
      ],
    });
    await expect(describeVaultSnapshots(client, "us-east-1", "vault")).resolves.toStrictEqual([
      {
        snapshotId: "snap-1",
        region: "us-east-1",
        volumeId: "vol-1",
        state: "completed",
        startTimeMs: StartTime.getTime(),
        sizeGiB: 8,
        encrypted: true,
        kmsKeyId: "key",
        stateMessage: "fine",
        storageTier: "archive",
        restoreExpiryTimeMs: 0,
        tags: { a: "b" },
      },
    ]);
  });

  test("that are copies have the volume that their tag names: EC2's own is arbitrary", async () => {
    const Tags = [{ Key: TAG.sourceVolume, Value: "vol-1" }];
    ec2.on(DescribeSnapshotsCommand).resolves({
      Snapshots: [{ SnapshotId: "snap-1", VolumeId: "vol-ffffffff", Tags }],
    });
    const [copy] = await describeVaultSnapshots(client, "us-west-2", "vault");
    expect(copy?.volumeId).toBe("vol-1");
  });

  test("that say little count as pending, and so are neither copied nor deleted", async () => {
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: "snap-1" }] });
    await expect(describeVaultSnapshots(client, "us-east-1", "vault")).resolves.toStrictEqual([
      {
        snapshotId: "snap-1",
        region: "us-east-1",
        volumeId: "",
        state: "pending",
        startTimeMs: 0,
        sizeGiB: 0,
        encrypted: false,
        kmsKeyId: undefined,
        stateMessage: undefined,
        storageTier: undefined,
        restoreExpiryTimeMs: undefined,
        tags: {},
      },
    ]);
  });
});
