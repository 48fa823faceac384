/** Makes every EC2 read of the vault: always paginated, always filtered, turned into the vault's own records. */
import {
  type EC2Client,
  type Instance,
  type Snapshot as Ec2Snapshot,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  paginateDescribeInstances,
  paginateDescribeSnapshots,
} from "@aws-sdk/client-ec2";
import { captureLaunch } from "./capture";
import { EXISTING_STATES } from "./ec2Existing";
import { PAGE_SIZE } from "./ec2Limits";
import { attachedVolumes } from "./ec2Volumes";
import { descriptionPattern, parseDescription } from "../identity/description";
import { doubtOf } from "../identity/doubts";
import { TAG, tagsFromList } from "../model/tags";
import type { Stranger } from "../model/identity";
import type { ProtectedInstance, Snapshot } from "../model/world";

/** Returns the values that show whether the answer has the whole instance: see wholeness.ts. */
function shownOf(instance: Instance): Partial<ProtectedInstance> {
  const { State, LaunchTime, RootDeviceName, RootDeviceType, BlockDeviceMappings = [] } = instance;
  const isFromEbs = RootDeviceName !== undefined && RootDeviceType === "ebs";
  const hasRoot = BlockDeviceMappings.some(({ DeviceName }) => DeviceName === RootDeviceName);
  return {
    ...(State?.Name !== undefined && { state: State.Name }),
    ...(LaunchTime !== undefined && { launchTimeMs: LaunchTime.getTime() }),
    ...(isFromEbs && !hasRoot && { lacksRoot: true }),
  };
}

/**
 * Reads the instances that carry the tag with one of the values (at most 200). {@link withVolumeSpecs} adds their
 * specs.
 */
export async function describeProtectedInstances(
  client: EC2Client,
  tagKey: string,
  tagValues: readonly string[],
): Promise<ProtectedInstance[]> {
  const instances: ProtectedInstance[] = [];
  const pages = paginateDescribeInstances(
    { client, pageSize: PAGE_SIZE },
    {
      Filters: [
        { Name: `tag:${tagKey}`, Values: [...tagValues] },
        { Name: "instance-state-name", Values: EXISTING_STATES },
      ],
    },
  );
  for await (const page of pages) {
    for (const instance of (page.Reservations ?? []).flatMap((r) => r.Instances ?? [])) {
      if (instance.InstanceId === undefined) continue;
      instances.push({
        instanceId: instance.InstanceId,
        instanceType: instance.InstanceType ?? "",
        availabilityZone: instance.Placement?.AvailabilityZone ?? "",
        tags: tagsFromList(instance.Tags),
        volumes: attachedVolumes(instance),
        captured: captureLaunch(instance),
        ...shownOf(instance),
      });
    }
  }
  return instances;
}

/** Turns a snapshot that the vault made into its own record; returns undefined for any other. */
function toSnapshot(region: string, snapshot: Ec2Snapshot, vaultId: string): Snapshot | undefined {
  const described = parseDescription(snapshot.Description);
  if (snapshot.SnapshotId === undefined || described?.identity.vaultId !== vaultId) return undefined;
  const { identity } = described;
  const tags = tagsFromList(snapshot.Tags);
  const ec2VolumeId = snapshot.VolumeId ?? "";
  const startTimeMs = snapshot.StartTime?.getTime() ?? 0;
  const doubt = doubtOf(described, { ec2VolumeId, startTimeMs }, tags);
  return {
    snapshotId: snapshot.SnapshotId,
    region,
    identity,
    ...(doubt && { doubt }),
    volumeId: identity.source?.volumeId ?? ec2VolumeId,
    state: snapshot.State ?? "pending",
    startTimeMs,
    ...(snapshot.CompletionTime && { completedMs: snapshot.CompletionTime.getTime() }),
    sizeGiB: snapshot.VolumeSize ?? 0,
    encrypted: snapshot.Encrypted ?? false,
    kmsKeyId: snapshot.KmsKeyId,
    stateMessage: snapshot.StateMessage,
    storageTier: snapshot.StorageTier,
    restoreExpiryTimeMs: snapshot.RestoreExpiryTime?.getTime(),
    tags,
  };
}

/** Yields every snapshot that this account owns in the client's region and that the filters find. */
async function* ownSnapshots(client: EC2Client, filters: Readonly<Record<string, string>>) {
  const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
  const pages = paginateDescribeSnapshots({ client, pageSize: PAGE_SIZE }, { OwnerIds: ["self"], Filters });
  for await (const page of pages) yield page.Snapshots ?? [];
}

/**
 * Reads every snapshot that this account owns and this vault made, in the client's region, by Description.
 * @param slot leaves those of one slot; absent: all
 */
export async function describeVaultSnapshots(
  client: EC2Client,
  region: string,
  vaultId: string,
  slot?: string,
): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  for await (const page of ownSnapshots(client, { description: descriptionPattern(vaultId, slot) })) {
    for (const one of page) {
      const snapshot = toSnapshot(region, one, vaultId);
      if (snapshot !== undefined) snapshots.push(snapshot);
    }
  }
  return snapshots;
}

/** Reads the ids of the snapshots that this vault made and that are pending, in the client's region. */
export async function describePending(client: EC2Client, region: string, vaultId: string): Promise<string[]> {
  const ids: string[] = [];
  const filters = { description: descriptionPattern(vaultId), status: "pending" };
  for await (const page of ownSnapshots(client, filters)) {
    for (const one of page) {
      const snapshot = toSnapshot(region, one, vaultId);
      if (snapshot?.state === "pending") ids.push(snapshot.snapshotId);
    }
  }
  return ids;
}

/** Reads the snapshots that carry the vault's tag in the client's region and were not made by it. */
export async function describeStrangers(client: EC2Client, region: string, vaultId: string): Promise<Stranger[]> {
  const strangers: Stranger[] = [];
  for await (const page of ownSnapshots(client, { [`tag:${TAG.vault}`]: vaultId })) {
    for (const { SnapshotId: snapshotId, Description: description = "" } of page) {
      const isOwn = parseDescription(description)?.identity.vaultId === vaultId;
      if (snapshotId !== undefined && !isOwn) strangers.push({ snapshotId, region, description });
    }
  }
  return strangers;
}

/** A lock that is in force. */
export interface HeldLock {
  /** governance | compliance | compliance-cooloff */
  state: string;
  /** Absent for a lock that was set while the snapshot was pending. */
  expiresMs?: number;
}

/** Every state of a lock except `expired`. */
const LOCKED_STATES = ["governance", "compliance", "compliance-cooloff"];

/**
 * Reads the locks in force, by snapshot id. It reads all, because an id that no longer exists may fail a call with ids.
 */
export async function describeLocks(client: EC2Client): Promise<Map<string, HeldLock>> {
  const locks = new Map<string, HeldLock>();
  const Filters = [{ Name: "lock-state", Values: LOCKED_STATES }];
  // The SDK has no paginator for this call.
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeLockedSnapshotsCommand({ Filters, MaxResults: PAGE_SIZE, NextToken }));
    for (const { SnapshotId, LockState = "", LockExpiresOn } of page.Snapshots ?? []) {
      if (SnapshotId === undefined) continue;
      locks.set(SnapshotId, { state: LockState, expiresMs: LockExpiresOn?.getTime() });
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return locks;
}

/** Reads the accounts that a snapshot is shared with, and `all` if it is public. No list of snapshots shows them. */
export async function describeSharing(client: EC2Client, snapshotId: string): Promise<string[]> {
  const { CreateVolumePermissions = [] } = await client.send(
    new DescribeSnapshotAttributeCommand({
      SnapshotId: snapshotId,
      Attribute: "createVolumePermission",
    }),
  );
  return CreateVolumePermissions.map(({ UserId, Group }) => UserId ?? Group ?? "somebody").sort();
}
