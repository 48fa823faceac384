/**
 * The function's write permissions: this vault's tag, the instance's backup tag or a key narrows each (AWS, Service
 * Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"). Pure.
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
  /** Key that encrypts snapshots of unencrypted volumes, if any. */
  primaryKeyArn?: string;
  tagKey: string;
  policies: Readonly<Record<string, unknown>>;
  lock?: SnapshotLock;
  sourceKeyArns: readonly string[];
}

export function allRegions({ primaryRegion, dr }: WriteAccessArgs): string[] {
  return [primaryRegion, ...dr.map(({ region }) => region)];
}

/**
 * Returns the ARNs of snapshots in these regions. Tags, and not the account in the ARN, show which vault they belong
 * to.
 */
function snapshotsIn(partition: string, regions: readonly string[], id = "*"): string[] {
  return regions.map((region) => `arn:${partition}:ec2:${region}:*:snapshot/${id}`);
}

/**
 * Allows sets only of instances with the backup tag, and requires this vault's tag on every snapshot from the first
 * moment.
 */
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
 * Allows copies. AWS checks CopySnapshot on source and copy. The source's tags are no condition key of it, so the
 * source statement is narrowed by region. It names all regions, because a request presigned for the source's own region
 * reads it. The copy must carry this vault's tag.
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
      // A literal `${*}` is how IAM writes an asterisk that is meant: the snapshot without an id yet.
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
      // For volume tags that did not fit into the call that made the snapshots of the set
      // (src/vault/model/volumeTags.ts). If the request has no key, ForAllValues is satisfied as well. Then EC2 refuses
      // the call, or there is nothing to write.
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

/** Allows locking copies only, and for no longer than configured: nobody could remove a lock of a hundred years. */
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
  // The policy is nearly as long as IAM allows, so a key of the account's own is not named again.
  const isCovered = sources === anyOwnKey && primaryKeyArn?.startsWith(anyOwnKey.slice(0, -1)) === true;
  // Encrypted replacements are made under the primary region's key and copied from there, as other sources are, so one
  // statement covers all.
  const read = primaryKeyArn === undefined || isCovered ? sources : [primaryKeyArn, ...[sources].flat()];
  return [
    // Each key in its own region only: one statement would let the role use each key through EC2 in any of the regions.
    ...dr.flatMap(({ region, keyArn }, index) =>
      ebsUse(`EncryptCopies${index === 0 ? "" : index + 1}`, keyArn, [region]),
    ),
    ...ebsUse("ReadEncryptedSources", read, allRegions(args)),
  ];
}

/** Returns all write statements; a dry run has none of them. */
export function writeStatements(args: WriteAccessArgs): Statement[] {
  return [
    ...snapshotStatements(args),
    ...copyStatements(args),
    ...tagAndPruneStatements(args),
    ...lockStatements(args),
    ...keyStatements(args),
  ];
}
