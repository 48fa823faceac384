/** The network of a launch in the emulated EC2. Method: the SDK's calls; for each rule a call that breaks it. */
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DescribeAddressesCommand,
  DescribeSubnetsCommand,
  type Instance,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DR, type RestoreAccount, WEB_ROOT, codeOf, startRestoreAccount } from "../../support/restoreAccount";

let account: RestoreAccount;
let imageId: string;
let subnet: string;
let group: string;

const client = () => account.ec2(DR);

async function makeNetwork(cidr: string) {
  const { Vpc } = await client().send(new CreateVpcCommand({ CidrBlock: cidr }));
  const VpcId = Vpc?.VpcId;
  const place = { VpcId, CidrBlock: cidr, AvailabilityZone: "us-west-2a" };
  const { Subnet } = await client().send(new CreateSubnetCommand(place));
  const { GroupId = "" } = await client().send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: "web", Description: "web" }),
  );
  return { subnetId: Subnet?.SubnetId ?? "", groupId: GroupId };
}

beforeAll(async () => {
  account = await startRestoreAccount();
  imageId = await account.register(await account.copy(await account.snapshot(WEB_ROOT)));
  ({ subnetId: subnet, groupId: group } = await makeNetwork("10.1.0.0/24"));
}, 120_000);
afterAll(() => account.stop());

const run = (more: Partial<RunInstancesCommandInput>) => account.run(imageId, more);
const refusalOf = (more: Partial<RunInstancesCommandInput>) => codeOf(run(more));
const shown = async (more: Partial<RunInstancesCommandInput>): Promise<Instance> =>
  account.instance(await account.launch(imageId, more));

describe("the network of a launch", () => {
  it("has the given subnet, groups and address", async () => {
    const PrivateIpAddress = "10.1.0.10";
    const instance = await shown({ SubnetId: subnet, SecurityGroupIds: [group], PrivateIpAddress });
    expect(instance).toMatchObject({ SubnetId: subnet, PrivateIpAddress, SecurityGroups: [{ GroupId: group }] });
    expect(instance.Placement?.AvailabilityZone).toBe("us-west-2a");
  });

  it("refuses what is not there, and a group of another VPC", async () => {
    const other = await makeNetwork("10.2.0.0/24");
    expect(await refusalOf({ SubnetId: "subnet-0123456789abcdef0" })).toBe("InvalidSubnetID.NotFound");
    expect(await refusalOf({ SubnetId: subnet, SecurityGroupIds: ["sg-0123456789abcdef0"] })).toBe(
      "InvalidGroup.NotFound",
    );
    expect(await refusalOf({ SubnetId: subnet, SecurityGroupIds: [other.groupId] })).toBe("InvalidParameter");
  });

  it("refuses an address outside the subnet, and one that is in use until its instance has ended", async () => {
    const ask = (PrivateIpAddress: string) => run({ SubnetId: subnet, PrivateIpAddress });
    expect(await codeOf(ask("10.9.0.5"))).toBe("InvalidParameterValue");
    const { Instances } = await ask("10.1.0.20");
    expect(await codeOf(ask("10.1.0.20"))).toBe("InvalidIPAddress.InUse");
    const InstanceIds = [Instances?.[0]?.InstanceId ?? ""];
    await client().send(new TerminateInstancesCommand({ InstanceIds }));
    expect(await codeOf(ask("10.1.0.20"))).toBe("no error");
  });

  it("has its address even if the call is sent again after a lost answer", async () => {
    const ask = () => run({ SubnetId: subnet, PrivateIpAddress: "10.1.0.25", ClientToken: "lost answer" });
    const [first, second] = [await ask(), await ask()];
    expect(second.Instances?.[0]?.InstanceId).toBe(first.Instances?.[0]?.InstanceId);
  });

  it("has several interfaces, with their addresses", async () => {
    const NetworkInterfaces = [
      { DeviceIndex: 0, SubnetId: subnet, Groups: [group], PrivateIpAddress: "10.1.0.30" },
      {
        DeviceIndex: 1,
        SubnetId: subnet,
        Groups: [group],
        DeleteOnTermination: false,
        PrivateIpAddresses: [
          { Primary: true, PrivateIpAddress: "10.1.0.31" },
          { Primary: false, PrivateIpAddress: "10.1.0.32" },
        ],
      },
    ];
    const { NetworkInterfaces: found = [] } = await shown({ NetworkInterfaces });
    const facts = found.map(({ Attachment, PrivateIpAddresses }) => [
      Attachment?.DeviceIndex,
      Attachment?.DeleteOnTermination,
      PrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress),
    ]);
    expect(facts).toEqual([
      [0, true, ["10.1.0.30"]],
      [1, false, ["10.1.0.31", "10.1.0.32"]],
    ]);
  });

  it("refuses a device index twice, too many interfaces, and one that is in use", async () => {
    const at = (DeviceIndex: number) => ({ DeviceIndex, SubnetId: subnet });
    expect(await refusalOf({ NetworkInterfaces: [at(0), at(0)] })).toBe("InvalidParameterValue");
    expect(await refusalOf({ NetworkInterfaces: [at(0), at(1), at(2)] })).toBe("AttachmentLimitExceeded");
    expect(await refusalOf({ SubnetId: subnet, NetworkInterfaces: [at(0)] })).toBe("InvalidParameterCombination");
    const { NetworkInterface } = await client().send(new CreateNetworkInterfaceCommand({ SubnetId: subnet }));
    const kept = { DeviceIndex: 0, NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId };
    expect(await refusalOf({ NetworkInterfaces: [kept] })).toBe("no error");
    expect(await refusalOf({ NetworkInterfaces: [kept] })).toBe("InvalidNetworkInterface.InUse");
  });

  it("refuses interfaces in two zones, and a zone without a default subnet", async () => {
    const { Subnets = [] } = await client().send(new DescribeSubnetsCommand({}));
    const defaults = new Map(
      Subnets.filter((one) => one.DefaultForAz).map((one) => [one.AvailabilityZone, one.SubnetId]),
    );
    const [a, c] = [defaults.get("us-west-2a"), defaults.get("us-west-2c")];
    const NetworkInterfaces = [a, c].map((SubnetId, DeviceIndex) => ({ SubnetId, DeviceIndex }));
    expect(await refusalOf({ NetworkInterfaces })).toBe("InvalidParameterCombination");
    expect(await refusalOf({ SubnetId: a, Placement: { AvailabilityZone: "us-west-2c" } })).toBe(
      "InvalidParameterCombination",
    );
    const inZone = () => refusalOf({ Placement: { AvailabilityZone: "us-west-2c" } });
    expect(await inZone()).toBe("no error");
    await client().send(new DeleteSubnetCommand({ SubnetId: c }));
    expect(await inZone()).toBe("MissingInput");
    expect(await refusalOf({ Placement: { AvailabilityZone: "us-west-2z" } })).toBe("InvalidParameterValue");
  });
});

describe("an Elastic IP address", () => {
  it("moves to another instance only if that is said", async () => {
    const [one, other] = [await account.launch(imageId), await account.launch(imageId)];
    const { AllocationId, PublicIp } = await client().send(new AllocateAddressCommand({ Domain: "vpc" }));
    const associate = (InstanceId: string, AllowReassociation: boolean) =>
      codeOf(client().send(new AssociateAddressCommand({ AllocationId, InstanceId, AllowReassociation })));
    expect(await associate(one, false)).toBe("no error");
    expect(await associate(other, false)).toBe("Resource.AlreadyAssociated");
    expect(await associate(other, true)).toBe("no error");
    const { Addresses } = await client().send(new DescribeAddressesCommand({ PublicIps: [PublicIp!] }));
    expect(Addresses?.[0]?.InstanceId).toBe(other);
    expect((await account.instance(other)).PublicIpAddress).toBe(PublicIp);
  });

  it("is refused for an instance that is pending", async () => {
    const { Instances } = await run({});
    const { AllocationId } = await client().send(new AllocateAddressCommand({ Domain: "vpc" }));
    const associate = () =>
      codeOf(client().send(new AssociateAddressCommand({ AllocationId, InstanceId: Instances?.[0]?.InstanceId })));
    expect(await associate()).toBe("InvalidInstanceID");
    await account.pass(1);
    expect(await associate()).toBe("no error");
  });

  it("gives addresses that are free and not AWS's own, until none is left", async () => {
    const { subnetId, groupId } = await makeNetwork("10.3.0.0/28");
    const make = async () => {
      const command = new CreateNetworkInterfaceCommand({ SubnetId: subnetId, Groups: [groupId] });
      return (await client().send(command)).NetworkInterface?.PrivateIpAddress ?? "";
    };
    const given: string[] = [];
    for (let n = 0; n < 11; n += 1) given.push(await make());
    const places = given.map((address) => Number(address.split(".").at(-1))).sort((a, b) => a - b);
    expect(places).toStrictEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(await codeOf(make())).toBe("InsufficientFreeAddressesInSubnet");
  });
});
