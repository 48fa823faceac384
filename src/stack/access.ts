/**
 * Who may do what: the function's role and the scheduler's. Reads are on `*`, since EC2's Describe calls know no
 * resources; every write is narrowed by this vault's tag, the instance's backup tag or a key
 * (AWS, Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2").
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { TAG } from "../vault/tags";
import type { SnapshotLock } from "../vault/types";
import { ebsUse } from "./keys";
import { type Account, namesOf } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;

/** What the function's policy is made of. */
export interface FunctionPolicyArgs extends Account {
  vaultId: string;
  primaryRegion: string;
  drRegion: string;
  tagKey: string;
  policies: Readonly<Record<string, unknown>>;
  lock?: SnapshotLock;
  sourceKeyArns: readonly string[];
  drKeyArn: string;
  topicArn: string;
  schedulerRoleArn: string;
}

function readStatement({ primaryRegion, drRegion }: FunctionPolicyArgs): Statement {
  return {
    Sid: "Observe",
    Effect: "Allow",
    Action: [
      "ec2:DescribeInstances",
      "ec2:DescribeLockedSnapshots",
      "ec2:DescribeSnapshotAttribute",
      "ec2:DescribeSnapshots",
      "ec2:DescribeVolumes",
    ],
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": [primaryRegion, drRegion] } },
  };
}

/** A set only of an instance with the backup tag; whatever is made carries this vault's tag from the first moment. */
function snapshotStatements(args: FunctionPolicyArgs): Statement[] {
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
 * narrowed by region: both, since the source is read with a request presigned for its own. The copy has to carry this
 * vault's tag.
 */
function copyStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, primaryRegion, drRegion, vaultId } = args;
  return [
    {
      Sid: "CopyFrom",
      Effect: "Allow",
      Action: "ec2:CopySnapshot",
      Resource: `arn:${partition}:ec2:*:*:snapshot/snap-*`,
      Condition: { StringEquals: { "aws:RequestedRegion": [primaryRegion, drRegion] } },
    },
    {
      Sid: "MakeTaggedCopies",
      Effect: "Allow",
      Action: "ec2:CopySnapshot",
      // A literal `${*}` is IAM's way to write an asterisk that is meant: the snapshot that has no id yet.
      Resource: `arn:${partition}:ec2:${drRegion}:*:snapshot/$` + "{*}",
      Condition: { StringEquals: { [`aws:RequestTag/${TAG.vault}`]: vaultId } },
    },
  ];
}

function tagAndPruneStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, primaryRegion, drRegion, vaultId } = args;
  const primary = `arn:${partition}:ec2:${primaryRegion}:*:snapshot/*`;
  const both = [primary, `arn:${partition}:ec2:${drRegion}:*:snapshot/*`];
  const owned = { [`aws:ResourceTag/${TAG.vault}`]: vaultId };
  return [
    {
      Sid: "TagOnlyWhatIsBeingMade",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: both,
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
      Resource: primary,
      Condition: {
        StringEquals: owned,
        "ForAllValues:StringEquals": { "aws:TagKeys": [TAG.copyExpired] },
      },
    },
    {
      Sid: "PruneOwnSnapshots",
      Effect: "Allow",
      Action: "ec2:DeleteSnapshot",
      Resource: both,
      Condition: { StringEquals: owned },
    },
  ];
}

/** Copies alone, and for no longer than is configured: nobody could take a lock of a hundred years back. */
function lockStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, drRegion, vaultId, lock } = args;
  if (lock === undefined) return [];
  return [
    {
      Sid: "LockOwnCopies",
      Effect: "Allow",
      Action: "ec2:LockSnapshot",
      Resource: `arn:${partition}:ec2:${drRegion}:*:snapshot/*`,
      Condition: {
        StringEquals: { [`aws:ResourceTag/${TAG.vault}`]: vaultId },
        NumericLessThanEquals: { "ec2:SnapshotLockDuration": String(lock.days) },
      },
    },
  ];
}

function keyStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, accountId, primaryRegion, drRegion, drKeyArn, sourceKeyArns } = args;
  const anyOwnKey = `arn:${partition}:kms:${primaryRegion}:${accountId}:key/*`;
  const sources = sourceKeyArns.length === 0 ? anyOwnKey : [...sourceKeyArns];
  return [
    ...ebsUse("EncryptCopies", drKeyArn, [drRegion]),
    ...ebsUse("ReadEncryptedSources", sources, [primaryRegion, drRegion]),
  ];
}

function serviceStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, accountId, primaryRegion, vaultId, topicArn, schedulerRoleArn } = args;
  const names = namesOf(vaultId);
  const here = `${primaryRegion}:${accountId}`;
  return [
    { Sid: "Tell", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
    {
      Sid: "SetTheClock",
      Effect: "Allow",
      Action: ["scheduler:GetSchedule", "scheduler:UpdateSchedule"],
      Resource: `arn:${partition}:scheduler:${here}:schedule/${names.scheduleGroup}/${names.clockSchedule}`,
    },
    {
      Sid: "LetTheClockCall",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: schedulerRoleArn,
      Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
    {
      Sid: "Log",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:${partition}:logs:${here}:log-group:${names.logGroup}:*`,
    },
  ];
}

/** Everything that the function may do. Pure. */
export function functionPolicy(args: FunctionPolicyArgs): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      readStatement(args),
      ...snapshotStatements(args),
      ...copyStatements(args),
      ...tagAndPruneStatements(args),
      ...lockStatements(args),
      ...keyStatements(args),
      ...serviceStatements(args),
    ],
  };
}

/** What the vault's roles have in common. */
export interface RoleArgs {
  tags: Record<string, string>;
  /** The most that a role can do, whatever its own policy says; CI may make none without (docs/DELIVERY.md). */
  permissionsBoundaryArn?: string | undefined;
}

/** A role that one AWS service may take, for this account's resources only where the service says whose they are. */
export function serviceRole(
  name: string,
  service: "lambda" | "scheduler" | "events",
  account: pulumi.Output<Account>,
  { tags, permissionsBoundaryArn: permissionsBoundary }: RoleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role {
  const assumeRolePolicy = account.apply(({ accountId }) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: `${service}.amazonaws.com` },
          Action: "sts:AssumeRole",
          ...(service !== "lambda" && {
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
          }),
        },
      ],
    }),
  );
  return new aws.iam.Role(name, { name, assumeRolePolicy, permissionsBoundary, tags }, opts);
}
