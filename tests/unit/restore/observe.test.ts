/** Tests what a restore reads of EC2, and that it asks nobody but the one client that it is given. */
import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { type Look, observeRestore } from "../../../src/restore/aws/observe";
import { RESTORE_ID } from "../../support/restore/shapes";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

const LAUNCH: Look = { restoreId: RESTORE_ID, isLaunch: true, readsProtection: false, skips: [] };
const TARGET: Look = { ...LAUNCH, isLaunch: false, instanceId: "i-1" };
const OWN = { Filters: [{ Name: "tag:smart-vault:restore", Values: [RESTORE_ID] }] };
const TAGS = [{ Key: "smart-vault:restore", Value: RESTORE_ID }];

function instances(...all: Instance[]): void {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: all.map((one) => ({ Instances: [one] })) });
}

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().resolves({});
});

/** Returns every call, as name and input. */
function calls(): [string, unknown][] {
  return ec2.calls().map((call) => {
    const [command] = call.args;
    return [command.constructor.name, command.input];
  });
}

test("looks for all that carries the id of a launch, and for nothing else", async () => {
  await observeRestore(client, LAUNCH);
  expect(calls()).toStrictEqual([
    ["DescribeVolumesCommand", OWN],
    ["DescribeInstancesCommand", OWN],
    ["DescribeImagesCommand", { Owners: ["self"], ...OWN }],
    ["DescribeSecurityGroupsCommand", OWN],
    ["DescribeNetworkInterfacesCommand", OWN],
  ]);
});

test("looks for volumes that carry the id, and at the instance that it works on, by its id", async () => {
  await observeRestore(client, TARGET);
  const byId = { Filters: [{ Name: "instance-id", Values: ["i-1"] }] };
  expect(calls()).toStrictEqual([
    ["DescribeVolumesCommand", OWN],
    ["DescribeInstancesCommand", byId],
    ["DescribeReplaceRootVolumeTasksCommand", byId],
  ]);
});

test("looks at no instance where volumes are restored for none", async () => {
  const { instanceId: _instance, ...look } = TARGET;
  expect((await observeRestore(client, look)).instance).toBeUndefined();
  expect(calls()).toStrictEqual([["DescribeVolumesCommand", OWN]]);
});

test("sends every call to the client that it is given", async () => {
  const other = new EC2Client({ region: "us-west-2" });
  instances({ InstanceId: "i-1", State: { Name: "running" } });
  await observeRestore(other, { ...LAUNCH, readsProtection: true });
  const clients = ec2.calls().map(({ thisValue }) => thisValue as unknown);
  expect(clients).toHaveLength(8);
  expect(clients.every((one) => one === other)).toBe(true);
});

test("reads images, groups, interfaces and volumes as they are", async () => {
  ec2.on(DescribeImagesCommand).resolves({
    Images: [{ ImageId: "ami-1", State: "available", UsageOperation: "RunInstances:0010", Tags: TAGS }],
  });
  ec2.on(DescribeSecurityGroupsCommand).resolves({
    SecurityGroups: [{ GroupId: "sg-1", IpPermissions: [{}], IpPermissionsEgress: [{}, {}], Tags: TAGS }],
  });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: [
      { NetworkInterfaceId: "eni-1", Status: "in-use" },
      { NetworkInterfaceId: "eni-2", Status: "available" },
    ],
  });
  const attached = { InstanceId: "i-1", Device: "/dev/sdf", State: "attaching", DeleteOnTermination: true } as const;
  ec2.on(DescribeVolumesCommand).resolves({
    Volumes: [{ VolumeId: "vol-1", State: "in-use", Attachments: [attached], Tags: TAGS }],
  });
  const tags = { "smart-vault:restore": RESTORE_ID };
  expect(await observeRestore(client, LAUNCH)).toStrictEqual({
    images: [{ imageId: "ami-1", state: "available", usageOperation: "RunInstances:0010", tags }],
    groups: [{ groupId: "sg-1", rules: 3, tags }],
    interfaces: [
      { interfaceId: "eni-1", isFree: false },
      { interfaceId: "eni-2", isFree: true },
    ],
    volumes: [
      {
        volumeId: "vol-1",
        state: "in-use",
        attachments: [{ instanceId: "i-1", device: "/dev/sdf", state: "attaching", deleteOnTermination: true }],
        tags,
      },
    ],
    ended: [],
    endedBefore: 0,
    tasks: [],
  });
});

test.each([
  ["the volume's own word, which is the first to change", "attaching", "attached", "attaching"],
  ["the instance's word where the volume says nothing", undefined, "detaching", "detaching"],
] as const)("takes for the state of a mapping %s", async (_name, own, shown, expected) => {
  const Attachments = own === undefined ? [] : [{ InstanceId: "i-1", State: own }];
  ec2.on(DescribeVolumesCommand).resolves({ Volumes: [{ VolumeId: "vol-1", Attachments }] });
  const Ebs = { VolumeId: "vol-1", Status: shown, DeleteOnTermination: true };
  instances({ InstanceId: "i-1", BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs }, { DeviceName: "/dev/sdb" }] });
  const { instance } = await observeRestore(client, TARGET);
  expect(instance?.mappings).toStrictEqual([
    { device: "/dev/sdf", volumeId: "vol-1", state: expected, deleteOnTermination: true },
  ]);
});

const LIVE = { InstanceId: "i-live", State: { Name: "running" } } as const;
const ENDING = { InstanceId: "i-ending", State: { Name: "shutting-down" } } as const;
const GONE = { InstanceId: "i-gone", State: { Name: "terminated" } } as const;

test.each<[string, Instance[], string[], string | undefined]>([
  ["the live one", [GONE, LIVE], [], "i-live"],
  ["one that ends now", [GONE, ENDING], ["i-gone"], "i-ending"],
  ["one that has ended since", [GONE], [], "i-gone"],
  ["none that ended before", [GONE], ["i-gone"], undefined],
])("shows of a launch's instances %s", async (_name, all, skips, expected) => {
  instances(...all);
  const found = await observeRestore(client, { ...LAUNCH, skips });
  expect(found.instance?.instanceId).toBe(expected);
  expect(found.ended).toStrictEqual(all.includes(GONE) ? ["i-gone"] : []);
  expect(found.endedBefore).toBe(skips.length);
});

test.each([
  ["ok", "ok", "ok"],
  ["ok", "initializing", "initializing"],
  ["impaired", "ok", "impaired"],
] as const)("takes the worse of two status checks: %s and %s", async (instance, system, expected) => {
  instances(LIVE);
  const InstanceStatuses = [{ InstanceStatus: { Status: instance }, SystemStatus: { Status: system } }];
  ec2.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses });
  expect((await observeRestore(client, LAUNCH)).instance?.health).toBe(expected);
});

test("asks for the health of no instance that does not run", async () => {
  instances({ InstanceId: "i-1", State: { Name: "stopped" } });
  expect((await observeRestore(client, LAUNCH)).instance).not.toHaveProperty("health");
  expect(ec2.commandCalls(DescribeInstanceStatusCommand)).toHaveLength(0);
});

test("reads both protections where it has to know them, each by itself", async () => {
  instances(LIVE);
  ec2
    .on(DescribeInstanceAttributeCommand, { Attribute: "disableApiStop" })
    .resolves({ DisableApiStop: { Value: true } });
  const { instance } = await observeRestore(client, { ...LAUNCH, readsProtection: true });
  expect(instance?.protection).toStrictEqual({ termination: false, stop: true });
});

test.each([
  [{ StateReason: { Message: "Client.InternalError: x" }, StateTransitionReason: "y" }, "Client.InternalError: x"],
  [{ StateTransitionReason: "User initiated" }, "User initiated"],
  [{ StateTransitionReason: "" }, undefined],
])("reads why an instance ended from %j", async (shown, expected) => {
  instances({ ...LIVE, ...shown });
  expect((await observeRestore(client, LAUNCH)).instance?.stateReason).toBe(expected);
});

test("counts the tasks of this restore alone", async () => {
  ec2.on(DescribeReplaceRootVolumeTasksCommand).resolves({
    ReplaceRootVolumeTasks: [
      { ReplaceRootVolumeTaskId: "t-1", TaskState: "failed", Tags: [] },
      { ReplaceRootVolumeTaskId: "t-2", TaskState: "pending", Tags: TAGS },
    ],
  });
  expect((await observeRestore(client, TARGET)).tasks).toStrictEqual([{ taskId: "t-2", state: "pending" }]);
});
