/** Lists the policies that the production stack must have, in full. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { ARN } from "./stackProgram";

export const VAULT = "smart-vault-prod";
export const TAGS = { "smart-vault:vault": VAULT };
export const TOPIC = ARN.topic(VAULT);
export const FUNCTION = ARN.function(VAULT);
export const ROLE = ARN.role(`${VAULT}-function`);
export const SCHEDULER_ROLE = ARN.role(`${VAULT}-scheduler`);
export const KEY_EVENTS_ROLE = ARN.role(`${VAULT}-key-events`);
export const PRIMARY_BUS = `arn:aws:events:us-east-1:${ACCOUNT_ID}:event-bus/default`;
const OWNED = { "aws:ResourceTag/smart-vault:vault": VAULT };
const TAGGED = { "aws:RequestTag/smart-vault:vault": VAULT };
const UNRESERVED = { "aws:TagKeys": ["smart-vault:*", "aws:*"] };
const BOTH_SNAPSHOTS = ["arn:aws:ec2:us-east-1:*:snapshot/*", "arn:aws:ec2:us-west-2:*:snapshot/*"];
const BOTH_VIA_EC2 = {
  "kms:ViaService": ["ec2.us-east-1.amazonaws.com", "ec2.us-west-2.amazonaws.com"],
};
const DR_VIA_EC2 = { "kms:ViaService": ["ec2.us-west-2.amazonaws.com"] };
const FOR_AWS = { "kms:GrantIsForAWSResource": "true" };
export const KEY_USE = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** Actions of the key's policy for copies, without the key's state, for which the function asks itself. */
export const COPY_USE = KEY_USE.filter((action) => action !== "kms:DescribeKey");

/** IAM's notation for a snapshot without an id yet: an escaped asterisk. */
export function newSnapshot(region: string): string {
  return [`arn:aws:ec2:${region}:*:snapshot/$`, "{*}"].join("");
}

/** What Lambda requires of every function that a queue invokes. A dry run sends no hints, and has no more. */
export const RECEIVING = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

/** Everything that the function is allowed. */
export const FUNCTION_RIGHTS = [
  {
    Sid: "Observe",
    Effect: "Allow",
    Action: [
      "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceCreditSpecifications",
      "ec2:DescribeInstances",
      "ec2:DescribeLockedSnapshots",
      "ec2:DescribeSnapshotAttribute",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
    ],
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } },
  },
  {
    Sid: "SnapshotProtectedInstances",
    Effect: "Allow",
    Action: "ec2:CreateSnapshots",
    Resource: `arn:aws:ec2:us-east-1:${ACCOUNT_ID}:instance/*`,
    Condition: { StringEquals: { "aws:ResourceTag/backup": ["True"] } },
  },
  {
    Sid: "SnapshotVolumes",
    Effect: "Allow",
    Action: ["ec2:CreateSnapshot", "ec2:CreateSnapshots"],
    Resource: `arn:aws:ec2:us-east-1:${ACCOUNT_ID}:volume/*`,
  },
  {
    Sid: "MakeTaggedSnapshots",
    Effect: "Allow",
    Action: ["ec2:CreateSnapshot", "ec2:CreateSnapshots"],
    Resource: "arn:aws:ec2:us-east-1:*:snapshot/*",
    Condition: { StringEquals: TAGGED },
  },
  {
    Sid: "CopyFrom",
    Effect: "Allow",
    Action: "ec2:CopySnapshot",
    Resource: "arn:aws:ec2:*:*:snapshot/snap-*",
    Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } },
  },
  {
    Sid: "MakeTaggedCopies",
    Effect: "Allow",
    Action: "ec2:CopySnapshot",
    Resource: [newSnapshot("us-west-2")],
    Condition: { StringEquals: TAGGED },
  },
  {
    Sid: "TagOnlyWhatIsBeingMade",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: BOTH_SNAPSHOTS,
    Condition: {
      StringEquals: {
        ...TAGGED,
        "ec2:CreateAction": ["CreateSnapshot", "CreateSnapshots", "CopySnapshot"],
      },
    },
  },
  {
    Sid: "MarkExpiredCopies",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: ["arn:aws:ec2:us-east-1:*:snapshot/*"],
    Condition: {
      StringEquals: OWNED,
      "ForAllValues:StringEquals": { "aws:TagKeys": ["smart-vault:copy-expired:us-west-2"] },
    },
  },
  {
    Sid: "TagOwnSnapshots",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: ["arn:aws:ec2:us-east-1:*:snapshot/*"],
    Condition: { StringEquals: OWNED, "ForAllValues:StringNotLike": UNRESERVED },
  },
  {
    Sid: "PruneOwnSnapshots",
    Effect: "Allow",
    Action: "ec2:DeleteSnapshot",
    Resource: BOTH_SNAPSHOTS,
    Condition: { StringEquals: OWNED },
  },
  {
    Sid: "EncryptCopies",
    Effect: "Allow",
    Action: KEY_USE,
    Resource: ARN.key,
    Condition: { StringEquals: DR_VIA_EC2 },
  },
  {
    Sid: "EncryptCopiesGrants",
    Effect: "Allow",
    Action: "kms:CreateGrant",
    Resource: ARN.key,
    Condition: { StringEquals: DR_VIA_EC2, Bool: FOR_AWS },
  },
  {
    Sid: "ReadEncryptedSources",
    Effect: "Allow",
    Action: KEY_USE,
    Resource: `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/*`,
    Condition: { StringEquals: BOTH_VIA_EC2 },
  },
  {
    Sid: "ReadEncryptedSourcesGrants",
    Effect: "Allow",
    Action: "kms:CreateGrant",
    Resource: `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/*`,
    Condition: { StringEquals: BOTH_VIA_EC2, Bool: FOR_AWS },
  },
  { Sid: "AskForKeyStates", Effect: "Allow", Action: "kms:DescribeKey", Resource: [ARN.key] },
  { Sid: "Notify", Effect: "Allow", Action: "sns:Publish", Resource: TOPIC },
  {
    Sid: "Hint",
    Effect: "Allow",
    Action: [...RECEIVING, "sqs:SendMessage"],
    Resource: ARN.hintQueue(VAULT),
  },
  {
    Sid: "SetTheClock",
    Effect: "Allow",
    Action: ["scheduler:GetSchedule", "scheduler:UpdateSchedule"],
    Resource: `arn:aws:scheduler:us-east-1:${ACCOUNT_ID}:schedule/${VAULT}/${VAULT}-clock`,
  },
  {
    Sid: "LetTheClockCall",
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: SCHEDULER_ROLE,
    Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
  },
  {
    Sid: "TraceAndList",
    Effect: "Allow",
    Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments", "ec2:DescribeSnapshots"],
    Resource: "*",
  },
  {
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `arn:aws:logs:us-east-1:${ACCOUNT_ID}:log-group:/aws/lambda/${VAULT}:*`,
  },
];

/** Statements that are added if copies are locked for 30 days. */
export const LOCK_RIGHTS = {
  Sid: "LockOwnCopies",
  Effect: "Allow",
  Action: "ec2:LockSnapshot",
  Resource: ["arn:aws:ec2:us-west-2:*:snapshot/*"],
  Condition: {
    StringEquals: OWNED,
    NumericLessThanEquals: { "ec2:SnapshotLockDuration": "30" },
  },
};

/** The function asks for the key's state itself. */
export const ASKS_FOR_STATE = {
  Sid: "VaultAsksForState",
  Effect: "Allow",
  Principal: { AWS: [ROLE] },
  Action: "kms:DescribeKey",
  Resource: "*",
};

/** The account administers, the function uses through EC2. */
export const KEY_POLICY = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "AccountAdministers",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Action: [
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:Delete*",
        "kms:Describe*",
        "kms:Disable*",
        "kms:Enable*",
        "kms:Get*",
        "kms:List*",
        "kms:Put*",
        "kms:Revoke*",
        "kms:RotateKeyOnDemand",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:Update*",
      ],
      Resource: "*",
    },
    {
      Sid: "VaultCopies",
      Effect: "Allow",
      Principal: { AWS: [ROLE] },
      Action: COPY_USE,
      Resource: "*",
      Condition: { StringEquals: DR_VIA_EC2 },
    },
    {
      Sid: "VaultCopiesGrants",
      Effect: "Allow",
      Principal: { AWS: [ROLE] },
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { StringEquals: DR_VIA_EC2, Bool: FOR_AWS },
    },
    ASKS_FOR_STATE,
  ],
};

/** Overrides of a stack that has everything in its buckets, of which all expires. */
export const EXPIRING = [
  ...["audit=true", "trail=true", "auditLockDays=90", "orphans=expire"],
  `restoreRoleArns=["arn:aws:iam::${ACCOUNT_ID}:role/restorer"]`,
];

const bucketArn = (purpose: string, region: string) => `arn:aws:s3:::${VAULT}-${purpose}-${ACCOUNT_ID}-${region}`;

/** Statement that `audit` and `manifests` add to the function's permissions. */
export const BUCKET_RIGHTS = {
  Sid: "WriteObjects",
  Effect: "Allow",
  Action: "s3:PutObject",
  Resource: [
    `${bucketArn("audit", "us-west-2")}/runs/*`,
    ...["captures", "manifests"].map((prefix) => `${bucketArn("manifests", "*")}/${prefix}/*`),
  ],
  Condition: { StringEquals: { "aws:ResourceAccount": ACCOUNT_ID } },
};

/** Statement that they add to the DR key's policy. */
export const BUCKET_KEY_POLICY = {
  Sid: "VaultWrites",
  Effect: "Allow",
  Principal: { AWS: [ROLE] },
  Action: "kms:GenerateDataKey",
  Resource: "*",
  Condition: {
    StringEquals: {
      "kms:ViaService": "s3.us-west-2.amazonaws.com",
      "kms:EncryptionContext:aws:s3:arn": ["audit", "manifests"].map((purpose) => bucketArn(purpose, "us-west-2")),
    },
  },
};
