/** Reads what a region has that a launch can use. */
import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type InstanceTypeInfo,
  type _InstanceType,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
} from "@aws-sdk/client-ec2";
import { causeOf } from "../../vault/aws/errors";
import { tagsFromList } from "../../vault/model/tags/tags";
import type { RegionFacts, RegionGroup, RegionSubnet, TypeFacts } from "../choose/region";

const PAGE_SIZE = 1_000;

/** Reads the subnets of a region, by zone. */
export async function readSubnets(client: EC2Client): Promise<RegionSubnet[]> {
  const found: RegionSubnet[] = [];
  for await (const { Subnets = [] } of paginateDescribeSubnets({ client, pageSize: PAGE_SIZE }, {})) {
    for (const one of Subnets) {
      found.push({
        subnetId: one.SubnetId ?? "",
        vpcId: one.VpcId ?? "",
        cidr: one.CidrBlock ?? "",
        availabilityZone: one.AvailabilityZone ?? "",
        zoneId: one.AvailabilityZoneId ?? "",
        name: tagsFromList(one.Tags).Name ?? "",
      });
    }
  }
  return found.sort((a, b) => (a.availabilityZone < b.availabilityZone ? -1 : 1));
}

async function groups(client: EC2Client): Promise<RegionGroup[]> {
  const found: RegionGroup[] = [];
  for await (const { SecurityGroups = [] } of paginateDescribeSecurityGroups({ client, pageSize: PAGE_SIZE }, {})) {
    for (const { GroupId = "", GroupName = "", VpcId = "" } of SecurityGroups) {
      found.push({ groupId: GroupId, name: GroupName, vpcId: VpcId });
    }
  }
  return found;
}

async function zonesOffering(client: EC2Client, instanceType: string): Promise<string[]> {
  const Filters = [{ Name: "instance-type", Values: [instanceType] }];
  const command = new DescribeInstanceTypeOfferingsCommand({ LocationType: "availability-zone", Filters });
  const { InstanceTypeOfferings = [] } = await client.send(command);
  return InstanceTypeOfferings.flatMap(({ Location }) => Location ?? []).sort();
}

function typeFacts({ ProcessorInfo, VCpuInfo, BurstablePerformanceSupported }: InstanceTypeInfo): TypeFacts {
  return {
    architectures: ProcessorInfo?.SupportedArchitectures ?? [],
    isBurstable: BurstablePerformanceSupported ?? false,
    ...(VCpuInfo?.DefaultCores !== undefined && { defaultCores: VCpuInfo.DefaultCores }),
    ...(VCpuInfo?.DefaultThreadsPerCore !== undefined && { defaultThreadsPerCore: VCpuInfo.DefaultThreadsPerCore }),
  };
}

/** Returns what EC2 knows of a type; `undefined` if it has none of that name. */
async function typeOf(client: EC2Client, instanceType: string): Promise<TypeFacts | undefined> {
  try {
    const InstanceTypes = [instanceType as _InstanceType];
    const { InstanceTypes: found = [] } = await client.send(new DescribeInstanceTypesCommand({ InstanceTypes }));
    return found[0] === undefined ? undefined : typeFacts(found[0]);
  } catch (error) {
    if (/^(InvalidInstanceType|InvalidParameterValue)/.test(causeOf(error).code)) return undefined;
    throw error;
  }
}

async function takenAmong(client: EC2Client, addresses: readonly string[]): Promise<string[]> {
  if (addresses.length === 0) return [];
  const Filters = [{ Name: "addresses.private-ip-address", Values: [...addresses] }];
  const { NetworkInterfaces = [] } = await client.send(new DescribeNetworkInterfacesCommand({ Filters }));
  return NetworkInterfaces.flatMap(({ PrivateIpAddresses = [] }) =>
    PrivateIpAddresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
  );
}

/**
 * Reads it all, in six calls at once.
 * @param addresses private addresses that the instance had
 */
export async function readRegionFacts(
  client: EC2Client,
  region: string,
  instanceType: string,
  addresses: readonly string[],
): Promise<RegionFacts> {
  const [allSubnets, allGroups, offeredIn, type, keys, takenAddresses] = await Promise.all([
    readSubnets(client),
    groups(client),
    zonesOffering(client, instanceType),
    typeOf(client, instanceType),
    client.send(new DescribeKeyPairsCommand({})),
    takenAmong(client, addresses),
  ]);
  return {
    region,
    subnets: allSubnets,
    groups: allGroups,
    keyPairs: (keys.KeyPairs ?? []).flatMap(({ KeyName }) => KeyName ?? []),
    takenAddresses,
    offeredIn,
    ...(type !== undefined && { type }),
  };
}
