/** Tests which call each action is. */
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { type Action, actionKey, actionTitle } from "../../../src/restore/action";
import { imageInput, launchInput, volumeInput } from "../../../src/restore/aws/inputs";
import { performAction } from "../../../src/restore/aws/perform";
import { COLD, RESTORE_ID, SOURCE, ZONE, launchOrder, replaceOrder, volumesOrder } from "../../support/restore/shapes";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({ region: "us-west-2" });

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().resolves({});
});

async function callsOf(action: Action, order?: Parameters<typeof performAction>[1]): Promise<[string, unknown][]> {
  await performAction(client, order, action);
  return ec2.calls().map((call) => {
    expect(call.thisValue).toBe(client);
    const [command] = call.args;
    return [command.constructor.name, command.input];
  });
}

const i = { instanceId: "i-1" };
const placed = { ...i, volumeId: "vol-1", device: "/dev/sdf" };
const mappings = (DeleteOnTermination: boolean) => ({
  InstanceId: "i-1",
  BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination } }],
});

test.each<[Action, [string, object][]]>([
  [{ do: "delete-group", groupId: "sg-1" }, [["DeleteSecurityGroupCommand", { GroupId: "sg-1" }]]],
  [{ do: "deregister-image", imageId: "ami-1" }, [["DeregisterImageCommand", { ImageId: "ami-1" }]]],
  [{ do: "delete-volume", volumeId: "vol-1" }, [["DeleteVolumeCommand", { VolumeId: "vol-1" }]]],
  [
    { do: "delete-interface", interfaceId: "eni-1" },
    [["DeleteNetworkInterfaceCommand", { NetworkInterfaceId: "eni-1" }]],
  ],
  [
    { do: "attach-volume", ...placed },
    [["AttachVolumeCommand", { VolumeId: "vol-1", InstanceId: "i-1", Device: "/dev/sdf" }]],
  ],
  [{ do: "detach-volume", ...placed }, [["DetachVolumeCommand", { VolumeId: "vol-1", InstanceId: "i-1" }]]],
  [
    { do: "keep-with-instance", ...i, device: "/dev/sdf", isDeleted: true },
    [["ModifyInstanceAttributeCommand", mappings(true)]],
  ],
  [
    { do: "keep-with-instance", ...i, device: "/dev/sdf", isDeleted: false },
    [["ModifyInstanceAttributeCommand", mappings(false)]],
  ],
  [{ do: "stop-instance", ...i }, [["StopInstancesCommand", { InstanceIds: ["i-1"] }]]],
  [{ do: "start-instance", ...i }, [["StartInstancesCommand", { InstanceIds: ["i-1"] }]]],
  [{ do: "terminate-instance", ...i }, [["TerminateInstancesCommand", { InstanceIds: ["i-1"] }]]],
  [
    { do: "unprotect-instance", ...i },
    [
      ["ModifyInstanceAttributeCommand", { InstanceId: "i-1", DisableApiStop: { Value: false } }],
      ["ModifyInstanceAttributeCommand", { InstanceId: "i-1", DisableApiTermination: { Value: false } }],
    ],
  ],
  [
    { do: "protect-instance", ...i, termination: true, stop: false },
    [
      ["ModifyInstanceAttributeCommand", { InstanceId: "i-1", DisableApiStop: { Value: false } }],
      ["ModifyInstanceAttributeCommand", { InstanceId: "i-1", DisableApiTermination: { Value: true } }],
    ],
  ],
  [
    { do: "forward-packets", interfaceId: "eni-1" },
    [["ModifyNetworkInterfaceAttributeCommand", { NetworkInterfaceId: "eni-1", SourceDestCheck: { Value: false } }]],
  ],
  [
    { do: "write-tags", resourceId: "vol-1", tags: { b: "2", a: "1" }, what: "x" },
    [
      [
        "CreateTagsCommand",
        {
          Resources: ["vol-1"],
          Tags: [
            { Key: "a", Value: "1" },
            { Key: "b", Value: "2" },
          ],
        },
      ],
    ],
  ],
  [
    { do: "remove-tags", resourceId: "vol-1", keys: ["a", "b"] },
    [["DeleteTagsCommand", { Resources: ["vol-1"], Tags: [{ Key: "a" }, { Key: "b" }] }]],
  ],
])("needs no order for %j", async (action, expected) => {
  expect(await callsOf(action)).toStrictEqual(expected);
});

test("registers, launches and creates what the order says", async () => {
  const order = launchOrder();
  const run = { do: "run-instance", imageId: "ami-1", groupId: "sg-1", isDetour: false, attempt: 1 } as const;
  await performAction(client, order, { do: "register-image" });
  await performAction(client, order, run);
  const create = { do: "create-volume", volume: COLD, availabilityZone: ZONE } as const;
  expect(await callsOf(create, order)).toStrictEqual([
    ["RegisterImageCommand", imageInput(order)],
    ["RunInstancesCommand", launchInput(order, run)],
    ["CreateVolumeCommand", volumeInput(order, COLD, ZONE)],
  ]);
});

test("makes a group, and takes away whatever it lets out, in that VPC alone", async () => {
  const [[name, input] = []] = await callsOf({ do: "create-group", vpcId: "vpc-1" }, launchOrder());
  expect(name).toBe("CreateSecurityGroupCommand");
  expect(input).toMatchObject({ GroupName: `smart-vault ${RESTORE_ID}`, VpcId: "vpc-1" });
  ec2.resetHistory();
  const egress = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ IpPermissionsEgress: egress }] });
  expect(await callsOf({ do: "close-group", groupId: "sg-1" })).toStrictEqual([
    ["DescribeSecurityGroupsCommand", { GroupIds: ["sg-1"] }],
    ["RevokeSecurityGroupEgressCommand", { GroupId: "sg-1", IpPermissions: egress }],
  ]);
});

test("replaces a root by the volume that was made, and keeps the old one", async () => {
  const order = replaceOrder();
  const [[name, input] = []] = await callsOf({ do: "replace-root", ...i, volumeId: "vol-1" }, order);
  expect([name, input]).toMatchObject([
    "CreateReplaceRootVolumeTaskCommand",
    { InstanceId: "i-1", VolumeId: "vol-1", DeleteReplacedRootVolume: false, ClientToken: `${RESTORE_ID}-root` },
  ]);
});

test("launches nothing by an order of another mode", async () => {
  await expect(performAction(client, volumesOrder(), { do: "register-image" })).rejects.toThrow("volumes");
  expect(ec2.calls()).toHaveLength(0);
});

test("distinguishes two actions, and names each by what it works on", () => {
  const one: Action = { do: "create-volume", volume: COLD, availabilityZone: ZONE };
  const again: Action = { ...one, availabilityZone: "us-west-2b" };
  const other: Action = { ...one, volume: { ...COLD, device: "/dev/sdz" } };
  expect(actionKey(one)).toBe(actionKey(again));
  expect(actionKey(one)).not.toBe(actionKey(other));
  expect(actionTitle(one)).toContain(COLD.snapshotId);
  expect(actionTitle({ do: "terminate-instance", instanceId: SOURCE.instanceId })).toBe(
    `terminate ${SOURCE.instanceId}`,
  );
});
