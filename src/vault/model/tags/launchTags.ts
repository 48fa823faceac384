/**
 * A {@link CapturedLaunch} as tags, most important first, so that whatever does not fit is what a launch misses least. A hash of
 * all of it shows later whether the tags are whole. A restore works from these tags alone. Pure.
 */
import { shortHash } from "../../lib/shortHash";
import { type Word, groupsAt, packWords, parseWords } from "../../lib/words";
import type { BlobName, BlobSlots, CapturedLaunch, InterfaceSpec, LaunchSpec, MetadataSpec } from "../launchSpec";
import { MAX_TAG_VALUE, TAG, continuedTags, continuedValues, filterTags, isContinuedKey } from "./tags";
import type { Tags } from "../world";

/** Fields by their words, in the order of the tags. A record, since the archive writes a list of pairs at thrice the length. */
type Fields<T> = Readonly<Record<string, keyof T & string>>;

const LAUNCH_FIELDS: Fields<LaunchSpec> = {
  arch: "architecture",
  root: "rootDeviceName",
  boot: "bootMode",
  booted: "currentBootMode",
  usage: "usageOperation",
  ena: "enaSupport",
  tpm: "tpmSupport",
  virt: "virtualizationType",
  sriov: "sriovNetSupport",
  code: "productCodes",
  profile: "instanceProfile",
  key: "keyName",
  tenancy: "tenancy",
  host: "hostId",
  group: "placementGroup",
  partition: "partitionNumber",
  credits: "cpuCredits",
  cores: "cpuCores",
  threads: "threadsPerCore",
  ebs: "ebsOptimized",
  monitoring: "detailedMonitoring",
  hibernation: "hibernation",
  enclave: "enclave",
  protected: "disableApiTermination",
  unstoppable: "disableApiStop",
  shutdown: "shutdownBehavior",
  recovery: "autoRecovery",
  hostname: "hostnameType",
  spot: "spot",
  store: "instanceStoreDevices",
  platform: "platformDetails",
  image: "imageId",
};

const METADATA_FIELDS: Fields<MetadataSpec> = {
  imds: "tokens",
  hops: "hopLimit",
  endpoint: "endpoint",
  imdstags: "instanceTags",
};

/** The first word of each interface is its device index: all words up to the next one are of that interface. */
const INDEX = "eni";

const INTERFACE_FIELDS: Fields<InterfaceSpec> = {
  name: "subnetName",
  cidr: "subnetCidr",
  zone: "zoneId",
  group: "groupNames",
  ip: "privateIp",
  eip: "elasticIp",
  public: "hasPublicIp",
  subnet: "subnetId",
  sg: "groupIds",
  check: "sourceDestCheck",
  gone: "deleteOnTermination",
  ip2: "secondaryIps",
  ipv6: "ipv6Addresses",
  card: "networkCardIndex",
  vpc: "vpcId",
};

type Field = keyof LaunchSpec | keyof MetadataSpec | keyof InterfaceSpec;
/** Fields that are no text. */
const NUMBERS: readonly string[] = [
  "partitionNumber",
  "cpuCores",
  "threadsPerCore",
  "hopLimit",
  "networkCardIndex",
] satisfies Field[];
const FLAGS: readonly string[] = [
  "enaSupport",
  "ebsOptimized",
  "detailedMonitoring",
  "hibernation",
  "enclave",
  "disableApiTermination",
  "disableApiStop",
  "spot",
  "hasPublicIp",
  "sourceDestCheck",
  "deleteOnTermination",
] satisfies Field[];
const LISTS: readonly string[] = [
  "productCodes",
  "instanceStoreDevices",
  "groupNames",
  "groupIds",
  "secondaryIps",
  "ipv6Addresses",
] satisfies Field[];

function wordsOf<T extends object>(record: T, fields: Fields<T>): Word[] {
  return Object.entries(fields).flatMap(([word, field]): Word[] => {
    const value: unknown = record[field];
    if (value === undefined) return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.map((one) => [word, one === true ? "1" : one === false ? "0" : String(one)]);
  });
}

/** Reads the words that are fields of a record; of a field that is no list the first one is taken. */
function recordOf<T extends object>(words: readonly Word[], fields: Fields<T>): Partial<T> {
  const record: Record<string, unknown> = {};
  for (const [word, field] of Object.entries(fields)) {
    const values = words.filter(([key]) => key === word).map(([, value]) => value);
    const [first] = values;
    if (first === undefined) continue;
    if (LISTS.includes(field)) record[field] = values;
    else if (FLAGS.includes(field)) {
      if (/^[01]$/.test(first)) record[field] = first === "1";
    } else if (NUMBERS.includes(field)) {
      if (/^\d{1,9}$/.test(first)) record[field] = Number(first);
    } else record[field] = first;
  }
  return record as Partial<T>;
}

/** The words have the slot of a capture, and never what is in it. */
const BLOB_FIELDS: Fields<Record<BlobName, string>> = { userdata: "userData", uefidata: "uefiData" };

function launchWords({ launch: { metadata = {}, ...launch }, blobSlots = {} }: CapturedLaunch): Word[] {
  return [
    ...wordsOf<LaunchSpec>(launch, LAUNCH_FIELDS),
    ...wordsOf(metadata, METADATA_FIELDS),
    ...wordsOf<BlobSlots>(blobSlots, BLOB_FIELDS),
  ];
}

function networkWords(interfaces: readonly InterfaceSpec[]): Word[] {
  const inOrder = [...interfaces].sort((a, b) => a.deviceIndex - b.deviceIndex);
  return inOrder.flatMap((one): Word[] => [[INDEX, String(one.deviceIndex)], ...wordsOf(one, INTERFACE_FIELDS)]);
}

const HASH_LENGTH = 16;

/** Words of {@link LaunchAttributes} and of blobs. */
const READ_APART = ["protected", "unstoppable", "shutdown", ...Object.keys(BLOB_FIELDS)];

/**
 * Returns two hashes: of the facts without those that take a call each, which decides when to read those again, and of all
 * that was captured, which shows whether the tags are whole.
 */
function hashOf(launch: readonly Word[], network: readonly Word[]): string {
  const facts = launch.filter(([key]) => !READ_APART.includes(key));
  const hashes = [facts, launch].map((words) =>
    shortHash(JSON.stringify([...words, ["", ""] as const, ...network]), HASH_LENGTH),
  );
  return hashes.join("-");
}

/** Decides whether a snapshot's tags have the same facts as a capture, apart from those that take a call each. */
export function hasSameFacts(tags: Tags, captured: CapturedLaunch): boolean {
  const [facts] = hashOf(launchWords(captured), networkWords(captured.interfaces)).split("-");
  return tags[TAG.launchHash]?.split("-")[0] === facts;
}

/** Tags of a capture at most, so that the others have room: a dozen interfaces would fill twenty. */
export const MAX_LAUNCH_TAGS = 8;

/** Returns the tags of a capture: the hash, the launch, the network. The first ones matter most. */
export function launchToTags(captured: CapturedLaunch): [key: string, value: string][] {
  const [instance, network] = [launchWords(captured), networkWords(captured.interfaces)];
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
  return groupsAt(INDEX, words).flatMap(([index, ...rest]): InterfaceSpec[] => {
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
  const blobSlots = recordOf<BlobSlots>(instance, BLOB_FIELDS);
  return {
    launch: { ...recordOf<LaunchSpec>(instance, LAUNCH_FIELDS), ...(hasMetadata && { metadata }) },
    interfaces: interfacesOf(network),
    ...(Object.keys(blobSlots).length > 0 && { blobSlots }),
    isWhole: hash === hashOf(instance, network),
  };
}

/** What the keys begin with; that of the hash begins as {@link TAG.launch} does. */
const LAUNCH_BASES = [TAG.launch, TAG.network];

/** Returns those of a snapshot's tags that are a capture's. */
export function launchTagsIn(tags: Tags): Tags {
  return filterTags(tags, (key) => LAUNCH_BASES.some((base) => isContinuedKey(key, base)));
}
