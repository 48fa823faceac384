/** What a restore is going to do, as a person reads it before saying yes. Pure. */
import type { Fact } from "../../restore/differences";
import { BLOB_WORDS, blobSizes, bytesOf } from "../../restore/blobs";
import { type Shape, differences } from "../../restore/differences";
import type { LaunchOrder, Order } from "../../restore/order";
import { initializationMs, initializationPrice, monthlyPrice } from "../../restore/price";
import type { RestoreSource, SourceVolume } from "../../restore/source";
import { HOUR_MS, humanDuration } from "../../vault/lib/time";
import type { BlobName, LaunchSpec } from "../../vault/model/launchSpec";
import type { Prepared } from "./prepare";
import { warningsOf } from "./warnings";

export interface RestorePlan {
  /** What is done, in order. */
  steps: string[];
  /** What each volume is made of. */
  volumes: string[];
  /** Facts that will not be as they were. */
  differences: Fact[];
  /** How many will be. */
  same: number;
  price: string[];
  time: string[];
  warnings: string[];
}

function shapeOf(source: RestoreSource, sharing: Sharing): Shape {
  const { instanceType, captured, instanceTags, blobs } = source;
  return {
    blobs,
    ...(instanceType !== undefined && { instanceType }),
    launch: captured?.launch ?? {},
    interfaces: captured?.interfaces ?? [],
    volumes: originalVolumes([...source.volumes, ...sharedOriginals(sharing)]),
    tags: instanceTags,
  };
}

/** Returns the volumes with the encryption of the original, as far as it was captured. */
function originalVolumes(volumes: readonly SourceVolume[]): SourceVolume[] {
  return volumes.map(({ original, kmsKeyId, ...one }) => {
    if (original === undefined) return { ...one, ...(kmsKeyId !== undefined && { kmsKeyId }) };
    const { isEncrypted, kmsKeyEnd } = original;
    if (kmsKeyEnd === undefined) return { ...one, isEncrypted };
    const isSame = kmsKeyId?.endsWith(kmsKeyEnd) === true;
    return { ...one, isEncrypted, kmsKeyId: isSame ? kmsKeyId : `…${kmsKeyEnd}` };
  });
}

/** The group of an isolated instance, before it is there. */
const NEW_GROUP = { groupIds: ["a new group"], groupNames: ["lets nothing in or out"] };

/** Volumes of other restores, as far as they were captured. */
type Sharing = Pick<LaunchOrder, "shared">;

function sharedOriginals({ shared }: Sharing): SourceVolume[] {
  return shared.flatMap(({ original }) => original ?? []);
}

/** Returns the instance that an order makes. */
function shapeOfOrder(order: LaunchOrder, cpu: LaunchSpec): Shape {
  const { instanceType, as, instanceTags, kmsKeyId, isolatedIn, blobs } = order;
  const interfaces = isolatedIn === undefined ? as.interfaces : as.interfaces.map((one) => ({ ...one, ...NEW_GROUP }));
  const own = order.volumes.map((one) => ({
    ...one,
    ...(kmsKeyId !== undefined && { kmsKeyId, isEncrypted: true }),
  }));
  const volumes = [...own, ...sharedOriginals(order)];
  return { instanceType, launch: { ...cpu, ...as.launch }, interfaces, volumes, tags: instanceTags, blobs };
}

/** Compares what was captured with an instance as it is planned or as it is. */
export function compared(
  source: RestoreSource,
  sharing: Sharing,
  restored: Shape,
): Pick<RestorePlan, "differences" | "same"> {
  const facts = differences(shapeOf(source, sharing), restored);
  const other = facts.filter(({ outcome }) => outcome !== "same");
  return { differences: other, same: facts.length - other.length };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function withBlob(name: BlobName, text: string | undefined): string {
  return text === undefined ? "" : `, with the captured ${BLOB_WORDS[name]} (${bytesOf(text)} bytes)`;
}

function launchSteps(order: LaunchOrder): string[] {
  const { volumes, instanceType, availabilityZone, as, isolatedIn, usageOperation, baseImageId, blobs } = order;
  const { userData, uefiData } = blobs;
  const [first] = as.interfaces;
  const groups =
    isolatedIn === undefined ? (first?.groupNames ?? []).join(", ") : "a new group that lets nothing in or out";
  const detour =
    usageOperation === undefined
      ? []
      : [
          `compare its billing code with ${usageOperation}` +
            (baseImageId === undefined
              ? "; stop if it was lost"
              : `; if it was lost, launch ${baseImageId} and swap its root`),
        ];
  return [
    ...(isolatedIn === undefined ? [] : [`create a security group in ${isolatedIn} that lets nothing in or out`]),
    `register an image from ${volumes.find(({ isRoot }) => isRoot)?.snapshotId ?? "the root snapshot"}` +
      withBlob("uefiData", uefiData),
    ...detour,
    `launch one ${instanceType} with ${plural(volumes.length, "volume")} in ${availabilityZone}, ` +
      `${first?.subnetId ?? "no subnet"}, with ${groups === "" ? "the default group" : groups}` +
      withBlob("userData", userData),
    ...order.shared.map(({ volumeId, device }) => `attach ${volumeId}, which another restore made, as ${device}`),
    "wait until it runs and EC2's status checks pass",
    "deregister the image",
  ];
}

/** Returns what a volume is made of: `/dev/sdf: io2, 100 GiB, 16000 IOPS, from snap-…`. */
function volumeText({
  device,
  type = "default type",
  sizeGiB,
  iops,
  throughputMiBps,
  snapshotId,
}: SourceVolume): string {
  const speed = [
    ...(iops === undefined ? [] : [`${iops} IOPS`]),
    ...(throughputMiBps === undefined ? [] : [`${throughputMiBps} MiB/s`]),
  ];
  return [`${device}: ${type}`, `${sizeGiB} GiB`, ...speed, `from ${snapshotId}`].join(", ");
}

function volumeSteps(order: Exclude<Order, LaunchOrder>): string[] {
  const { volumes, availabilityZone } = order;
  const made = [`create ${plural(volumes.length, "volume")} in ${availabilityZone}`];
  if (order.mode === "volumes") {
    const attaching = order.attachTo === undefined ? [] : [`attach them to ${order.attachTo} at their devices`];
    return [...made, "wait until all are usable", ...attaching];
  }
  const devices = volumes.map(({ device }) => device).join(", ");
  const swap = order.isRootTask
    ? [`replace the root volume of ${order.instanceId} while it runs: it reboots`]
    : [
        ...(order.wasRunning ? [`stop ${order.instanceId}`] : []),
        `take the volumes at ${devices} off, tag them, and keep them`,
        "attach the new ones at the same devices",
        ...(order.wasRunning ? [`start ${order.instanceId}`] : []),
      ];
  return [...made, "wait until all are usable", ...swap];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** AWS's Pricing API answers in three regions, of which one may be down: a restore calls no region but its own (docs/adr/0024). */
const INSTANCE_PRICES = "https://aws.amazon.com/ec2/pricing/on-demand/";

function priceOf(order: Order): string[] {
  const { volumes, initializationRate } = order;
  const rate =
    initializationRate === undefined
      ? []
      : [`${dollars(initializationPrice(volumes, initializationRate))} at most, once, for ${initializationRate} MiB/s`];
  const instance =
    order.mode === "launch"
      ? [`not in it: the instance, by the hour; ${INSTANCE_PRICES} has ${order.instanceType}`]
      : [];
  return [
    `${dollars(monthlyPrice(volumes))} a month for the volumes, by the list price of us-east-1`,
    ...rate,
    ...instance,
  ];
}

/** One report's speed of blocks that nobody has read yet (github-aws-runners/terraform-aws-github-runner#5163). */
const LAZY_MIBPS = 5;

function timeOf({ volumes, initializationRate, mode }: Order): string[] {
  const usable = {
    launch: "a launch takes 2 to 6 minutes",
    volumes: "volumes take seconds",
    replace: "2 to 10 minutes",
  }[mode];
  const full =
    initializationRate === undefined
      ? `each block is slow at its first read (some ${LAZY_MIBPS} MiB/s in one report); --fast has EC2 read them ahead`
      : `EC2 reads all blocks within ${humanDuration(initializationMs(volumes, initializationRate))}`;
  return [usable, full];
}

/** Returns an order as it may be shown. Blobs may hold secrets: their sizes are all that is shown of them. */
export function shownOrder(order: Order): object {
  const { restoreId: _id, choices: _choices, ...shown } = order;
  return shown.mode === "launch" ? { ...shown, blobs: blobSizes(shown.blobs) } : shown;
}

/** Returns the plan of an order. */
export function planOf(
  source: RestoreSource,
  { order, alternatives, cpu = {} }: Pick<Prepared, "order" | "alternatives" | "cpu">,
): RestorePlan {
  const facts =
    order.mode === "launch" ? compared(source, order, shapeOfOrder(order, cpu)) : { differences: [], same: 0 };
  const zones = alternatives.map(({ availabilityZone }) => availabilityZone).join(", ");
  const others = zones === "" ? [] : [`if ${order.availabilityZone} lacks capacity: ${zones}`];
  return {
    volumes: order.volumes.map(volumeText),
    steps: order.mode === "launch" ? [...launchSteps(order), ...others] : volumeSteps(order),
    ...facts,
    price: priceOf(order),
    time: timeOf(order),
    warnings: warningsOf(order, source),
  };
}

/** Says how long ago the data is of. */
export function dataAge({ takenMs }: RestoreSource, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - takenMs);
  return ageMs < HOUR_MS ? "less than an hour" : humanDuration(ageMs);
}
