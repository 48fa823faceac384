/**
 * Who may do what: the function's role and the scheduler's. Reads are on `*`, since EC2's Describe calls know no
 * resources; every write is narrowed by this vault's tag, the instance's backup tag or a key
 * (AWS, Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2").
 */
import type * as aws from "@pulumi/aws";
import type { AuditTarget } from "../vault/model/settings";
import { vaultKeysOf } from "../vault/model/vaultKeys";
import { auditRights } from "./auditPolicies";
import { namesOf } from "./names";
import { type WriteAccessArgs, allRegions, writeStatements } from "./writeStatements";

type Statement = aws.types.input.iam.PolicyStatement;

/** What the function's policy is made of. */
export interface FunctionPolicyArgs extends WriteAccessArgs {
  /** No right to write to EC2. */
  dryRun: boolean;
  /** Absent: no audit log. */
  audit?: AuditTarget;
  topicArn: string;
  schedulerRoleArn: string;
}

function readStatement(args: FunctionPolicyArgs): Statement {
  return {
    Sid: "Observe",
    Effect: "Allow",
    Action: [
      "ec2:DescribeInstances",
      "ec2:DescribeLockedSnapshots",
      "ec2:DescribeSnapshotAttribute",
      "ec2:DescribeVolumes",
    ],
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": allRegions(args) } },
  };
}

/** The key's state alone, of the vault's keys alone; not through EC2, so no condition on that. A dry run asks, too. */
function keyStateStatement(args: FunctionPolicyArgs): Statement {
  const Resource = vaultKeysOf(args).map(({ keyArn }) => keyArn);
  return { Sid: "AskForKeyStates", Effect: "Allow", Action: "kms:DescribeKey", Resource };
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
      // X-Ray knows no resources for these (Service Authorization Reference). Not its sampling calls: Lambda samples. Snapshots
      // are listed in any region: what the vault made in one that left the stack is counted there (src/vault/observe/leftLook.ts).
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

/** Everything that the function may do. Pure. */
export function functionPolicy(args: FunctionPolicyArgs): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      readStatement(args),
      ...(args.dryRun ? [] : writeStatements(args)),
      keyStateStatement(args),
      ...serviceStatements(args),
      ...(args.audit === undefined ? [] : auditRights(args, args.audit, args.dr)),
    ],
  };
}
