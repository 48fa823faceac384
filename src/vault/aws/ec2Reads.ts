/** Makes every EC2 read of the vault: always paginated, always filtered, turned into the vault's own records. */
import {
  type EC2Client,
  type Instance,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  paginateDescribeInstances,
} from "@aws-sdk/client-ec2";
import { captureLaunch } from "./capture";
import { EXISTING_STATES } from "./ec2Existing";
import { PAGE_SIZE } from "./ec2Limits";
import { attachedVolumes } from "./ec2Volumes";
import { descriptionPattern, parseDescription } from "../identity/description";
import { ownText } from "../lib/interned";
import { TAG, tagsFromList } from "../model/tags/tags";
import type { Stranger } from "../model/identity";
import type { ProtectedInstance, Snapshot } from "../model/world";
import { listSnapshots } from "./snapshotPages";
import { startReading, toSnapshot } from "./snapshotRecord";

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
  const reading = startReading(vaultId, region);
  return listSnapshots(client, { description: descriptionPattern(vaultId, slot) }, (listed) =>
    toSnapshot(listed, reading),
  );
}

/** Reads the ids of the snapshots that this vault made and that are pending, in the client's region. */
export async function describePending(client: EC2Client, region: string, vaultId: string): Promise<string[]> {
  const reading = startReading(vaultId, region);
  const filters = { description: descriptionPattern(vaultId), status: "pending" };
  return listSnapshots(client, filters, (listed) => {
    const snapshot = toSnapshot(listed, reading);
    return snapshot?.state === "pending" ? snapshot.snapshotId : undefined;
  });
}

/** Reads the snapshots that carry the vault's tag in the client's region and were not made by it. */
export async function describeStrangers(client: EC2Client, region: string, vaultId: string): Promise<Stranger[]> {
  return listSnapshots(client, { [`tag:${TAG.vault}`]: vaultId }, ({ SnapshotId, Description = "" }) => {
    const isOwn = parseDescription(Description)?.identity.vaultId === vaultId;
    if (SnapshotId === undefined || isOwn) return undefined;
    return { snapshotId: ownText(SnapshotId), region, description: ownText(Description) };
  });
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
