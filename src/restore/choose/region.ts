/** What a region has that a launch can use, as EC2 shows it. Types only. */

export interface RegionSubnet {
  subnetId: string;
  vpcId: string;
  cidr: string;
  availabilityZone: string;
  zoneId: string;
  /** Tag Name; empty where there is none. */
  name: string;
  /** True for the subnet of a zone in the default VPC. */
}

export interface RegionGroup {
  groupId: string;
  name: string;
  vpcId: string;
}

/** What EC2 says of an instance type. */
export interface TypeFacts {
  architectures: readonly string[];
  isBurstable: boolean;
  defaultCores?: number;
  defaultThreadsPerCore?: number;
}

export interface RegionFacts {
  region: string;
  subnets: readonly RegionSubnet[];
  groups: readonly RegionGroup[];
  keyPairs: readonly string[];
  /** Those of the wanted private addresses that something in the region uses. */
  takenAddresses: readonly string[];
  /** Zones that offer the instance type. */
  offeredIn: readonly string[];
  /** Absent: EC2 does not know the type. */
  type?: TypeFacts;
}
