/** What a launch needs, in groups that a person reads; each fact that is absent is named. Pure. */
import type { InterfaceSpec, LaunchSpec, MetadataSpec } from "../../vault/model/launchSpec";
import type { TaggedLaunch } from "../../vault/model/tags/launchTags";

/** A fact; absent: not captured. */
type Fact = readonly [name: string, value: string | undefined];

interface Group {
  title: string;
  facts: Fact[];
}

function text(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Facts of an instance by group. Those of which absence says only "not used" are shown where they are there. */
const GROUPS: readonly (readonly [string, readonly (keyof LaunchSpec)[], readonly (keyof LaunchSpec)[]])[] = [
  [
    "boot",
    ["architecture", "rootDeviceName", "bootMode", "currentBootMode", "virtualizationType", "enaSupport"],
    ["sriovNetSupport", "tpmSupport", "imageId"],
  ],
  ["billing", ["usageOperation", "platformDetails"], ["productCodes", "spot"]],
  ["access", ["instanceProfile", "keyName"], []],
  ["placement", ["tenancy"], ["hostId", "placementGroup", "partitionNumber", "hostnameType"]],
  [
    "behavior",
    ["ebsOptimized", "detailedMonitoring"],
    [
      "cpuCores",
      "threadsPerCore",
      "cpuCredits",
      "hibernation",
      "enclave",
      "disableApiTermination",
      "disableApiStop",
      "shutdownBehavior",
      "autoRecovery",
      "instanceStoreDevices",
    ],
  ],
];

const METADATA: readonly (keyof MetadataSpec)[] = ["tokens", "hopLimit", "endpoint", "instanceTags"];

const NETWORK: readonly (keyof InterfaceSpec)[] = ["subnetName", "subnetCidr", "zoneId", "privateIp", "groupNames"];
const NETWORK_IF_USED: readonly (keyof InterfaceSpec)[] = [
  "elasticIp",
  "hasPublicIp",
  "secondaryIps",
  "ipv6Addresses",
  "sourceDestCheck",
  "deleteOnTermination",
  "subnetId",
  "groupIds",
  "vpcId",
];

function factsOf<T extends object>(
  from: T,
  always: readonly (keyof T & string)[],
  ifUsed: readonly (keyof T & string)[] = [],
): Fact[] {
  const wanted = always.map((key): Fact => [key, text(from[key])]);
  const used = ifUsed.map((key): Fact => [key, text(from[key])]).filter(([, value]) => value !== undefined);
  return [...wanted, ...used];
}

/** Returns the groups of a capture. */
export function launchGroups({ launch, interfaces }: TaggedLaunch): Group[] {
  const instance = GROUPS.map(([title, always, ifUsed]): Group => ({ title, facts: factsOf(launch, always, ifUsed) }));
  const metadata: Group = { title: "metadata service", facts: factsOf<MetadataSpec>(launch.metadata ?? {}, METADATA) };
  const network = interfaces.map((one): Group => ({
    title: `network interface ${one.deviceIndex}`,
    facts: factsOf(one, NETWORK, NETWORK_IF_USED),
  }));
  const none: Group = { title: "network", facts: [["interfaces", undefined]] };
  return [...instance, metadata, ...(network.length > 0 ? network : [none])];
}
