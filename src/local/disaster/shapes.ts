/** The fleet of the demonstration: what each instance is launched with, each of another shape. Data. */
import type { Image, RegisterImageCommandInput, RunInstancesCommandInput, VolumeType } from "@aws-sdk/client-ec2";
import { KEY_PAIR, type Network } from "./network";

/** Name of the instance profile. */
export const PROFILE = "app-server";

/** Public images that the fleet is launched from, and Windows' again for the detour: the same ids in both regions. */
const IMAGES = {
  linux: "ami-0000000000000001a",
  uefi: "ami-0000000000000002a",
  arm: "ami-0000000000000003a",
  windows: "ami-0000000000000004a",
} as const;

/** An image, with the UEFI variables that its instances begin with. */
type PublicImage = Partial<Image> & Pick<RegisterImageCommandInput, "UefiData">;

function image(ImageId: string, Name: string, more: PublicImage = {}): PublicImage {
  return { ImageId, Name, Architecture: "x86_64", RootDeviceName: "/dev/xvda", ...more };
}

/** Own keys of Secure Boot, say. */
const UEFI_DATA = Buffer.from("AMZNUEFI and the variables").toString("base64");

export const PUBLIC_IMAGES: readonly PublicImage[] = [
  image(IMAGES.linux, "al2023-ami-x86_64"),
  image(IMAGES.uefi, "al2023-uefi-x86_64", { BootMode: "uefi", TpmSupport: "v2.0", UefiData: UEFI_DATA }),
  image(IMAGES.arm, "al2023-ami-arm64", { Architecture: "arm64", BootMode: "uefi" }),
  image(IMAGES.windows, "Windows_Server-2022-English-Full-Base-2026.10.14", {
    RootDeviceName: "/dev/sda1",
    PlatformDetails: "Windows",
    UsageOperation: "RunInstances:0002",
  }),
];

/** What an instance of the fleet is launched with, and what is done to it afterwards. */
export interface FleetShape {
  name: string;
  launch: Omit<RunInstancesCommandInput, "MinCount" | "MaxCount">;
  /** An Elastic IP address of its first interface. */
  hasElasticIp?: boolean;
  /** Attaches the volume that several instances share. */
  sharesVolume?: boolean;
  /** Interfaces that forward packets. */
  forwards?: boolean;
}

function disk(DeviceName: string, VolumeType: VolumeType, VolumeSize: number, more: object = {}) {
  return { DeviceName, Ebs: { VolumeType, VolumeSize, DeleteOnTermination: false, ...more } };
}

const root = (VolumeSize: number, more: object = {}, device = "/dev/xvda") =>
  disk(device, "gp3", VolumeSize, { DeleteOnTermination: true, ...more });

/** Where instances are launched, and the customer's key. */
interface Site extends Network {
  keyArn: string;
}

/** Returns subnet and groups by their names. */
function at({ subnets, groups }: Network, subnet: string, ...names: string[]) {
  return { SubnetId: subnets[subnet], SecurityGroupIds: names.map((name) => groups[name] ?? "") };
}

/** Four volumes of as many kinds, two under the customer's key. */
function database(site: Site): FleetShape {
  const encrypted = { Encrypted: true, KmsKeyId: site.keyArn };
  return {
    name: "db-1",
    launch: {
      ImageId: IMAGES.linux,
      InstanceType: "r5.xlarge",
      ...at(site, "data", "database", "operators"),
      KeyName: KEY_PAIR,
      IamInstanceProfile: { Name: PROFILE },
      EbsOptimized: true,
      UserData: Buffer.from("#!/bin/sh\necho ready").toString("base64"),
      BlockDeviceMappings: [
        root(30, { Iops: 4_000, Throughput: 250, ...encrypted }),
        disk("/dev/sdf", "io2", 100, { Iops: 16_000, ...encrypted }),
        disk("/dev/sdg", "gp3", 200, { Iops: 6_000, Throughput: 500, DeleteOnTermination: true }),
        disk("/dev/sdh", "st1", 500),
      ],
    },
  };
}

/** Two interfaces that forward packets, an Elastic IP address, IMDSv2, and a termination that the API refuses. */
function web({ subnets, groups }: Site): FleetShape {
  const [web = "", operators = ""] = [groups.web, groups.operators];
  return {
    name: "web-1",
    launch: {
      ImageId: IMAGES.linux,
      InstanceType: "t3.small",
      KeyName: KEY_PAIR,
      IamInstanceProfile: { Name: PROFILE },
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" },
      CreditSpecification: { CpuCredits: "standard" },
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: subnets.app, Groups: [web, operators], PrivateIpAddress: "10.0.1.20" },
        { DeviceIndex: 1, SubnetId: subnets.management, Groups: [operators], DeleteOnTermination: true },
      ],
      BlockDeviceMappings: [root(10)],
      DisableApiTermination: true,
    },
    hasElasticIp: true,
    forwards: true,
  };
}

/** One of two that share a volume. */
function node(site: Site, name: string): FleetShape {
  const machine = { ImageId: IMAGES.linux, InstanceType: "m5.large" } as const;
  const launch = { ...machine, ...at(site, "data", "database"), BlockDeviceMappings: [root(8)] };
  return { name, launch, sharesVolume: true };
}

/** UEFI with a TPM and variables of its own, and another architecture. */
function modern(site: Site): FleetShape[] {
  const network = at(site, "app", "web");
  const trusted = { ImageId: IMAGES.uefi, InstanceType: "m6i.large", Monitoring: { Enabled: true } } as const;
  const arm = { ImageId: IMAGES.arm, InstanceType: "t4g.small" } as const;
  return [
    { name: "trust-1", launch: { ...trusted, ...network, BlockDeviceMappings: [root(12)] } },
    { name: "arm-1", launch: { ...arm, ...network, BlockDeviceMappings: [root(8)] } },
  ];
}

/** A billing code, which its copies lose. */
function windows(site: Site): FleetShape {
  const BlockDeviceMappings = [root(30, {}, "/dev/sda1"), disk("xvdf", "gp2", 40)];
  return {
    name: "win-1",
    launch: { ImageId: IMAGES.windows, InstanceType: "m5.large", ...at(site, "app", "web"), BlockDeviceMappings },
  };
}

/** Returns the fleet in a network. */
export function fleetIn(network: Network, keyArn: string): FleetShape[] {
  const site = { ...network, keyArn };
  return [database(site), web(site), node(site, "node-a"), node(site, "node-b"), ...modern(site), windows(site)];
}
