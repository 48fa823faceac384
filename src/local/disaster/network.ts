/** Makes networks that stand for each other in two regions: the same names, other ids, and one subnet of another range. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

/** Ids by name. */
export interface Network {
  subnets: Readonly<Record<string, string>>;
  groups: Readonly<Record<string, string>>;
}

/** Subnets of the fleet by Name: their range, and whether the DR region has the same. */
const SUBNETS = [
  { name: "app", cidr: "10.0.1.0/24", drCidr: "10.0.1.0/24" },
  { name: "management", cidr: "10.0.2.0/24", drCidr: "10.0.2.0/24" },
  { name: "data", cidr: "10.0.3.0/24", drCidr: "10.0.103.0/24" },
];
const GROUPS = ["web", "database", "operators"];
export const KEY_PAIR = "operators";

/** Makes VPC, subnets, groups and key pair. */
export async function makeNetwork(ec2: EC2Client, zone: string, isDr: boolean): Promise<Network> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc?.VpcId ?? "";
  const [subnets, groups]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const { name, cidr, drCidr } of SUBNETS) {
    const TagSpecifications = [{ ResourceType: "subnet" as const, Tags: [{ Key: "Name", Value: name }] }];
    const input = { VpcId, CidrBlock: isDr ? drCidr : cidr, AvailabilityZone: zone, TagSpecifications };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(input));
    subnets[name] = Subnet?.SubnetId ?? "";
  }
  for (const GroupName of GROUPS) {
    const input = { GroupName, Description: `of ${GroupName}`, VpcId };
    const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand(input));
    groups[GroupName] = GroupId;
    const rule = { GroupId, IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "10.0.0.0/8" };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule));
  }
  await ec2.send(new CreateKeyPairCommand({ KeyName: KEY_PAIR }));
  return { subnets, groups };
}
