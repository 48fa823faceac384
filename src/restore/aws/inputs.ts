/** Writes an order as EC2 takes it: the image, the launch, and single volumes. Pure. */
import type {
  BlockDeviceMapping,
  CreateVolumeCommandInput,
  EbsBlockDevice,
  InstanceNetworkInterfaceSpecification,
  RegisterImageCommandInput,
  ResourceType,
  RunInstancesCommandInput,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { tagsToList } from "../../vault/model/tags/tags";
import type { InterfaceSpec, LaunchSpec } from "../../vault/model/launchSpec";
import type { Tags } from "../../vault/model/world";
import type { LaunchOrder, Order } from "../order";
import { RESTORE_TAG, ROLE, tagsFor } from "../restoreTags";
import type { SourceVolume } from "../source";
import { isMadeApart } from "../next/volumeSteps";

/** Returns the tags of one kind of resource, as creating calls take them. */
export function specification(ResourceType: ResourceType, tags: Tags): TagSpecification[] {
  return [{ ResourceType, Tags: tagsToList(tags) }];
}

/** Only these types take IOPS, and only gp3 takes a throughput (AWS, CreateVolume). */
const WITH_IOPS = ["gp3", "io1", "io2"];

/** Returns type, size and speed of a volume. */
function figures({ type, sizeGiB, iops, throughputMiBps }: SourceVolume) {
  const takesIops = type !== undefined && WITH_IOPS.includes(type);
  return {
    ...(type !== undefined && { VolumeType: type as EbsBlockDevice["VolumeType"] }),
    ...(takesIops && iops !== undefined && { Iops: iops }),
    ...(type === "gp3" && throughputMiBps !== undefined && { Throughput: throughputMiBps }),
    size: sizeGiB,
  };
}

/** Returns key and rate, which every restored volume of an order has alike. */
function options({ kmsKeyId, initializationRate }: Order) {
  return {
    ...(kmsKeyId !== undefined && { Encrypted: true, KmsKeyId: kmsKeyId }),
    ...(initializationRate !== undefined && { VolumeInitializationRate: initializationRate }),
  };
}

/** Returns one volume for CreateVolume. The token makes a repeated call make nothing. */
export function volumeInput(order: Order, volume: SourceVolume, availabilityZone: string): CreateVolumeCommandInput {
  const { size, ...speed } = figures(volume);
  return {
    AvailabilityZone: availabilityZone,
    SnapshotId: volume.snapshotId,
    Size: size,
    ...speed,
    ...options(order),
    ...(volume.isMultiAttach === true && { MultiAttachEnabled: true }),
    ClientToken: `${order.restoreId}${volume.device}-${order.attempt ?? "0"}`,
    TagSpecifications: specification("volume", tagsFor(order, volume.device, volume.tags)),
  };
}

function mapping(volume: SourceVolume, more: EbsBlockDevice): BlockDeviceMapping {
  const { size, ...speed } = figures(volume);
  const { snapshotId, deleteOnTermination } = volume;
  const ends = deleteOnTermination === undefined ? {} : { DeleteOnTermination: deleteOnTermination };
  return { DeviceName: volume.device, Ebs: { SnapshotId: snapshotId, VolumeSize: size, ...speed, ...ends, ...more } };
}

/**
 * Returns the image. It has the root alone, whose key and encryption come from its snapshot: EC2 refuses `Encrypted` in such
 * a mapping, and takes i386 for an architecture that is not given (AWS, RegisterImage).
 */
export function imageInput(order: LaunchOrder): RegisterImageCommandInput {
  const root = order.volumes.find(({ isRoot }) => isRoot);
  const { launch } = order.as;
  const { uefiData } = order.blobs;
  return {
    Name: `smart-vault ${order.restoreId}`,
    Description: `Smart Vault restores ${order.instanceId} of ${order.slot}; to be deregistered`,
    Architecture: (launch.architecture ?? "x86_64") as RegisterImageCommandInput["Architecture"],
    VirtualizationType: launch.virtualizationType ?? "hvm",
    EnaSupport: launch.enaSupport ?? true,
    RootDeviceName: root?.device,
    BlockDeviceMappings: root === undefined ? [] : [mapping(root, {})],
    ...(launch.bootMode !== undefined && { BootMode: launch.bootMode as RegisterImageCommandInput["BootMode"] }),
    ...(launch.tpmSupport === "v2.0" && { TpmSupport: "v2.0" as const }),
    ...(launch.sriovNetSupport !== undefined && { SriovNetSupport: launch.sriovNetSupport }),
    ...(uefiData !== undefined && { UefiData: uefiData }),
    TagSpecifications: specification("image", tagsFor(order, ROLE.image)),
  };
}

function interfaceInput(
  one: InterfaceSpec,
  isOnly: boolean,
  groupId: string | undefined,
): InstanceNetworkInterfaceSpecification {
  const {
    deviceIndex,
    networkCardIndex,
    subnetId,
    privateIp,
    secondaryIps = [],
    hasPublicIp,
    deleteOnTermination,
  } = one;
  const groups = groupId === undefined ? one.groupIds : [groupId];
  return {
    DeviceIndex: deviceIndex,
    ...(networkCardIndex !== undefined && { NetworkCardIndex: networkCardIndex }),
    SubnetId: subnetId,
    ...(groups !== undefined && { Groups: [...groups] }),
    ...(secondaryIps.length === 0 && privateIp !== undefined && { PrivateIpAddress: privateIp }),
    ...(secondaryIps.length > 0 && {
      PrivateIpAddresses: [
        ...(privateIp === undefined ? [] : [{ Primary: true, PrivateIpAddress: privateIp }]),
        ...secondaryIps.map((ip) => ({ Primary: false, PrivateIpAddress: ip })),
      ],
    }),
    // EC2 takes this for a single interface alone (AWS, RunInstances).
    ...(isOnly && { AssociatePublicIpAddress: hasPublicIp === true }),
    ...(deleteOnTermination !== undefined && { DeleteOnTermination: deleteOnTermination }),
  };
}

function launchOptions(launch: LaunchSpec) {
  const { metadata, cpuCores, threadsPerCore, hostnameType } = launch;
  return {
    ...(launch.keyName !== undefined && { KeyName: launch.keyName }),
    ...(launch.instanceProfile !== undefined && { IamInstanceProfile: { Name: launch.instanceProfile } }),
    ...(launch.ebsOptimized === true && { EbsOptimized: true }),
    ...(launch.detailedMonitoring === true && { Monitoring: { Enabled: true } }),
    ...(launch.enclave === true && { EnclaveOptions: { Enabled: true } }),
    ...(launch.autoRecovery !== undefined && { MaintenanceOptions: { AutoRecovery: launch.autoRecovery } }),
    ...(hostnameType !== undefined && { PrivateDnsNameOptions: { HostnameType: hostnameType } }),
    ...(launch.shutdownBehavior !== undefined && { InstanceInitiatedShutdownBehavior: launch.shutdownBehavior }),
    ...(launch.cpuCredits !== undefined && { CreditSpecification: { CpuCredits: launch.cpuCredits } }),
    ...(cpuCores !== undefined && { CpuOptions: { CoreCount: cpuCores, ThreadsPerCore: threadsPerCore } }),
    ...(metadata !== undefined && {
      MetadataOptions: {
        ...(metadata.tokens !== undefined && { HttpTokens: metadata.tokens }),
        ...(metadata.hopLimit !== undefined && { HttpPutResponseHopLimit: metadata.hopLimit }),
        ...(metadata.endpoint !== undefined && { HttpEndpoint: metadata.endpoint }),
        ...(metadata.instanceTags !== undefined && { InstanceMetadataTags: metadata.instanceTags }),
      },
    }),
  } as Partial<RunInstancesCommandInput>;
}

/** What a launch is made from. */
export interface LaunchFrom {
  imageId: string;
  /** Group that lets nothing in or out. */
  groupId?: string;
  /** True if the root is the image's own, to be swapped later. */
  isDetour: boolean;
  /** How many instances of this restore ended before. */
  attempt: number;
}

/** Returns the launch. Each volume gets its own tags later: here all would get the same (AWS, RunInstances). */
export function launchInput(order: LaunchOrder, from: LaunchFrom): RunInstancesCommandInput {
  const { imageId, groupId, isDetour, attempt } = from;
  const { launch, interfaces } = order.as;
  const { userData } = order.blobs;
  const more = options(order);
  const [root, data] = [order.volumes.filter(({ isRoot }) => isRoot), order.volumes.filter(({ isRoot }) => !isRoot)];
  const rootMappings =
    isDetour || Object.keys(more).length === 0 ? [] : root.map(({ device }) => ({ DeviceName: device, Ebs: more }));
  const { [RESTORE_TAG.id]: id = "", [RESTORE_TAG.of]: of = "" } = tagsFor(order, "");
  const made = { [RESTORE_TAG.id]: id, [RESTORE_TAG.of]: of };
  return {
    ImageId: imageId,
    InstanceType: order.instanceType as RunInstancesCommandInput["InstanceType"],
    MinCount: 1,
    MaxCount: 1,
    ClientToken: `${order.restoreId}-instance-${order.availabilityZone}-${attempt}`,
    Placement: {
      AvailabilityZone: order.availabilityZone,
      ...(launch.tenancy === "dedicated" && { Tenancy: "dedicated" }),
    },
    NetworkInterfaces: interfaces.map((one) => interfaceInput(one, interfaces.length === 1, groupId)),
    BlockDeviceMappings: [...rootMappings, ...data.filter((one) => !isMadeApart(one)).map((one) => mapping(one, more))],
    ...launchOptions(launch),
    ...(userData !== undefined && { UserData: userData }),
    TagSpecifications: [
      ...specification("instance", tagsFor(order, ROLE.instance, order.instanceTags)),
      ...specification("volume", made),
      ...specification("network-interface", made),
    ],
  };
}
