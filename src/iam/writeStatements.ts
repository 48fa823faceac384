/**
 * What the function may write: every right is narrowed by this vault's tag, the instance's backup tag or a key
 * (AWS, Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"). Pure.
 */
import type * as aws from "@pulumi/aws";
import { TAG, TAG_PREFIX, copyExpiredTag } from "../vault/model/tags";
import type { KeyedRegion, SnapshotLock } from "../vault/model/settings";
import { ebsUse } from "./keyPolicy";
import type { Account } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;

export interface WriteAccessArgs extends Account {
  vaultId: string;
  primaryRegion: string;
  dr: readonly KeyedRegion[];
  /** The key that snapshots of unencrypted volumes are encrypted under, if any. */
  primaryKeyArn?: string;
  tagKey: string;
  policies: Readonly<Record<string, unknown>>;
  lock?: SnapshotLock;
  sourceKeyArns: readonly string[];
}

export function allRegions({ primaryRegion, dr }: WriteAccessArgs): string[] {
  return [primaryRegion, ...dr.map(({ region }) => region)];
}

/** Snapshots in these regions, as a resource; whose they are is told by tags, not by the account in the ARN. */
function snapshotsIn(partition: string, regions: readonly string[], id = "*"): string[] {
  return regions.map((region) => `arn:${partition}:ec2:${region}:*:snapshot/${id}`);
}

/** A set only of an instance with the backup tag; whatever is made carries this vault's tag from the first moment. */
function snapshotStatements(args: WriteAccessArgs): Statement[] {
  const { partition, accountId, primaryRegion, tagKey, policies, vaultId } = args;
  const own = `arn:${partition}:ec2:${primaryRegion}:${accountId}`;
  return [
    {
      Sid: "SnapshotProtectedInstances",
      Effect: "Allow",
      Action: "ec2:CreateSnapshots",
      Resource: `${own}:instance/*`,
      Condition: { StringEquals: { [`aws:ResourceTag/${tagKey}`]: Object.keys(policies) } },
    },
    {
      Sid: "SnapshotVolumes",
      Effect: "Allow",
      Action: ["ec2:CreateSnapshot", "ec2:CreateSnapshots"],
      Resource: `${own}:volume/*`,
    },
    {
      Sid: "MakeTaggedSnapshots",
      Effect: "Allow",
      Action: ["ec2:CreateSnapshot", "ec2:CreateSnapshots"],
      Resource: `arn:${partition}:ec2:${primaryRegion}:*:snapshot/*`,
      Condition: { StringEquals: { [`aws:RequestTag/${TAG.vault}`]: vaultId } },
    },
  ];
}

/**
 * CopySnapshot is checked on source and copy. The source's tags are no condition key of it, so the source statement is
 * narrowed by region: all, since the source is read with a request presigned for its own. The copy has to carry this
 * vault's tag.
 */
function copyStatements(args: WriteAccessArgs): Statement[] {
  const { partition, primaryRegion, primaryKeyArn, dr, vaultId } = args;
  const targets = dr.map(({ region }) => region);
  if (primaryKeyArn !== undefined) targets.push(primaryRegion);
  return [
    {
      Sid: "CopyFrom",
      Effect: "Allow",
      Action: "ec2:CopySnapshot",
      Resource: `arn:${partition}:ec2:*:*:snapshot/snap-*`,
      Condition: { StringEquals: { "aws:RequestedRegion": allRegions(args) } },
    },
    {
      Sid: "MakeTaggedCopies",
      Effect: "Allow",
      Action: "ec2:CopySnapshot",
      // A literal `${*}` is IAM's way to write an asterisk that is meant: the snapshot that has no id yet.
      Resource: snapshotsIn(partition, targets, "$" + "{*}"),
      Condition: { StringEquals: { [`aws:RequestTag/${TAG.vault}`]: vaultId } },
    },
  ];
}

function tagAndPruneStatements(args: WriteAccessArgs): Statement[] {
  const { partition, primaryRegion, dr, vaultId } = args;
  const everywhere = snapshotsIn(partition, allRegions(args));
  const owned = { [`aws:ResourceTag/${TAG.vault}`]: vaultId };
  return [
    {
      Sid: "TagOnlyWhatIsBeingMade",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: everywhere,
      Condition: {
        StringEquals: {
          [`aws:RequestTag/${TAG.vault}`]: vaultId,
          "ec2:CreateAction": ["CreateSnapshot", "CreateSnapshots", "CopySnapshot"],
        },
      },
    },
    {
      Sid: "MarkExpiredCopies",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: snapshotsIn(partition, [primaryRegion]),
      Condition: {
        StringEquals: owned,
        "ForAllValues:StringEquals": {
          "aws:TagKeys": dr.map(({ region }) => copyExpiredTag(region)),
        },
      },
    },
    {
      // A volume's tags that did not fit into the call which made the snapshots of its set (src/vault/model/volumeTags.ts). With no
      // key in the request ForAllValues is fulfilled as well, and then EC2 refuses the call, or there is nothing to write.
      Sid: "TagOwnSnapshots",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: snapshotsIn(partition, [primaryRegion]),
      Condition: {
        StringEquals: owned,
        "ForAllValues:StringNotLike": { "aws:TagKeys": [`${TAG_PREFIX}*`, "aws:*"] },
      },
    },
    {
      Sid: "PruneOwnSnapshots",
      Effect: "Allow",
      Action: "ec2:DeleteSnapshot",
      Resource: everywhere,
      Condition: { StringEquals: owned },
    },
  ];
}

/** Copies alone, and for no longer than is configured: nobody could take a lock of a hundred years back. */
function lockStatements(args: WriteAccessArgs): Statement[] {
  const { partition, dr, vaultId, lock } = args;
  if (lock === undefined) return [];
  return [
    {
      Sid: "LockOwnCopies",
      Effect: "Allow",
      Action: "ec2:LockSnapshot",
      Resource: snapshotsIn(
        partition,
        dr.map(({ region }) => region),
      ),
      Condition: {
        StringEquals: { [`aws:ResourceTag/${TAG.vault}`]: vaultId },
        NumericLessThanEquals: { "ec2:SnapshotLockDuration": String(lock.days) },
      },
    },
  ];
}

function keyStatements(args: WriteAccessArgs): Statement[] {
  const { partition, accountId, primaryRegion, primaryKeyArn, dr, sourceKeyArns } = args;
  const anyOwnKey = `arn:${partition}:kms:${primaryRegion}:${accountId}:key/*`;
  const sources = sourceKeyArns.length === 0 ? anyOwnKey : [...sourceKeyArns];
  // Stand-ins are made under the primary region's key and copied from there, as other sources are: one statement for all.
  const read = primaryKeyArn === undefined ? sources : [primaryKeyArn, ...[sources].flat()];
  return [
    // A key in its own region alone: together they would let the role use each through EC2 in any of the regions.
    ...dr.flatMap(({ region, keyArn }, index) =>
      ebsUse(`EncryptCopies${index === 0 ? "" : index + 1}`, keyArn, [region]),
    ),
    ...ebsUse("ReadEncryptedSources", read, allRegions(args)),
  ];
}

/** All of them: what a dry run has no right to. */
export function writeStatements(args: WriteAccessArgs): Statement[] {
  return [
    ...snapshotStatements(args),
    ...copyStatements(args),
    ...tagAndPruneStatements(args),
    ...lockStatements(args),
    ...keyStatements(args),
  ];
}
