/** Makes every EC2 write of the vault: one function per call, each with exactly the input of its action. */
import {
  CopySnapshotCommand,
  type CopySnapshotCommandInput,
  type CopySnapshotCommandOutput as CopySnapshotResult,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  type EC2Client,
  LockSnapshotCommand,
  type SnapshotInfo,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import type { SerializeMiddleware } from "@smithy/types";
import { describe } from "../identity/description";
import { TAG, copyExpiredTag, fillTags, tagsToList, userTags } from "../model/tags/tags";
import type { Identity } from "../model/identity";
import type { AttachedVolume, Tags } from "../model/world";
import type { CopyAction, LockAction, SnapshotAction } from "../model/actions";
import { remainingTags, withSharedTags } from "../model/tags/volumeTags";

export interface Made {
  snapshotIds: string[];
  requestId?: string;
  /** Tags of their own volumes that snapshots of a set still lack: see {@link writeVolumeTags}. */
  untagged?: Untagged[];
}

export interface Untagged {
  snapshotId: string;
  tags: Tags;
}

function snapshotTags(tags: Tags): TagSpecification[] {
  return [{ ResourceType: "snapshot", Tags: tagsToList(tags) }];
}

/** Returns the tags of their volumes that the snapshots of a set lack, after the call that created them with `made`. */
function untaggedOf(
  { copyVolumeTags, volumes, maxTags }: SnapshotAction,
  made: Tags,
  snapshots: readonly SnapshotInfo[],
): Untagged[] {
  if (copyVolumeTags) return [];
  return snapshots.flatMap(({ SnapshotId, VolumeId }) => {
    const volume = volumes.find(({ volumeId }) => volumeId === VolumeId);
    if (SnapshotId === undefined || volume === undefined) return [];
    const tags = remainingTags(made, volume, maxTags);
    return Object.keys(tags).length === 0 ? [] : [{ snapshotId: SnapshotId, tags }];
  });
}

/**
 * Returns the identity that all snapshots of a set have. CreateSnapshots takes one Description, and EC2 itself records
 * the volume of each.
 */
function identityOf({ tags, instanceId, slot }: SnapshotAction): Identity {
  return { vaultId: tags[TAG.vault] ?? "", instanceId, slot };
}

/** Creates one crash-consistent set: all volumes of the instance except the excluded ones, at one instant. */
export async function createSet(client: EC2Client, action: SnapshotAction): Promise<Made> {
  const { excludeBootVolume, excludeDataVolumeIds, copyVolumeTags, volumes, maxTags } = action;
  const own = { ...action.tags, [TAG.crashConsistent]: "true" };
  const tags = copyVolumeTags ? own : withSharedTags(own, volumes, maxTags);
  const answer = await client.send(
    new CreateSnapshotsCommand({
      InstanceSpecification: {
        InstanceId: action.instanceId,
        ...(excludeBootVolume && { ExcludeBootVolume: true }),
        ...(excludeDataVolumeIds.length > 0 && { ExcludeDataVolumeIds: excludeDataVolumeIds }),
      },
      Description: describe(identityOf(action), tags),
      ...(copyVolumeTags && { CopyTagsFromSource: "volume" as const }),
      TagSpecifications: snapshotTags(tags),
    }),
  );
  const { Snapshots: snapshots = [] } = answer;
  const untagged = untaggedOf(action, tags, snapshots);
  return {
    snapshotIds: snapshots.flatMap((s) => s.SnapshotId ?? []),
    requestId: answer.$metadata.requestId,
    ...(untagged.length > 0 && { untagged }),
  };
}

/**
 * Snapshots one volume on its own. It adds the volume's tags as far as there is room, because this call does not copy
 * them.
 */
export async function createSingle(client: EC2Client, action: SnapshotAction, volume: AttachedVolume): Promise<Made> {
  const own = { ...action.tags, [TAG.crashConsistent]: "false" };
  const tags = fillTags(own, userTags(volume.tags), action.maxTags);
  const answer = await client.send(
    new CreateSnapshotCommand({
      VolumeId: volume.volumeId,
      Description: describe(identityOf(action), tags),
      TagSpecifications: snapshotTags(tags),
    }),
  );
  return { snapshotIds: [answer.SnapshotId ?? ""], requestId: answer.$metadata.requestId };
}

/**
 * Copies a snapshot; called in the destination region. The SDK presigns the same request for the source region, from
 * every input field, and would write the tags there as `[object Object]`. The destination reads the tags from the body,
 * so they are removed before the SDK presigns (docs/adr/0004).
 */
export async function copySnapshot(client: EC2Client, action: CopyAction): Promise<Made> {
  const { tags } = action;
  const command = new CopySnapshotCommand({
    SourceRegion: action.sourceRegion,
    SourceSnapshotId: action.sourceSnapshotId,
    Description: describe(action.identity, action.ofDoubt ? undefined : action.tags),
    Encrypted: true,
    KmsKeyId: action.kmsKeyArn,
    TagSpecifications: snapshotTags(tags),
  });
  const presignWithoutTags: SerializeMiddleware<CopySnapshotCommandInput, CopySnapshotResult> = (next) => (args) => {
    const { TagSpecifications: _stayInTheBody, ...input } = args.input;
    return next({ ...args, input });
  };
  command.middlewareStack.addRelativeTo(presignWithoutTags, {
    name: "presignWithoutTags",
    relation: "before",
    toMiddleware: "crossRegionPresignedUrlMiddleware",
  });
  const answer = await client.send(command);
  return { snapshotIds: [answer.SnapshotId ?? ""], requestId: answer.$metadata.requestId };
}

/** Writes a volume's own tags on the snapshot that was just made of it. */
export async function writeVolumeTags(client: EC2Client, { snapshotId, tags }: Untagged): Promise<void> {
  await client.send(new CreateTagsCommand({ Resources: [snapshotId], Tags: tagsToList(tags) }));
}

export async function deleteSnapshot(client: EC2Client, snapshotId: string): Promise<Made> {
  const answer = await client.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
  return { snapshotIds: [], requestId: answer.$metadata.requestId };
}

/** Locks a snapshot, without a cooling-off period (docs/adr/0009). If sent twice, it sets the same lock again. */
export async function lockSnapshot(
  client: EC2Client,
  { snapshotId, mode, days }: Pick<LockAction, "snapshotId" | "mode" | "days">,
): Promise<Made> {
  const answer = await client.send(
    new LockSnapshotCommand({ SnapshotId: snapshotId, LockMode: mode, LockDuration: days }),
  );
  return { snapshotIds: [], requestId: answer.$metadata.requestId };
}

/** Writes copy-expired tags on a snapshot, so that it is not copied to these regions again. */
export async function writeCopyExpiredTag(
  client: EC2Client,
  snapshotId: string,
  regions: readonly string[],
  when: string,
): Promise<void> {
  const tags = regions.map((region) => [copyExpiredTag(region), when]);
  const Tags = tagsToList(Object.fromEntries(tags) as Tags);
  await client.send(new CreateTagsCommand({ Resources: [snapshotId], Tags }));
}
