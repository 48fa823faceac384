/**
 * The most that the operator's role of a vault can do, whatever its own policy says. It is coarser than that policy
 * (src/iam/operatorPolicy.ts), except where something ends: only what a restore made can be taken away, and no snapshot
 * at all. Anyone who deploys can let anybody assume the role, and this limits what they gain by it.
 */
import type * as aws from "@pulumi/aws";
import { bucketName } from "../src/iam/buckets";
import { type Account, namesOf } from "../src/iam/names";
import { OLD_ROLES, RESTORE_ID, RESTORE_ROLE } from "../src/iam/restoreTagNames";
import { type BoundaryArgs, keyUse } from "./boundary";

type Statement = aws.types.input.iam.PolicyStatement;

export interface OperatorBoundaryArgs extends BoundaryArgs {
  /** Roles that a restore may give to an instance. */
  operatorInstanceRoleArns: readonly string[];
}

function allow(Sid: string, actions: string[], Resource: string | string[], Condition?: Statement["Condition"]) {
  return { Sid, Effect: "Allow" as const, Action: actions, Resource, ...(Condition !== undefined && { Condition }) };
}

const ec2 = (...names: string[]) => names.map((name) => `ec2:${name}`);
const isMade = { Null: { [`aws:ResourceTag/${RESTORE_ID}`]: "false" } };
const isNotOld = { StringNotLike: { [`aws:ResourceTag/${RESTORE_ROLE}`]: OLD_ROLES } };
const onlyOwnTags = { "ForAllValues:StringLike": { "aws:TagKeys": `${RESTORE_ID}*` } };

/** Tagging must not make anything deletable: see src/iam/restoreStatements.ts. */
function tagStatements(all: string, volumes: string): Statement[] {
  return [
    allow("TagNew", ec2("CreateTags"), all, {
      Null: { [`aws:RequestTag/${RESTORE_ID}`]: "false", "ec2:CreateAction": "false" },
    }),
    allow("TagMade", ec2("CreateTags"), all, { ...isMade, ...isNotOld }),
    allow("NameOld", ec2("CreateTags"), volumes, {
      StringLike: { [`aws:RequestTag/${RESTORE_ROLE}`]: OLD_ROLES },
      ...onlyOwnTags,
    }),
    allow("ForgetOld", ec2("DeleteTags"), volumes, {
      StringLike: { [`aws:ResourceTag/${RESTORE_ROLE}`]: OLD_ROLES },
      "ForAnyValue:StringEquals": { "aws:TagKeys": RESTORE_ID },
      ...onlyOwnTags,
    }),
  ];
}

export function operatorBoundary(args: OperatorBoundaryArgs): aws.iam.PolicyDocument {
  const { partition, accountId, vaultId, operatorInstanceRoleArns } = args;
  const names = namesOf(vaultId);
  const on = (service: string, what: string) => `arn:${partition}:${service}:*:${accountId}:${what}`;
  const all = `arn:${partition}:ec2:*:*:*`;
  const making = ["CreateReplaceRootVolumeTask", "CreateSecurityGroup", "CreateVolume", "RegisterImage"];
  const changing = ["AttachVolume", "DetachVolume", "ModifyInstanceAttribute", "StartInstances", "StopInstances"];
  const ending = [
    "DeleteNetworkInterface",
    "DeleteSecurityGroup",
    "DeleteVolume",
    "DeregisterImage",
    "TerminateInstances",
  ];
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Look", ["ec2:Describe*"], "*"),
      allow("Make", ec2(...making, "RunInstances"), all),
      allow("Change", ec2(...changing), [on("ec2", "instance/*"), on("ec2", "volume/*")]),
      allow("ChangeMade", ec2("ModifyNetworkInterfaceAttribute", "RevokeSecurityGroupEgress"), all, isMade),
      allow("End", ec2(...ending), all, { ...isMade, ...isNotOld }),
      ...tagStatements(all, on("ec2", "volume/*")),
      ...keyUse(args),
      // One statement, because a managed policy has 6,144 characters.
      allow(
        "Ask",
        ["lambda:InvokeFunction", "s3:GetObject", "scheduler:GetSchedule"],
        [
          on("lambda", `function:${names.function}`),
          `arn:${partition}:s3:::${bucketName(vaultId, "manifests", accountId, "*")}/*`,
          on("scheduler", `schedule/${names.scheduleGroup}/*`),
        ],
      ),
      ...(operatorInstanceRoleArns.length === 0
        ? []
        : [
            allow("Pass", ["iam:PassRole"], [...operatorInstanceRoleArns], {
              StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" },
            }),
          ]),
    ],
  };
}

export function operatorBoundaryName(vaultId: string): string {
  return `${vaultId}-operator-boundary`;
}

/** Returns the boundary's ARN. */
export function operatorBoundaryArn({ partition, accountId }: Account, vaultId: string): string {
  return `arn:${partition}:iam::${accountId}:policy/${operatorBoundaryName(vaultId)}`;
}
