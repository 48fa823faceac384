/**
 * A fleet's snapshots and copies as EC2 lists them, page by page: tags and Descriptions are those that the vault writes.
 * Every snapshot has its copy and none is due, so a sweep finds nothing to do. Nothing but a volume's tags is kept, so
 * that a server can list any number.
 */
import { describe } from "../../src/vault/identity/description";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import { TAG } from "../../src/vault/model/tags/tags";
import type { ProtectedInstance, Snapshot, Tags } from "../../src/vault/model/world";
import { drCopyTags } from "../../src/vault/plan/copies/copyTags";
import { snapshotAction } from "../../src/vault/plan/snapshots/snapshotAction";
import type { CapturedLaunch } from "../../src/vault/model/launchSpec";

const NIGHTS = 14;
const VOLUMES_AN_INSTANCE = 2;
const PAGE_SIZE = 1_000;
/** Prime, so that the list has no order by time or volume, as EC2's has none. */
const STRIDE = 7_919;

const LAUNCH = {
  architecture: "x86_64",
  rootDeviceName: "/dev/xvda",
  virtualizationType: "hvm",
  currentBootMode: "uefi",
  enaSupport: true,
  usageOperation: "RunInstances",
  keyName: "ops",
  instanceProfile: "app",
  metadata: { tokens: "required", hopLimit: 2, endpoint: "enabled" },
  ebsOptimized: true,
  shutdownBehavior: "stop",
  imageId: "ami-0123456789abcdef0",
};
const INTERFACE = {
  deviceIndex: 0,
  vpcId: "vpc-0123456789abcdef0",
  subnetId: "subnet-0123456789abcdef0",
  subnetName: "private-a",
  subnetCidr: "10.0.0.0/16",
  zoneId: "use1-az1",
  groupIds: ["sg-0123456789abcdef0"],
  groupNames: ["app"],
  deleteOnTermination: true,
};

/** Returns what an ordinary launch needs. */
function capturedAt(index: number): CapturedLaunch {
  const privateIp = `10.0.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`;
  return { launch: LAUNCH, interfaces: [{ ...INTERFACE, privateIp }] };
}

/** One volume of the fleet, with the tags of its snapshots and copies; `slot`, `run` and what names a source differ nightly. */
interface FleetVolume {
  instanceId: string;
  volumeId: string;
  tags: Tags;
  copyTags: Tags;
}

export interface Fleet {
  settings: VaultSettings;
  /** Snapshots in each region. */
  perRegion: number;
  /** Time of the newest slot, in milliseconds since 1970. */
  newestSlotMs: number;
}

function instanceAt(index: number, tagKey: string, policy: string): ProtectedInstance {
  const id = index.toString(16).padStart(16, "0");
  const volumes = Array.from({ length: VOLUMES_AN_INSTANCE }, (_, at) => ({
    volumeId: `vol-${at}${id}`,
    deviceName: at === 0 ? "/dev/xvda" : "/dev/sdf",
    isRoot: at === 0,
    volumeType: "gp3",
    sizeGiB: 100,
    iops: 3000,
    throughputMiBps: 125,
    deleteOnTermination: true,
    tags: {},
  }));
  return {
    instanceId: `i-0${id}`,
    instanceType: "m6i.large",
    availabilityZone: "us-east-1a",
    tags: { Name: `host-${index}`, [tagKey]: policy, env: "prod" },
    volumes,
    captured: capturedAt(index),
  };
}

/** What the tags of a copy do not depend on. */
const MADE = { snapshotId: "", region: "", state: "completed", startTimeMs: 0, sizeGiB: 100, encrypted: false };

/** Makes the volumes that have so many snapshots in `NIGHTS` nights. */
function volumesOf({ settings, perRegion }: Fleet): FleetVolume[] {
  const [policy = ""] = Object.keys(settings.policies);
  const count = Math.ceil(perRegion / NIGHTS);
  const volumes: FleetVolume[] = [];
  for (let index = 0; volumes.length < count; index += 1) {
    const instance = instanceAt(index, settings.tagKey, policy);
    const { instanceId } = instance;
    const made = snapshotAction(settings, instance, instance.volumes, { slot: "", runId: "" });
    const tags = { ...made.tags, [TAG.crashConsistent]: "true" };
    for (const { volumeId } of instance.volumes.slice(0, count - volumes.length)) {
      const identity = { vaultId: settings.vaultId, instanceId, slot: "" };
      const snapshot: Snapshot = { ...MADE, volumeId, tags, identity };
      volumes.push({ instanceId, volumeId, tags, copyTags: drCopyTags(snapshot, settings.tags) });
    }
  }
  return volumes;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function element(depth: number, name: string, text: string | number | boolean): string {
  return `${"    ".repeat(depth)}<${name}>${escaped(String(text))}</${name}>\n`;
}

/** Returns the items in an order of their own for each seed, as EC2 gives each resource's tags. */
function shuffled<T>(items: T[], seed: number): T[] {
  let state = seed;
  for (let left = items.length; left > 1; left -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const [one] = items.splice(state % left, 1);
    if (one !== undefined) items.push(one);
  }
  return items;
}

function listed(fields: Readonly<Record<string, string | number | boolean>>, tags: Tags, seed: number): string {
  const items = shuffled(Object.entries(tags), seed).map(
    ([key, value]) =>
      `                <item>\n${element(5, "key", key)}${element(5, "value", value)}                </item>\n`,
  );
  const own = Object.entries(fields).map(([name, value]) => element(3, name, value));
  return `        <item>\n${own.join("")}            <tagSet>\n${items.join("")}            </tagSet>\n        </item>\n`;
}

/**
 * Returns the snapshot of a volume and a night, or its copy, as an element of EC2's list.
 * @param place of the snapshot among all
 */
function itemOf({ settings, newestSlotMs }: Fleet, volume: FleetVolume, place: number, keyArn?: string): string {
  const night = place % NIGHTS;
  const slotMs = newestSlotMs - night * DAY_MS;
  const slot = isoSeconds(slotMs);
  const startedMs = slotMs + 12_345;
  const { instanceId, volumeId } = volume;
  const hex = `${night.toString(16)}${volumeId.slice(-16)}`;
  const snapshotId = `snap-${hex}`;
  const isCopy = keyArn !== undefined;
  const source = { snapshotId, volumeId, startedMs };
  const identity = { vaultId: settings.vaultId, instanceId, slot, ...(isCopy && { source }) };
  const tags = {
    ...(isCopy ? volume.copyTags : volume.tags),
    [TAG.slot]: slot,
    [TAG.run]: `5f1e8a44-0c55-4bbd-9d3f-0000000000${10 + night}`,
    ...(isCopy && {
      [TAG.sourceSnapshot]: snapshotId,
      [TAG.sourceStarted]: new Date(startedMs).toISOString(),
    }),
  };
  const fields = {
    snapshotId: isCopy ? `snap-c${hex}` : snapshotId,
    volumeId: isCopy ? "vol-ffffffff" : volumeId,
    status: "completed",
    startTime: new Date(startedMs + (isCopy ? 5 * MINUTE_MS : 0)).toISOString(),
    completionTime: new Date(startedMs + (isCopy ? 15 : 3) * MINUTE_MS).toISOString(),
    progress: "100%",
    ownerId: "123456789012",
    volumeSize: 100,
    description: describe(identity, tags),
    encrypted: isCopy,
    ...(isCopy && { kmsKeyId: keyArn }),
    storageTier: "standard",
    transferType: "standard",
    fullSnapshotSizeInBytes: 53_687_091_200,
    sseType: "sse-ebs",
  };
  return listed(fields, tags, place);
}

export interface Page {
  /** Elements of the list. */
  items: string;
  /** Number of the next page; absent on the last. */
  next?: number;
}

/** Returns a function that lists a region's snapshots, 1,000 per page. */
export function pagesOf(fleet: Fleet): (region: string, page: number) => Page {
  const volumes = volumesOf(fleet);
  const { perRegion, settings } = fleet;
  const keys = new Map(settings.dr.map(({ region, keyArn }) => [region, keyArn]));
  const at = (index: number, keyArn?: string) => {
    const place = (index * STRIDE) % perRegion;
    const volume = volumes[Math.floor(place / NIGHTS)];
    return volume === undefined ? "" : itemOf(fleet, volume, place, keyArn);
  };
  return (region, page) => {
    const first = page * PAGE_SIZE;
    const end = Math.min(first + PAGE_SIZE, perRegion);
    const items: string[] = [];
    for (let index = first; index < end; index += 1) items.push(at(index, keys.get(region)));
    return { items: items.join(""), ...(end < perRegion && { next: page + 1 }) };
  };
}
