/**
 * Permissions of the function's role and the scheduler's. Reads are on `*`, because AWS defines no resources for EC2's
 * Describe calls. This vault's tag, the instance's backup tag or a key narrows every write (AWS, Service Authorization
 * Reference, "Actions, resources, and condition keys for Amazon EC2").
 */
import type * as aws from "@pulumi/aws";
import { vaultKeysOf } from "../vault/model/vaultKeys";
import { type WrittenBuckets, writePermissions } from "./buckets";
import { namesOf } from "./names";
import { type WriteAccessArgs, allRegions, writeStatements } from "./writeStatements";

type Statement = aws.types.input.iam.PolicyStatement;

/** Values from which the function's policy is built. */
export interface FunctionPolicyArgs extends WriteAccessArgs, WrittenBuckets {
  /** True: no permission to write to EC2. */
  dryRun: boolean;
  /** True: it reads the UEFI variables of instances. User data is an attribute like those that it always reads. */
  uefiData?: boolean;
  topicArn: string;
  schedulerRoleArn: string;
}

function readStatement(args: FunctionPolicyArgs): Statement {
  return {
    Sid: "Observe",
    Effect: "Allow",
    // Whether AWS checks DescribeInstanceAttribute on the instance is not verified (docs/ASSUMPTIONS.md, A42).
    Action: [
      "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceCreditSpecifications",
      "ec2:DescribeInstances",
      "ec2:DescribeLockedSnapshots",
      "ec2:DescribeSnapshotAttribute",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      ...(args.uefiData === true ? ["ec2:GetInstanceUefiData"] : []),
    ],
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": allRegions(args) } },
  };
}

/**
 * Returns the permission to read the state of the vault's keys, and of no others. The call does not go through EC2, so
 * there is no condition on that. A dry run has it too.
 */
function keyStateStatement(args: FunctionPolicyArgs): Statement {
  const Resource = vaultKeysOf(args).map(({ keyArn }) => keyArn);
  return { Sid: "AskForKeyStates", Effect: "Allow", Action: "kms:DescribeKey", Resource };
}

function serviceStatements(args: FunctionPolicyArgs): Statement[] {
  const { partition, accountId, primaryRegion, vaultId, topicArn, schedulerRoleArn } = args;
  const names = namesOf(vaultId);
  const here = `${primaryRegion}:${accountId}`;
  return [
    { Sid: "Notify", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
    {
      // Lambda takes the messages as the function's role (Lambda developer guide, "Using Lambda with Amazon SQS").
      // A dry run copies nothing, so nothing waits for a place and it sends none.
      Sid: "Hint",
      Effect: "Allow",
      Action: [
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        ...(args.dryRun ? [] : ["sqs:SendMessage"]),
      ],
      Resource: `arn:${partition}:sqs:${here}:${names.hintQueue}`,
    },
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
      // AWS defines no resources for X-Ray's calls (Service Authorization Reference). X-Ray's sampling calls are left
      // out, because Lambda samples. Snapshots are listed in any region, because the vault counts its snapshots in
      // regions that left the stack (src/vault/observe/leftLook.ts).
      Sid: "TraceAndList",
      Effect: "Allow",
      Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments", "ec2:DescribeSnapshots"],
      Resource: "*",
    },
    {
      Sid: "Log",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:${partition}:logs:${here}:log-group:${names.logGroup}:*`,
    },
  ];
}

/** Returns all permissions of the function. Pure. */
export function functionPolicy(args: FunctionPolicyArgs): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      readStatement(args),
      ...(args.dryRun ? [] : writeStatements(args)),
      keyStateStatement(args),
      ...serviceStatements(args),
      ...writePermissions(args, args),
    ],
  };
}
