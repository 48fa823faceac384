/**
 * Compares an instance with its original, fact by fact: what is the same, what has another name in this region, and what is lost.
 * Before a restore it compares the original with the order, afterwards with what EC2 shows. Pure.
 */
import type { InterfaceSpec, LaunchBlobs, LaunchSpec, MetadataSpec } from "../vault/model/launchSpec";
import { BLOB_NAMES, bytesOf } from "./blobs";
import type { SourceVolume } from "./source";

/** `mapped`: another id or name that stands for the same. */
type Outcome = "same" | "mapped" | "lost";

export interface Fact {
  fact: string;
  /** As it was captured. */
  original: string;
  /** As it is now, or will be; empty: there is none. */
  restored: string;
  outcome: Outcome;
  /** What a person can do about it. */
  hint?: string;
}

/** An instance, as it was or as it is. */
export interface Shape {
  instanceType?: string;
  launch: LaunchSpec;
  interfaces: readonly InterfaceSpec[];
  volumes: readonly SourceVolume[];
  tags: Readonly<Record<string, string>>;
  /** Absent where nobody asks for them. */
  blobs?: LaunchBlobs;
}

/** Facts that a restore never takes over, with the reason or the next step. */
const NOT_RESTORED: Readonly<Partial<Record<keyof LaunchSpec, string>>> = {
  hostId:
    "A dedicated host is of one region: allocate one, and move the instance with `aws ec2 modify-instance-placement`.",
  placementGroup: "Make a placement group, and move the stopped instance with `aws ec2 modify-instance-placement`.",
  partitionNumber: "It belongs to the placement group.",
  spot: "It is launched on demand, so that EC2 does not take it back.",
  hibernation: "EC2 takes it only at a launch from an encrypted root, and the restore does not ask for it.",
  instanceStoreDevices: "No snapshot holds an instance store: its data is lost.",
  imageId: "The root comes from the snapshot.",
};

/** Facts that EC2 only shows: they follow from others. */
const SHOWN_ONLY: readonly (keyof LaunchSpec)[] = ["currentBootMode", "platformDetails", "imageId"];

function text(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).sort().join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Absence of these means the same as the value. */
const DEFAULTS: Readonly<Record<string, string>> = {
  hibernation: "no",
  enclave: "no",
  detailedMonitoring: "no",
  disableApiTermination: "no",
  disableApiStop: "no",
  spot: "no",
  sourceDestCheck: "yes",
  hasPublicIp: "no",
};

function outcomeOf(name: string, original: string, restored: string, isMapped: boolean): Outcome {
  const rest = restored === "" ? (DEFAULTS[name] ?? "") : restored;
  if (original === rest) return "same";
  return isMapped && restored !== "" ? "mapped" : "lost";
}

/** Compares the facts of two records that the original has. */
function compare<T extends object>(
  prefix: string,
  original: T,
  restored: Partial<T>,
  mapped: readonly (keyof T)[],
): Fact[] {
  return Object.entries(original).flatMap(([name, value]: [string, unknown]): Fact[] => {
    const was = text(value);
    if (was === "" || typeof value === "object" ? !Array.isArray(value) : false) return [];
    const is = text(restored[name as keyof T]);
    const outcome = outcomeOf(name, was, is, mapped.includes(name as keyof T));
    return [{ fact: `${prefix}${name}`, original: was, restored: is, outcome }];
  });
}

function withHints(facts: Fact[], hints: Readonly<Record<string, string | undefined>>): Fact[] {
  return facts.map((one) => {
    const hint = hints[one.fact];
    return one.outcome === "lost" && hint !== undefined ? { ...one, hint } : one;
  });
}

const NETWORK_HINTS: Readonly<Record<string, string>> = {
  elasticIp: "Associate it by hand: `aws ec2 associate-address`. Names in the DNS may have to change.",
  privateIp: "The subnet has another range, or something uses the address: whatever names it has to learn the new one.",
  secondaryIps: "Assign them with `aws ec2 assign-private-ip-addresses`.",
  ipv6Addresses: "The range is of the subnet: assign new ones with `aws ec2 assign-ipv6-addresses`.",
};

/** Ids and ranges that mean something in their own region alone. */
const MAPPED_NETWORK: readonly (keyof InterfaceSpec)[] = [
  "vpcId",
  "subnetId",
  "subnetName",
  "subnetCidr",
  "zoneId",
  "groupIds",
  "groupNames",
];

function interfaceFacts(original: Shape, restored: Shape): Fact[] {
  return original.interfaces.flatMap((one) => {
    const { deviceIndex } = one;
    const now = restored.interfaces.find((each) => each.deviceIndex === deviceIndex);
    const prefix = `interface ${deviceIndex} `;
    const facts = compare<InterfaceSpec>(prefix, one, now ?? {}, MAPPED_NETWORK);
    const hints = Object.fromEntries(Object.entries(NETWORK_HINTS).map(([name, hint]) => [prefix + name, hint]));
    return withHints(
      facts.filter(({ fact }) => fact !== `${prefix}deviceIndex`),
      hints,
    );
  });
}

/** Returns what is compared of a volume. */
function volumeRecord({
  type,
  sizeGiB,
  iops,
  throughputMiBps,
  deleteOnTermination,
  isMultiAttach,
  ...volume
}: SourceVolume) {
  const { kmsKeyId, isEncrypted, tags } = volume;
  const own = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return {
    type,
    sizeGiB,
    iops,
    throughputMiBps,
    deleteOnTermination,
    ...(isMultiAttach === true && { isMultiAttach }),
    isEncrypted,
    kmsKeyId,
    ...(own.length > 0 && { tags: own }),
  };
}

function volumeFacts(original: Shape, restored: Shape): Fact[] {
  return original.volumes.flatMap((one) => {
    const now = restored.volumes.find((each) => (one.isRoot ? each.isRoot : each.device === one.device));
    const was = Object.fromEntries(Object.entries(volumeRecord(one)).filter(([, value]) => value !== undefined));
    const is = now === undefined ? {} : volumeRecord(now);
    return compare<Record<string, unknown>>(`volume ${one.device} `, was, is, ["kmsKeyId", "isEncrypted"]);
  });
}

function tagFacts(original: Shape, restored: Shape): Fact[] {
  return Object.entries(original.tags).map(([key, value]): Fact => {
    const is = restored.tags[key] ?? "";
    return { fact: `tag ${key}`, original: value, restored: is, outcome: is === value ? "same" : "lost" };
  });
}

/** Compares blobs by what they are, and says their size alone. */
function blobFacts({ blobs = {} }: Shape, { blobs: now = {} }: Shape): Fact[] {
  return BLOB_NAMES.flatMap((fact): Fact[] => {
    const [was = "", is = ""] = [blobs[fact], now[fact]];
    if (was === "") return [];
    const restored = is === "" ? "" : `${bytesOf(is)} bytes`;
    return [{ fact, original: `${bytesOf(was)} bytes`, restored, outcome: is === was ? "same" : "lost" }];
  });
}

/** Returns every fact that was captured, with what became of it. */
export function differences(original: Shape, restored: Shape): Fact[] {
  const { metadata = {}, ...launch } = original.launch;
  const { metadata: metadataNow = {}, ...launchNow } = restored.launch;
  const type = { ...(original.instanceType !== undefined && { instanceType: original.instanceType }) };
  const facts = [
    ...compare<{ instanceType?: string }>("", type, { ...restored }, ["instanceType"]),
    ...compare<LaunchSpec>("", launch, launchNow, [...SHOWN_ONLY, "tenancy"]),
    ...compare<MetadataSpec>("metadata ", metadata, metadataNow, []),
  ];
  return [
    ...withHints(facts, NOT_RESTORED),
    ...interfaceFacts(original, restored),
    ...volumeFacts(original, restored),
    ...blobFacts(original, restored),
    ...tagFacts(original, restored),
  ];
}
