/** Turns EC2's answer about an instance into what a launch needs. EC2 says all of it without another call. */
import type { Instance, InstanceMetadataOptionsResponse, InstanceNetworkInterface } from "@aws-sdk/client-ec2";
import type { CapturedLaunch, InterfaceSpec, LaunchSpec, MetadataSpec } from "../model/launchSpec";
import { withoutUndefined } from "../lib/collections";

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function texts(list: readonly (string | undefined)[]): readonly string[] | undefined {
  return filled(list.filter((one) => one !== undefined));
}

function metadataOf(options: InstanceMetadataOptionsResponse | undefined): MetadataSpec | undefined {
  if (options === undefined) return undefined;
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags } = options;
  const spec = withoutUndefined<MetadataSpec>({
    tokens: HttpTokens,
    hopLimit: HttpPutResponseHopLimit,
    endpoint: HttpEndpoint,
    instanceTags: InstanceMetadataTags,
  });
  return Object.keys(spec).length === 0 ? undefined : spec;
}

/** `arn:aws:iam::123456789012:instance-profile/path/name` → `name`. */
function profileName(arn: string | undefined): string | undefined {
  return arn?.slice(arn.lastIndexOf("/") + 1);
}

/** Devices that a mapping shows without an EBS volume. Instance-store volumes of Nitro instances are in no mapping. */
function instanceStoreDevices({ BlockDeviceMappings = [] }: Instance): readonly string[] | undefined {
  return texts(BlockDeviceMappings.filter(({ Ebs }) => Ebs === undefined).map(({ DeviceName }) => DeviceName));
}

function launchOf(instance: Instance): LaunchSpec {
  const { Placement: placement, CpuOptions: cpu } = instance;
  return withoutUndefined<LaunchSpec>({
    architecture: instance.Architecture,
    rootDeviceName: instance.RootDeviceName,
    virtualizationType: instance.VirtualizationType,
    bootMode: instance.BootMode,
    currentBootMode: instance.CurrentInstanceBootMode,
    enaSupport: instance.EnaSupport,
    sriovNetSupport: instance.SriovNetSupport,
    tpmSupport: instance.TpmSupport,
    platformDetails: instance.PlatformDetails,
    usageOperation: instance.UsageOperation,
    productCodes: texts((instance.ProductCodes ?? []).map(({ ProductCodeId }) => ProductCodeId)),
    keyName: instance.KeyName,
    instanceProfile: profileName(instance.IamInstanceProfile?.Arn),
    metadata: metadataOf(instance.MetadataOptions),
    tenancy: placement?.Tenancy,
    hostId: placement?.HostId,
    placementGroup: placement?.GroupName === "" ? undefined : placement?.GroupName,
    partitionNumber: placement?.PartitionNumber,
    cpuCores: cpu?.CoreCount,
    threadsPerCore: cpu?.ThreadsPerCore,
    ebsOptimized: instance.EbsOptimized,
    detailedMonitoring: instance.Monitoring?.State === undefined ? undefined : instance.Monitoring.State === "enabled",
    hibernation: instance.HibernationOptions?.Configured,
    enclave: instance.EnclaveOptions?.Enabled,
    autoRecovery: instance.MaintenanceOptions?.AutoRecovery,
    hostnameType: instance.PrivateDnsNameOptions?.HostnameType,
    spot: instance.InstanceLifecycle === "spot" ? true : undefined,
    instanceStoreDevices: instanceStoreDevices(instance),
    imageId: instance.ImageId,
  });
}

/** EC2 names `amazon` as the owner of a public address that is no Elastic IP (API reference, InstanceNetworkInterfaceAssociation). */
function publicAddress({
  Association: to,
}: InstanceNetworkInterface): Pick<InterfaceSpec, "elasticIp" | "hasPublicIp"> {
  if (to?.PublicIp === undefined) return {};
  return to.IpOwnerId === "amazon" ? { hasPublicIp: true } : { elasticIp: to.PublicIp };
}

function interfaceOf(one: InstanceNetworkInterface): InterfaceSpec {
  const { Attachment: attachment, PrivateIpAddresses: addresses = [], Groups: groups = [] } = one;
  const card = attachment?.NetworkCardIndex ?? 0;
  return withoutUndefined<InterfaceSpec>({
    deviceIndex: attachment?.DeviceIndex ?? 0,
    networkCardIndex: card === 0 ? undefined : card,
    vpcId: one.VpcId,
    subnetId: one.SubnetId,
    privateIp: one.PrivateIpAddress,
    secondaryIps: texts(addresses.filter(({ Primary }) => Primary !== true).map((address) => address.PrivateIpAddress)),
    ipv6Addresses: texts((one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address)),
    groupIds: texts(groups.map(({ GroupId }) => GroupId)),
    groupNames: texts(groups.map(({ GroupName }) => GroupName)),
    ...publicAddress(one),
    sourceDestCheck: one.SourceDestCheck,
    deleteOnTermination: attachment?.DeleteOnTermination,
  });
}

/** Returns all that DescribeInstances says and a launch needs. */
export function captureLaunch(instance: Instance): CapturedLaunch {
  const interfaces = (instance.NetworkInterfaces ?? []).map(interfaceOf);
  return { launch: launchOf(instance), interfaces: interfaces.sort((a, b) => a.deviceIndex - b.deviceIndex) };
}
