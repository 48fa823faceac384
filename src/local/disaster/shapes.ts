/** The fleet of the demonstration: what each instance is launched with, each of another shape. Data. */
import type { Image, RunInstancesCommandInput, VolumeType } from "@aws-sdk/client-ec2";
import { KEY_PAIR, type Network } from "./network";

/** Name of the instance profile. */
export const PROFILE = "app-server";

/** Public images that the fleet is launched from, and Windows' again for the detour: the same ids in both regions. */
export const IMAGES = {
  linux: "ami-0000000000000001a",
  uefi: "ami-0000000000000002a",
  arm: "ami-0000000000000003a",
  windows: "ami-0000000000000004a",
} as const;

function image(ImageId: string, Name: string, more: Partial<Image> = {}): Partial<Image> {
  return { ImageId, Name, Architecture: "x86_64", RootDeviceName: "/dev/xvda", ...more };
}

export const PUBLIC_IMAGES: readonly Partial<Image>[] = [
  image(IMAGES.linux, "al2023-ami-x86_64"),
  image(IMAGES.uefi, "al2023-uefi-x86_64", { BootMode: "uefi", TpmSupport: "v2.0" }),
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

/** Returns the fleet in a network; the customer's key encrypts the database's volumes. */
export function fleetIn({ subnets, groups }: Network, keyArn: string): FleetShape[] {
  const at = (subnet: string, ...names: string[]) => ({
    SubnetId: subnets[subnet],
    SecurityGroupIds: names.map((name) => groups[name] ?? ""),
  });
  const encrypted = { Encrypted: true, KmsKeyId: keyArn };
  const node = (name: string): FleetShape => ({
    name,
    launch: {
      ImageId: IMAGES.linux,
      InstanceType: "m5.large",
      ...at("data", "database"),
      BlockDeviceMappings: [root(8)],
    },
    sharesVolume: true,
  });
  return [
    {
      name: "db-1",
      launch: {
        ImageId: IMAGES.linux,
        InstanceType: "r5.xlarge",
        ...at("data", "database", "operators"),
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
    },
    {
      name: "web-1",
      launch: {
        ImageId: IMAGES.linux,
        InstanceType: "t3.small",
        KeyName: KEY_PAIR,
        IamInstanceProfile: { Name: PROFILE },
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" },
        CreditSpecification: { CpuCredits: "standard" },
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: subnets.app,
            Groups: [groups.web ?? "", groups.operators ?? ""],
            PrivateIpAddress: "10.0.1.20",
          },
          { DeviceIndex: 1, SubnetId: subnets.management, Groups: [groups.operators ?? ""], DeleteOnTermination: true },
        ],
        BlockDeviceMappings: [root(10)],
        DisableApiTermination: true,
      },
      hasElasticIp: true,
      forwards: true,
    },
    node("node-a"),
    node("node-b"),
    {
      name: "trust-1",
      launch: {
        ImageId: IMAGES.uefi,
        InstanceType: "m6i.large",
        ...at("app", "web"),
        Monitoring: { Enabled: true },
        BlockDeviceMappings: [root(12)],
      },
    },
    {
      name: "arm-1",
      launch: { ImageId: IMAGES.arm, InstanceType: "t4g.small", ...at("app", "web"), BlockDeviceMappings: [root(8)] },
    },
    {
      name: "win-1",
      launch: {
        ImageId: IMAGES.windows,
        InstanceType: "m5.large",
        ...at("app", "web"),
        BlockDeviceMappings: [root(30, {}, "/dev/sda1"), disk("xvdf", "gp2", 40)],
      },
    },
  ];
}
