/**
 * A {@link CapturedLaunch} as tags, most important first, so that whatever does not fit is what a launch misses least. A hash of
 * all of it shows later whether the tags are whole. A restore works from these tags alone. Pure.
 */
import { createHash } from "node:crypto";
import { type Word, packWords, parseWords } from "../lib/words";
import type { CapturedLaunch, InterfaceSpec, LaunchSpec, MetadataSpec } from "./launchSpec";
import { MAX_TAG_VALUE, TAG, continuedTags, continuedValues } from "./tags";
import type { Tags } from "./world";

type Kind = "text" | "number" | "flag" | "texts";
type Field<T> = readonly [word: string, field: keyof T & string, kind: Kind];

const LAUNCH_FIELDS: readonly Field<LaunchSpec>[] = [
  ["arch", "architecture", "text"],
  ["root", "rootDeviceName", "text"],
  ["boot", "bootMode", "text"],
  ["booted", "currentBootMode", "text"],
  ["usage", "usageOperation", "text"],
  ["ena", "enaSupport", "flag"],
  ["tpm", "tpmSupport", "text"],
  ["virt", "virtualizationType", "text"],
  ["sriov", "sriovNetSupport", "text"],
  ["code", "productCodes", "texts"],
  ["profile", "instanceProfile", "text"],
  ["key", "keyName", "text"],
  ["tenancy", "tenancy", "text"],
  ["host", "hostId", "text"],
  ["group", "placementGroup", "text"],
  ["partition", "partitionNumber", "number"],
  ["credits", "cpuCredits", "text"],
  ["cores", "cpuCores", "number"],
  ["threads", "threadsPerCore", "number"],
  ["ebs", "ebsOptimized", "flag"],
  ["monitoring", "detailedMonitoring", "flag"],
  ["hibernation", "hibernation", "flag"],
  ["enclave", "enclave", "flag"],
  ["protected", "disableApiTermination", "flag"],
  ["unstoppable", "disableApiStop", "flag"],
  ["shutdown", "shutdownBehavior", "text"],
  ["recovery", "autoRecovery", "text"],
  ["hostname", "hostnameType", "text"],
  ["spot", "spot", "flag"],
  ["store", "instanceStoreDevices", "texts"],
  ["platform", "platformDetails", "text"],
  ["image", "imageId", "text"],
];

const METADATA_FIELDS: readonly Field<MetadataSpec>[] = [
  ["imds", "tokens", "text"],
  ["hops", "hopLimit", "number"],
  ["endpoint", "endpoint", "text"],
  ["imdstags", "instanceTags", "text"],
];

/** The first word of each interface is its device index: all words up to the next one are of that interface. */
const INDEX = "eni";

const INTERFACE_FIELDS: readonly Field<InterfaceSpec>[] = [
  ["name", "subnetName", "text"],
  ["cidr", "subnetCidr", "text"],
  ["zone", "zoneId", "text"],
  ["group", "groupNames", "texts"],
  ["ip", "privateIp", "text"],
  ["eip", "elasticIp", "text"],
  ["public", "hasPublicIp", "flag"],
  ["subnet", "subnetId", "text"],
  ["sg", "groupIds", "texts"],
  ["check", "sourceDestCheck", "flag"],
  ["gone", "deleteOnTermination", "flag"],
  ["ip2", "secondaryIps", "texts"],
  ["ipv6", "ipv6Addresses", "texts"],
  ["card", "networkCardIndex", "number"],
  ["vpc", "vpcId", "text"],
];

function wordsOf<T extends object>(record: T, fields: readonly Field<T>[]): Word[] {
  return fields.flatMap(([word, field]): Word[] => {
    const value: unknown = record[field];
    if (value === undefined) return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.map((one) => [word, one === true ? "1" : one === false ? "0" : String(one)]);
  });
}

/** Reads the words that are fields of a record; of a field that is no list the first one is taken. */
function recordOf<T extends object>(words: readonly Word[], fields: readonly Field<T>[]): Partial<T> {
  const record: Record<string, unknown> = {};
  for (const [word, field, kind] of fields) {
    const values = words.filter(([key]) => key === word).map(([, value]) => value);
    const [first] = values;
    if (first === undefined) continue;
    if (kind === "text") record[field] = first;
    if (kind === "texts") record[field] = values;
    if (kind === "flag" && /^[01]$/.test(first)) record[field] = first === "1";
    if (kind === "number" && /^\d{1,9}$/.test(first)) record[field] = Number(first);
  }
  return record as Partial<T>;
}

function launchWords({ metadata = {}, ...launch }: LaunchSpec): Word[] {
  return [...wordsOf<LaunchSpec>(launch, LAUNCH_FIELDS), ...wordsOf(metadata, METADATA_FIELDS)];
}

function networkWords(interfaces: readonly InterfaceSpec[]): Word[] {
  const inOrder = [...interfaces].sort((a, b) => a.deviceIndex - b.deviceIndex);
  return inOrder.flatMap((one): Word[] => [[INDEX, String(one.deviceIndex)], ...wordsOf(one, INTERFACE_FIELDS)]);
}

/** Words of {@link LaunchAttributes}. */
const ATTRIBUTE_WORDS = ["protected", "unstoppable", "shutdown"];

function digest(launch: readonly Word[], network: readonly Word[]): string {
  const all = [...launch, ["", ""] as const, ...network];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
}

/**
 * Returns two hashes: of the facts without the attributes, which tells when to read those again, and of all that was
 * captured, which tells whether the tags are whole.
 */
function hashOf(launch: readonly Word[], network: readonly Word[]): string {
  const facts = launch.filter(([key]) => !ATTRIBUTE_WORDS.includes(key));
  return `${digest(facts, network)}-${digest(launch, network)}`;
}

/** Decides whether a snapshot's tags have the same facts as a capture, apart from the attributes. */
export function hasSameFacts(tags: Tags, { launch, interfaces }: CapturedLaunch): boolean {
  const [facts] = hashOf(launchWords(launch), networkWords(interfaces)).split("-");
  return tags[TAG.launchHash]?.split("-")[0] === facts;
}

/** Tags of a capture at most, so that the others have room: a dozen interfaces would fill twenty. */
export const MAX_LAUNCH_TAGS = 8;

/** Returns the tags of a capture: the hash, the launch, the network. The first ones matter most. */
export function launchToTags({ launch, interfaces }: CapturedLaunch): [key: string, value: string][] {
  const [instance, network] = [launchWords(launch), networkWords(interfaces)];
  const all: [string, string][] = [
    [TAG.launchHash, hashOf(instance, network)],
    ...continuedTags(TAG.launch, packWords(instance, MAX_TAG_VALUE)),
    ...continuedTags(TAG.network, packWords(network, MAX_TAG_VALUE)),
  ];
  return all.slice(0, MAX_LAUNCH_TAGS);
}

/** A capture as its tags have it. */
export interface TaggedLaunch extends CapturedLaunch {
  /** False if some of it did not fit, or somebody changed the tags: the manifest has all of it. */
  isWhole: boolean;
}

function interfacesOf(words: readonly Word[]): InterfaceSpec[] {
  const parts: Word[][] = [];
  for (const word of words) {
    if (word[0] === INDEX) parts.push([word]);
    else parts[parts.length - 1]?.push(word);
  }
  return parts.flatMap(([index, ...rest]): InterfaceSpec[] => {
    const deviceIndex = Number(index?.[1]);
    return Number.isInteger(deviceIndex) ? [{ deviceIndex, ...recordOf<InterfaceSpec>(rest, INTERFACE_FIELDS) }] : [];
  });
}

/** Reads a capture from tags; `undefined` if a snapshot has none. */
export function launchFromTags(tags: Tags): TaggedLaunch | undefined {
  const hash = tags[TAG.launchHash];
  const [instance, network] = [
    parseWords(continuedValues(tags, TAG.launch)),
    parseWords(continuedValues(tags, TAG.network)),
  ];
  if (hash === undefined && instance.length + network.length === 0) return undefined;
  const metadata = recordOf<MetadataSpec>(instance, METADATA_FIELDS);
  const hasMetadata = Object.keys(metadata).length > 0;
  return {
    launch: { ...recordOf<LaunchSpec>(instance, LAUNCH_FIELDS), ...(hasMetadata && { metadata }) },
    interfaces: interfacesOf(network),
    isWhole: hash === hashOf(instance, network),
  };
}

/** Returns those of a snapshot's tags that are a capture's. */
export function launchTagsIn(tags: Tags): Tags {
  const isLaunchTag = (key: string) =>
    [TAG.launchHash, TAG.launch, TAG.network].some((base) => key === base || key.startsWith(`${base}-`));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => isLaunchTag(key)));
}
