/**
 * Permissions of `vault restore`. What it makes has the restore's tag from the first moment; only that can be changed or
 * taken away later. A volume that a restore takes off an instance gets the tag too, with a role that keeps it: nothing
 * that is tagged as old can be deleted, and its role can only go together with the tag. Pure.
 */
import type * as aws from "@pulumi/aws";
import type { KeyedRegion } from "../vault/model/settings";
import { TAG } from "../vault/model/tags/tags";
import { OLD_ROLES, RESTORE_ID, RESTORE_ROLE } from "./restoreTagNames";
import { ebsUse } from "./keyPolicy";
import type { Account } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;
type Condition = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/** Values from which the policies are built. */
export interface OperatorArgs extends Account {
  vaultId: string;
  primaryRegion: string;
  dr: readonly KeyedRegion[];
  /** Key that encrypts snapshots of unencrypted volumes, if any. */
  primaryKeyArn?: string;
  tagKey: string;
  policies: Readonly<Record<string, unknown>>;
  sourceKeyArns: readonly string[];
  /** Roles that a restore may give to an instance; patterns with `*` are possible. */
  operatorInstanceRoleArns: readonly string[];
}

/** AWS's and Red Hat's accounts, whose images have the billing codes that a copy may lose (restore/aws/baseImages.ts). */
const PUBLIC_OWNERS = ["amazon", "309956199498"];

const READS = [
  ...["Images", "InstanceAttribute", "InstanceCreditSpecifications", "InstanceStatus", "InstanceTypeOfferings"],
  ...["InstanceTypes", "Instances", "KeyPairs", "NetworkInterfaces", "ReplaceRootVolumeTasks", "SecurityGroups"],
  ...["Subnets", "Volumes"],
].map((name) => `Describe${name}`);

/** Calls that make something with tags. */
const MAKING = ["CreateReplaceRootVolumeTask", "CreateSecurityGroup", "CreateVolume", "RegisterImage", "RunInstances"];
/** Changes of an instance that keep it: its volumes are swapped while it is stopped. */
const CHANGES = [
  ...["AttachVolume", "CreateReplaceRootVolumeTask", "DetachVolume", "ModifyInstanceAttribute"],
  ...["StartInstances", "StopInstances"],
];

const isMade: Condition = { Null: { [`aws:ResourceTag/${RESTORE_ID}`]: "false" } };
const isNotOld: Condition = { StringNotLike: { [`aws:ResourceTag/${RESTORE_ROLE}`]: OLD_ROLES } };
const getsTag: Condition = { Null: { [`aws:RequestTag/${RESTORE_ID}`]: "false" } };

/** The resources of a kind, in any region. Images and snapshots have no account in their ARNs. */
function all({ partition, accountId }: Account, kinds: readonly string[]): string[] {
  const ownerOf = (kind: string) => (kind === "image" || kind === "snapshot" ? "" : accountId);
  return kinds.map((kind) => `arn:${partition}:ec2:*:${ownerOf(kind)}:${kind}/*`);
}

/** What narrows a statement: kinds of resources and conditions. */
interface Narrow {
  kinds: readonly string[];
  when?: Condition;
  /** Set where nothing else bounds the region: a tag does, and making something does for all that it uses. */
  regions?: readonly string[];
}

function allow(account: Account, Sid: string, names: readonly string[], { kinds, when, regions }: Narrow): Statement {
  const { StringEquals, ...others } = when ?? {};
  const equals = { ...StringEquals, ...(regions !== undefined && { "aws:RequestedRegion": [...regions] }) };
  const Condition = { ...(Object.keys(equals).length > 0 && { StringEquals: equals }), ...others };
  return {
    Sid,
    Effect: "Allow",
    Action: names.map((name) => `ec2:${name}`),
    Resource: kinds.length === 0 ? "*" : all(account, kinds),
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

/** The launch uses what is there: the point's snapshots, an image, and the network. */
function usingStatements(args: OperatorArgs, regions: readonly string[]): Statement[] {
  const { vaultId, operatorInstanceRoleArns } = args;
  const ofVault = { StringEquals: { [`aws:ResourceTag/${TAG.vault}`]: vaultId } };
  const ofPublisher = { StringEquals: { "ec2:Owner": PUBLIC_OWNERS } };
  const pass: Statement = {
    Sid: "PassInstanceRoles",
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: [...operatorInstanceRoleArns],
    Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
  };
  return [
    allow(args, "ReadForRestore", READS, { kinds: [], regions }),
    allow(args, "FromRecoveryPoints", ["CreateVolume", "RegisterImage", "RunInstances"], {
      kinds: ["snapshot"],
      when: ofVault,
    }),
    allow(args, "LaunchRestoredImages", ["RunInstances"], { kinds: ["image"], when: isMade }),
    allow(args, "LaunchPublicImages", ["RunInstances"], { kinds: ["image"], when: ofPublisher }),
    allow(args, "UseNetwork", ["RunInstances"], { kinds: ["key-pair", "security-group", "subnet"] }),
    allow(args, "UseVpc", ["CreateSecurityGroup"], { kinds: ["vpc"] }),
    ...(operatorInstanceRoleArns.length === 0 ? [] : [pass]),
  ];
}

const MADE_KINDS = ["image", "instance", "network-interface", "replace-root-volume-task", "security-group", "volume"];

function makingStatements(args: OperatorArgs, regions: readonly string[]): Statement[] {
  const whileMade = { ...getsTag, StringEquals: { "ec2:CreateAction": MAKING } };
  return [
    allow(args, "MakeWithTag", MAKING, { kinds: MADE_KINDS, when: getsTag, regions }),
    allow(args, "TagWhatIsMade", ["CreateTags"], { kinds: MADE_KINDS, when: whileMade }),
    allow(args, "TagRestored", ["CreateTags"], {
      kinds: ["instance", "security-group", "volume"],
      when: { ...isMade, ...isNotOld },
    }),
  ];
}

/** A volume that is taken off is named, and its name goes only as a whole. */
function oldVolumeStatements(args: OperatorArgs, regions: readonly string[]): Statement[] {
  const onlyOwnTags = { "ForAllValues:StringLike": { "aws:TagKeys": `${RESTORE_ID}*` } };
  const isNamed = { StringLike: { [`aws:RequestTag/${RESTORE_ROLE}`]: OLD_ROLES } };
  const isOld = { StringLike: { [`aws:ResourceTag/${RESTORE_ROLE}`]: OLD_ROLES } };
  const wholly = { "ForAnyValue:StringEquals": { "aws:TagKeys": RESTORE_ID } };
  return [
    allow(args, "NameOldVolumes", ["CreateTags"], { kinds: ["volume"], when: { ...isNamed, ...onlyOwnTags }, regions }),
    allow(args, "ForgetOldVolumes", ["DeleteTags"], {
      kinds: ["volume"],
      when: { ...isOld, ...wholly, ...onlyOwnTags },
    }),
  ];
}

function changingStatements(args: OperatorArgs, regions: readonly string[]): Statement[] {
  const { tagKey, policies } = args;
  const isProtected = { StringEquals: { [`aws:ResourceTag/${tagKey}`]: Object.keys(policies) } };
  const ends = ["NetworkInterface", "SecurityGroup", "Volume"].map((name) => `Delete${name}`);
  return [
    allow(args, "ChangeRestored", CHANGES, { kinds: ["instance", "volume"], when: isMade }),
    allow(args, "ChangeProtected", CHANGES, { kinds: ["instance"], when: isProtected, regions }),
    allow(args, "ForwardPackets", ["ModifyNetworkInterfaceAttribute"], { kinds: ["network-interface"], when: isMade }),
    allow(args, "CloseGroups", ["RevokeSecurityGroupEgress"], { kinds: ["security-group"], when: isMade }),
    allow(args, "TakeAway", [...ends, "DeregisterImage", "TerminateInstances"], {
      kinds: ["image", "instance", "network-interface", "security-group", "volume"],
      when: { ...isMade, ...isNotOld },
    }),
  ];
}

/** Keys of the copies, each in its own region, and of the sources: any key of the account where none is named. */
function keyStatements(args: OperatorArgs): Statement[] {
  const { partition, accountId, primaryRegion, primaryKeyArn, dr, sourceKeyArns } = args;
  const anyOwn = `arn:${partition}:kms:${primaryRegion}:${accountId}:key/*`;
  const sources = sourceKeyArns.length === 0 ? [anyOwn] : [...sourceKeyArns];
  const own = [...dr.map(({ keyArn }) => keyArn), ...(primaryKeyArn === undefined ? [] : [primaryKeyArn])];
  return [
    { Sid: "CheckKeys", Effect: "Allow", Action: "kms:DescribeKey", Resource: [...own, ...sources] },
    ...dr.flatMap(({ region, keyArn }, index) => ebsUse(`UseCopies${index === 0 ? "" : index + 1}`, keyArn, [region])),
    ...ebsUse("UseOriginals", primaryKeyArn === undefined ? sources : [primaryKeyArn, ...sources], [primaryRegion]),
  ];
}

/** Returns what a restore needs besides reading snapshots. */
export function restoreStatements(args: OperatorArgs, regions: readonly string[]): Statement[] {
  return [
    ...usingStatements(args, regions),
    ...makingStatements(args, regions),
    ...oldVolumeStatements(args, regions),
    ...changingStatements(args, regions),
    ...keyStatements(args),
  ];
}
