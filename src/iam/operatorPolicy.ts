/**
 * Permissions of a person who uses the command line, one document per command. A restore makes and takes away only what
 * carries its own tag, so none of these documents lets anybody delete a snapshot, a source volume or a protected
 * instance (AWS, Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"). Pure.
 */
import type * as aws from "@pulumi/aws";
import { vaultKeysOf } from "../vault/model/vaultKeys";
import { CAPTURES_PREFIX } from "../vault/model/objectKeys";
import { bucketArnOf, bucketName } from "./buckets";
import { namesOf } from "./names";
import { type OperatorArgs, restoreStatements } from "./restoreStatements";

type Statement = aws.types.input.iam.PolicyStatement;

/** Statements that several commands have, by Sid. Reads are on `*`: AWS defines no resources for EC2's lists. */
const READS = {
  ReadSnapshots: ["ec2:DescribeSnapshots"],
  ReadLocks: ["ec2:DescribeLockedSnapshots"],
  ReadFleet: ["ec2:DescribeInstances", "ec2:DescribeVolumes"],
  ReadSharing: ["ec2:DescribeSnapshotAttribute"],
} as const;

type Sid = keyof typeof READS | "AskFunction" | "AskForKeyStates" | "ReadClock" | "ReadCaptures";

/** What each command needs. `restore` has statements of its own besides. */
const NEEDS = {
  list: ["ReadSnapshots", "ReadLocks", "AskFunction"],
  show: ["ReadSnapshots", "ReadLocks", "AskFunction", "ReadCaptures"],
  status: ["ReadSnapshots", "ReadLocks", "ReadFleet", "ReadSharing", "AskFunction", "AskForKeyStates", "ReadClock"],
  plan: ["ReadSnapshots", "ReadLocks", "ReadFleet", "ReadSharing", "AskFunction", "AskForKeyStates", "ReadClock"],
  run: ["ReadSnapshots", "AskFunction"],
  restore: ["ReadSnapshots", "ReadCaptures"],
} as const satisfies Record<string, readonly Sid[]>;

export type OperatorCommand = keyof typeof NEEDS;
export const OPERATOR_COMMANDS = Object.keys(NEEDS) as OperatorCommand[];

function statementOf(sid: Sid, args: OperatorArgs): Statement {
  const { partition, accountId, vaultId, primaryRegion } = args;
  const names = namesOf(vaultId);
  const allow = (Action: string | string[], Resource: string | string[]): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  switch (sid) {
    case "AskFunction":
      // The commands look for the function in each region that they know of. There is one of the name.
      return allow("lambda:InvokeFunction", `arn:${partition}:lambda:*:${accountId}:function:${names.function}`);
    case "AskForKeyStates":
      return allow(
        "kms:DescribeKey",
        vaultKeysOf(args).map(({ keyArn }) => keyArn),
      );
    case "ReadCaptures": {
      const bucket = bucketArnOf({ partition }, bucketName(vaultId, "manifests", accountId, "*"));
      const Condition = { StringEquals: { "aws:ResourceAccount": accountId } };
      return { ...allow("s3:GetObject", `${bucket}/${CAPTURES_PREFIX}/*`), Condition };
    }
    case "ReadClock": {
      const clock = `schedule/${names.scheduleGroup}/${names.clockSchedule}`;
      return allow("scheduler:GetSchedule", `arn:${partition}:scheduler:${primaryRegion}:${accountId}:${clock}`);
    }
    default: {
      const Condition = { StringEquals: { "aws:RequestedRegion": regionsOf(args) } };
      return { ...allow([...READS[sid]], "*"), Condition };
    }
  }
}

function regionsOf({ primaryRegion, dr }: OperatorArgs): string[] {
  return [primaryRegion, ...dr.map(({ region }) => region)];
}

function document(sids: readonly Sid[], more: readonly Statement[], args: OperatorArgs): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: [...sids.map((sid) => statementOf(sid, args)), ...more] };
}

/** Returns everything that one command needs. */
export function commandPolicy(command: OperatorCommand, args: OperatorArgs): aws.iam.PolicyDocument {
  return document(NEEDS[command], command === "restore" ? restoreStatements(args, regionsOf(args)) : [], args);
}

/** Returns everything that all commands need: the role of an operator has it. */
export function operatorPolicy(args: OperatorArgs): aws.iam.PolicyDocument {
  const all = new Set(OPERATOR_COMMANDS.flatMap((command): readonly Sid[] => NEEDS[command]));
  return document([...all], restoreStatements(args, regionsOf(args)), args);
}
