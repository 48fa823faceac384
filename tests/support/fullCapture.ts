/** Provides a capture with every fact that there is, of more interfaces than tags have room for. */
import type { CapturedLaunch, InterfaceSpec, LaunchSpec, MetadataSpec } from "../../src/vault/model/launchSpec";
import type { AttachedVolume, ProtectedInstance } from "../../src/vault/model/world";

const METADATA: Required<MetadataSpec> = {
  tokens: "required",
  hopLimit: 2,
  endpoint: "enabled",
  instanceTags: "disabled",
};

const LAUNCH: Required<LaunchSpec> = {
  architecture: "arm64",
  rootDeviceName: "/dev/xvda",
  virtualizationType: "hvm",
  bootMode: "uefi",
  currentBootMode: "uefi",
  enaSupport: true,
  sriovNetSupport: "simple",
  tpmSupport: "v2.0",
  platformDetails: "Linux/UNIX",
  usageOperation: "RunInstances",
  productCodes: ["abc123"],
  keyName: "ops",
  instanceProfile: "db",
  metadata: METADATA,
  tenancy: "host",
  hostId: "h-0123456789abcdef0",
  placementGroup: "spread",
  partitionNumber: 3,
  cpuCores: 8,
  threadsPerCore: 1,
  cpuCredits: "unlimited",
  ebsOptimized: true,
  detailedMonitoring: true,
  hibernation: false,
  enclave: false,
  autoRecovery: "default",
  hostnameType: "ip-name",
  spot: false,
  instanceStoreDevices: ["/dev/sdb"],
  imageId: "ami-0123456789abcdef0",
  disableApiTermination: true,
  disableApiStop: false,
  shutdownBehavior: "stop",
};

function interfaceAt(deviceIndex: number): Required<InterfaceSpec> {
  return {
    deviceIndex,
    networkCardIndex: 0,
    vpcId: "vpc-0123456789abcdef0",
    subnetId: `subnet-0123456789abcde${10 + deviceIndex}`,
    subnetName: `private-${deviceIndex}`,
    subnetCidr: `10.0.${deviceIndex}.0/24`,
    zoneId: "use1-az1",
    privateIp: `10.0.${deviceIndex}.10`,
    secondaryIps: [`10.0.${deviceIndex}.11`],
    ipv6Addresses: [`2001:db8::${deviceIndex}`],
    groupIds: ["sg-0123456789abcdef0", "sg-0123456789abcdef1"],
    groupNames: ["database", "monitoring"],
    elasticIp: "198.51.100.7",
    hasPublicIp: false,
    sourceDestCheck: true,
    deleteOnTermination: true,
  };
}

export const FULL_LAUNCH: CapturedLaunch = {
  launch: LAUNCH,
  interfaces: Array.from({ length: 15 }, (_, index) => interfaceAt(index)),
};

const ROOT_VOLUME: Required<AttachedVolume> = {
  volumeId: "vol-1",
  deviceName: "/dev/xvda",
  isRoot: true,
  volumeType: "gp3",
  sizeGiB: 8,
  iops: 4000,
  throughputMiBps: 250,
  tags: Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`disk-${index}`, "x".repeat(256)])),
};

export const FULL_INSTANCE: ProtectedInstance = {
  instanceId: "i-1",
  instanceType: "m7g.large",
  availabilityZone: "us-east-1a",
  tags: { Backup: "true", ...Object.fromEntries(Array.from({ length: 48 }, (_, at) => [`tag-${at}`, "é{\"'}"])) },
  volumes: [ROOT_VOLUME, { volumeId: "vol-2", deviceName: "/dev/sdf", isRoot: false, tags: { Backup: "exclude" } }],
  captured: FULL_LAUNCH,
};
