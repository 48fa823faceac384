/**
 * The most that any role of a vault can do, whatever its own policy says: a role can do only what both allow. It is
 * coarser than the roles' policies (src/iam/functionPolicy.ts), so that those can change without a bootstrap, but no
 * wider than the vault. Anyone who deploys can give the function any policy, and the boundary limits what they gain by
 * it.
 */
import type * as aws from "@pulumi/aws";
import { type Account, namesOf } from "../src/iam/names";
import { bucketArns } from "./bucketGrants";
import { TAG } from "./grant";

type Statement = aws.types.input.iam.PolicyStatement;

export interface BoundaryArgs extends Account {
  vaultId: string;
  /** Keys of other accounts that the vault's role is allowed to use through EC2. */
  sourceKeyArns: readonly string[];
}

/** Actions that EBS needs on a key (AWS, "Amazon EBS encryption": permissions for IAM principals), without grants. */
const KEY_USE = [
  ...["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
  ...["kms:ReEncryptFrom", "kms:ReEncryptTo"],
];

function allow(
  Sid: string,
  Action: string | string[],
  Resource: string | string[],
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition !== undefined && { Condition }) };
}

/**
 * Allows creating any snapshot, but tagging, locking and deleting only those with the vault's tag. It must not allow
 * adding the tag to an existing snapshot, or a role could delete every one.
 */
function snapshotStatements({ partition, accountId, vaultId }: BoundaryArgs): Statement[] {
  const snapshots = `arn:${partition}:ec2:*:*:snapshot/*`;
  const own = (kind: string) => `arn:${partition}:ec2:*:${accountId}:${kind}/*`;
  const making = ["ec2:CreateSnapshot", "ec2:CreateSnapshots", "ec2:CopySnapshot"];
  return [
    allow("Look", ["ec2:Describe*", "ec2:GetInstanceUefiData"], "*"),
    allow("Make", making, [snapshots, own("instance"), own("volume")]),
    allow("TagNew", "ec2:CreateTags", snapshots, {
      StringEquals: {
        [`aws:RequestTag/${TAG}`]: vaultId,
        "ec2:CreateAction": making.map((action) => action.replace("ec2:", "")),
      },
    }),
    allow("Own", ["ec2:CreateTags", "ec2:DeleteSnapshot", "ec2:LockSnapshot"], snapshots, {
      StringEquals: { [`aws:ResourceTag/${TAG}`]: vaultId },
    }),
  ];
}

/**
 * Allows use of keys through EC2 only, for the account's volumes and snapshots, and grants for those alone. A key of
 * another account is allowed only if the bootstrap names it, so that nothing can be encrypted under a stranger's key.
 * Tags cannot bound this: a volume's key lacks the vault's tag, and a new key's tag is seen minutes late (KMS developer
 * guide, "ABAC for AWS KMS").
 */
export function keyUse({ partition, accountId, sourceKeyArns }: BoundaryArgs): Statement[] {
  const own = `arn:${partition}:kms:*:${accountId}:key/*`;
  const keys = [own, ...sourceKeyArns];
  const viaEc2 = { "kms:ViaService": "ec2.*.amazonaws.com" };
  return [
    allow("Ask", "kms:DescribeKey", keys),
    allow("Use", KEY_USE, keys, { StringLike: viaEc2 }),
    allow("Grant", "kms:CreateGrant", keys, {
      StringLike: viaEc2,
      Bool: { "kms:GrantIsForAWSResource": "true" },
    }),
  ];
}

function bucketStatements(args: BoundaryArgs): Statement[] {
  const own = `arn:${args.partition}:kms:*:${args.accountId}:key/*`;
  return [
    allow("EncryptObjects", "kms:GenerateDataKey", own, {
      StringLike: {
        "kms:ViaService": "s3.*.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": bucketArns(args, args.vaultId),
      },
    }),
  ];
}

/** Sending hints, and what Lambda does as the function's role to receive them. */
const HINTING = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"];

function serviceStatements(args: BoundaryArgs): Statement[] {
  const { partition, accountId, vaultId } = args;
  const names = namesOf(vaultId);
  const on = (service: string, what: string) => `arn:${partition}:${service}:*:${accountId}:${what}`;
  return [
    allow("Notify", "sns:Publish", on("sns", names.topic)),
    allow("Hint", HINTING, on("sqs", names.hintQueue)),
    allow(
      "Clock",
      ["scheduler:GetSchedule", "scheduler:UpdateSchedule"],
      on("scheduler", `schedule/${names.scheduleGroup}/*`),
    ),
    allow("Pass", "iam:PassRole", `arn:${partition}:iam::${accountId}:role/${names.schedulerRole}`, {
      StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" },
    }),
    allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], on("logs", `log-group:${names.logGroup}:*`)),
    allow("Trace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
    allow(
      "WriteObjects",
      "s3:PutObject",
      bucketArns(args, vaultId).map((arn) => `${arn}/*`),
    ),
    allow("Invoke", "lambda:InvokeFunction", on("lambda", `function:${names.function}`)),
    allow("Forward", "events:PutEvents", on("events", "event-bus/default")),
  ];
}

export function boundary(args: BoundaryArgs): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [...snapshotStatements(args), ...keyUse(args), ...bucketStatements(args), ...serviceStatements(args)],
  };
}
