/** Models DescribeInstances, DescribeVolumes and DescribeSnapshots: filters, pages, and what is not seen yet. */
import type {
  Snapshot as Ec2Snapshot,
  Instance,
  InstanceStateName,
  SnapshotState,
  Tag,
  Volume,
  VolumeType,
} from "@aws-sdk/client-ec2";
import { type Account, type Region, type SimInstance, type SimSnapshot, type TagRecord, strikes } from "./account";
import type { DescribeInput } from "../../../src/iam/call";
import { filtered } from "./filters";
import { interfaceOf, typeOf } from "./launchReads";

interface Page<T> {
  items: T[];
  nextToken?: string;
}

export interface Pager {
  /** Returns one page of what `list` gives; a token continues the list of its first page. */
  page<T>(account: Account, input: DescribeInput, list: () => T[]): Page<T>;
}

/** Tokens that are kept: more than concurrent invocations ever hold. */
const TOKENS_OPEN = 200;

export function makePager(): Pager {
  const open = new Map<string, { all: unknown[]; from: number }>();
  let tokens = 0;
  return {
    page: <T>(account: Account, input: DescribeInput, list: () => T[]): Page<T> => {
      // A page may be asked for again, when its answer was lost.
      const rest = input.NextToken === undefined ? undefined : open.get(input.NextToken);
      const { all, from } = (rest ?? { all: list(), from: 0 }) as { all: T[]; from: number };
      const size = Math.min(input.MaxResults ?? 1_000, account.faults.nature.pageSize);
      const given = strikes(account, "zero page", account.faults.calls.zeroPage) ? 0 : size;
      const items = all.slice(from, from + given);
      if (all.length - from <= given) return { items };
      const nextToken = `page-${(tokens += 1)}`;
      open.set(nextToken, { all, from: from + given });
      open.delete(`page-${tokens - TOKENS_OPEN}`);
      return { items, nextToken };
    },
  };
}

function tagList(tags: TagRecord): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function shownState({ state, pendingUntilMs }: SimInstance, nowMs: number) {
  return state !== "terminated" && nowMs < pendingUntilMs ? "pending" : state;
}

/** Returns an instance as it is shown now: pending at first, and its mappings late. */
function describedInstance(instance: SimInstance, nowMs: number): Instance {
  const mapped = instance.attached.filter(({ mappedMs }) => mappedMs <= nowMs);
  return {
    InstanceId: instance.instanceId,
    InstanceType: typeOf(instance),
    NetworkInterfaces: [interfaceOf(instance)],
    Placement: { AvailabilityZone: "us-east-1a" },
    State: { Name: shownState(instance, nowMs) satisfies InstanceStateName },
    LaunchTime: new Date(instance.launchedMs),
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    BlockDeviceMappings: mapped.map(({ volumeId, deviceName }) => ({
      DeviceName: deviceName,
      Ebs: { VolumeId: volumeId },
    })),
    Tags: tagList(instance.tags),
  };
}

export function listInstances(account: Account, input: DescribeInput): Instance[] {
  const nowMs = account.time.nowMs();
  const wanted = filtered<SimInstance>(input, ({ tags }) => tags, {
    "instance-id": ({ instanceId }) => instanceId,
    "instance-state-name": (instance) => shownState(instance, nowMs),
  });
  const shown = [...account.instances.values()].filter(wanted);
  const found = shown.map((instance) => describedInstance(instance, nowMs));
  return account.faults.nature.newestFirst ? found.reverse() : found;
}

export function listVolumes(account: Account, input: DescribeInput): Volume[] {
  const nowMs = account.time.nowMs();
  const attachments = [...account.instances.values()].flatMap(({ instanceId, attached }) =>
    attached
      .filter(({ listedMs }) => listedMs <= nowMs)
      .map(({ volumeId, deviceName }) => ({ volumeId, instanceId, deviceName })),
  );
  const wanted = filtered<{ instanceId: string }>(input, () => ({}), {
    "attachment.instance-id": ({ instanceId }) => instanceId,
  });
  const ids = new Set(attachments.filter(wanted).map(({ volumeId }) => volumeId));
  return [...ids].flatMap((id) => {
    const volume = account.volumes.get(id);
    if (volume === undefined) return [];
    return {
      VolumeId: id,
      Attachments: attachments
        .filter(({ volumeId }) => volumeId === id)
        .map(({ instanceId, deviceName }) => ({
          InstanceId: instanceId,
          Device: deviceName,
          State: "attached" as const,
        })),
      Size: volume.sizeGiB,
      VolumeType: volume.volumeType as VolumeType,
      Iops: 3_000,
      Tags: tagList(volume.tags),
    };
  });
}

function describedSnapshot(snapshot: SimSnapshot): Ec2Snapshot {
  snapshot.described ??= {
    SnapshotId: snapshot.snapshotId,
    VolumeId: snapshot.volumeId,
    State: snapshot.state satisfies SnapshotState,
    StateMessage: snapshot.stateMessage,
    StartTime: new Date(snapshot.startMs),
    ...(snapshot.completedMs && { CompletionTime: new Date(snapshot.completedMs) }),
    VolumeSize: snapshot.sizeGiB,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    StorageTier: "standard",
    Description: snapshot.description,
    Tags: tagList(snapshot.tags),
  };
  return snapshot.described;
}

/** Returns a snapshot as one answer shows it: tags just written may be missing. */
function asSeen(account: Account, snapshot: SimSnapshot): Ec2Snapshot {
  const { tagged } = snapshot;
  const isSettled = tagged === undefined || account.time.nowMs() >= tagged.settledMs;
  if (isSettled || account.random.chance(0.5)) return describedSnapshot(snapshot);
  return { ...describedSnapshot(snapshot), Tags: tagList(tagged.before) };
}

/** Returns true if an answer shows a snapshot: what was just made or deleted may be shown late. */
function seen(account: Account, snapshot: SimSnapshot): boolean {
  if (account.time.nowMs() < snapshot.settledMs) return account.random.chance(0.5);
  return !snapshot.deleted;
}

export function listSnapshots(account: Account, region: Region, input: DescribeInput): Ec2Snapshot[] {
  const wanted = filtered<SimSnapshot>(input, ({ tags }) => tags, {
    status: ({ state }) => state,
    description: ({ description }) => description,
  });
  const own = input.OwnerIds?.includes("self") === true;
  if (!own) account.story.violate("reads only its own account", "DescribeSnapshots without OwnerIds=self");
  const found: Ec2Snapshot[] = [];
  for (const snapshot of region.snapshots.values()) {
    if (wanted(snapshot) && seen(account, snapshot)) found.push(asSeen(account, snapshot));
  }
  return account.faults.nature.newestFirst ? found.reverse() : found;
}
