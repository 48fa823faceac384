/**
 * Reads what EC2 says of an instance as flat facts, and compares two instances. The words of the facts are those of the
 * restore's own report; what is the same and what is not is decided here, without its code.
 */
import { createHash } from "node:crypto";
import {
  DescribeInstanceAttributeCommand,
  DescribeVolumesCommand,
  type EC2Client,
  GetInstanceUefiDataCommand,
} from "@aws-sdk/client-ec2";
import { describeInstance } from "../../restore/aws/described";
import type { Fact } from "../../restore/differences";

export type Facts = Readonly<Record<string, string>>;

export type Fate = "same" | "mapped" | "lost, reported" | "LOST, NOT REPORTED";

/** A fact of an instance, before the disaster and after. */
export interface Compared {
  fact: string;
  original: string;
  restored: string;
  fate: Fate;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).sort().join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** Ids of the data's former volumes and snapshots are no facts of an instance. */
const NO_FACTS = ["volumeId", "snapshotId", "device", "isRoot", "deviceIndex"];

/** Writes a record out: each value that is no record is a fact. */
function flat(prefix: string, record: object): [string, string][] {
  return Object.entries(record).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    if (value === undefined || NO_FACTS.includes(key)) return [];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return flat(`${prefix}${key} `, value);
    return [[`${prefix}${key}`, textOf(value)]];
  });
}

async function sharedBy(ec2: EC2Client, instanceId: string): Promise<[string, string][]> {
  const Filters = [{ Name: "attachment.instance-id", Values: [instanceId] }];
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
  return Volumes.flatMap(({ Attachments = [] }): [string, string][] => {
    const own = Attachments.find((one) => one.InstanceId === instanceId);
    return own === undefined ? [] : [[`volume ${own.Device ?? ""} instances`, String(Attachments.length)]];
  });
}

/** Returns a fact by which texts differ; none of a text that is absent or empty. */
function digest(fact: string, text = ""): [string, string][] {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return text === "" ? [] : [[fact, `${text.length} characters, ${hash}`]];
}

/** Reads user data and UEFI variables by EC2's own calls. */
async function blobsOf(ec2: EC2Client, InstanceId: string): Promise<[string, string][]> {
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "userData" }));
  const { UefiData } = await ec2.send(new GetInstanceUefiDataCommand({ InstanceId }));
  return [...digest("user data", UserData?.Value), ...digest("UEFI variables", UefiData)];
}

/** Returns all facts of an instance. @throws where the region has none of that id */
export async function factsOf(ec2: EC2Client, instanceId: string): Promise<Facts> {
  const found = await describeInstance(ec2, instanceId);
  if (found === undefined) throw new Error(`there is no instance ${instanceId}`);
  const { instanceType = "", launch, interfaces, volumes, tags } = found.shape;
  const { metadata = {}, ...rest } = launch;
  return Object.fromEntries([
    ["instanceType", instanceType],
    ...flat("", rest),
    ...flat("metadata ", metadata),
    ...interfaces.flatMap((one) => flat(`interface ${one.deviceIndex} `, one)),
    ...volumes.flatMap(({ tags: own, ...one }) => [
      ...flat(`volume ${one.device} `, one),
      ...Object.entries(own).map(([key, value]) => [`volume ${one.device} tag ${key}`, value] as [string, string]),
    ]),
    ...Object.entries(tags).map(([key, value]) => [`tag ${key}`, value] as [string, string]),
    ...(await blobsOf(ec2, instanceId)),
    ...(await sharedBy(ec2, instanceId)),
  ]);
}

/** What a restore said of what it did. */
export interface Reported {
  differences: readonly Fact[];
  warnings: readonly string[];
}

/** Finds what the report says of a fact that is not as it was. */
function fateOf(fact: string, restored: string, { differences, warnings }: Reported): Fate {
  const said = differences.find((one) => one.fact === fact || fact.startsWith(`${one.fact} `));
  if (said?.outcome === "mapped" && restored !== "") return "mapped";
  const [, device, what] = /^volume (\S+) (.+)$/.exec(fact) ?? [];
  const isGone = restored === "" || what === "instances";
  const isWarned = warnings.some(
    (one) => one.includes(fact) || (isGone && device !== undefined && one.includes(device)),
  );
  return said !== undefined || isWarned ? "lost, reported" : "LOST, NOT REPORTED";
}

/** Compares each fact of the original. */
export function compareFacts(original: Facts, restored: Facts, reported: Reported): Compared[] {
  return Object.entries(original).map(([fact, was]) => {
    const is = restored[fact] ?? "";
    return { fact, original: was, restored: is, fate: is === was ? "same" : fateOf(fact, is, reported) };
  });
}
