/**
 * What a launch needs beyond an instance's type, zone, tags and volumes. All of it is in the answers of DescribeInstances, or
 * of one batch call per region; whatever EC2 does not say is absent. Types only.
 */

/** An instance, apart from its network. */
export interface LaunchSpec {
  /** `i386`, `x86_64`, `arm64`, `x86_64_mac`, `arm64_mac`. RegisterImage takes i386 if it is not said. */
  architecture?: string;
  rootDeviceName?: string;
  /** `hvm` or `paravirtual`. */
  virtualizationType?: string;
  /** The boot mode that was asked for: `legacy-bios`, `uefi`, `uefi-preferred`. */
  bootMode?: string;
  /** The boot mode that it runs in. */
  currentBootMode?: string;
  enaSupport?: boolean;
  sriovNetSupport?: string;
  /** `v2.0` if it has NitroTPM. */
  tpmSupport?: string;
  /** For people, such as `Linux/UNIX` or `Windows`. */
  platformDetails?: string;
  /** The billing code, such as `RunInstances:0010` (AWS, "AMI billing information fields"). */
  usageOperation?: string;
  /** Marketplace product codes. */
  productCodes?: readonly string[];
  keyName?: string;
  /** Name of the IAM instance profile. */
  instanceProfile?: string;
  metadata?: MetadataSpec;
  /** `default`, `dedicated`, `host`. */
  tenancy?: string;
  hostId?: string;
  placementGroup?: string;
  partitionNumber?: number;
  cpuCores?: number;
  threadsPerCore?: number;
  /** `standard` or `unlimited`, of burstable types. */
  cpuCredits?: string;
  ebsOptimized?: boolean;
  detailedMonitoring?: boolean;
  hibernation?: boolean;
  enclave?: boolean;
  /** `default` or `disabled`. */
  autoRecovery?: string;
  /** `ip-name` or `resource-name`. */
  hostnameType?: string;
  spot?: boolean;
  /** Devices of instance-store volumes, which no snapshot holds. */
  instanceStoreDevices?: readonly string[];
  imageId?: string;
  disableApiTermination?: boolean;
  disableApiStop?: boolean;
  /** `stop` or `terminate`. */
  shutdownBehavior?: string;
}

/** Facts that EC2 returns with a call each, so that they are read only when something else has changed. */
export type LaunchAttributes = Pick<LaunchSpec, "disableApiTermination" | "disableApiStop" | "shutdownBehavior">;

/** A base64 text that fits into no tag and may hold secrets. Only captures have it. */
export type BlobName = "userData" | "uefiData";

/** Blobs of an instance; empty: it has none. One that was not read is absent. */
export type LaunchBlobs = Readonly<Partial<Record<BlobName, string>>>;

/** Slots of the captures that the blobs are in. Absent: nobody knows of any. */
export type BlobSlots = Readonly<Partial<Record<BlobName, string>>>;

/** Options of the instance metadata service. */
export interface MetadataSpec {
  /** `optional` or `required`. */
  tokens?: string;
  hopLimit?: number;
  /** `enabled` or `disabled`. */
  endpoint?: string;
  /** `enabled` or `disabled`. */
  instanceTags?: string;
}

/** Facts of a subnet, which mean the same in another region. */
export type SubnetSpec = Pick<InterfaceSpec, "subnetName" | "subnetCidr" | "zoneId">;

/** One network interface. Ids mean something in the primary region alone; names and CIDRs are for the others. */
export interface InterfaceSpec {
  deviceIndex: number;
  networkCardIndex?: number;
  vpcId?: string;
  subnetId?: string;
  subnetName?: string;
  subnetCidr?: string;
  /** Such as `use1-az1`: the same zone in every account. */
  zoneId?: string;
  privateIp?: string;
  secondaryIps?: readonly string[];
  ipv6Addresses?: readonly string[];
  groupIds?: readonly string[];
  groupNames?: readonly string[];
  /** The Elastic IP address, if it has one. */
  elasticIp?: string;
  /** Set if it has a public address that is no Elastic IP. */
  hasPublicIp?: boolean;
  sourceDestCheck?: boolean;
  deleteOnTermination?: boolean;
}

/** All that a launch needs. */
export interface CapturedLaunch {
  launch: LaunchSpec;
  interfaces: readonly InterfaceSpec[];
  blobSlots?: BlobSlots;
}
