/** Checks A1–A5 and A11: the permissions of CopySnapshot, and the outcome of a copy. */
import type { EC2Client, Snapshot } from "@aws-sdk/client-ec2";
import { copySnapshot } from "../../vault/aws/ec2Writes";
import type { Cause } from "../../vault/model/cause";
import { causeOf, meaningOf } from "../../vault/aws/errors";
import { withDefaultKey } from "../clients";
import { NO_ROLE, askPermissions } from "../dryRuns";
import { type Finding, beside, confirmed, different, refusalOf, textOf, unknown } from "../findings";
import { copyActionOf, makeCopy } from "../making";
import { ANY_TAGS, COPYING, COPYING_UNTAGGED, statementsOf, tagsOfCopiesAlone } from "../permissions";
import { type Check, type Session, type Stage, readSnapshot, settled } from "../stage";

/** Returns the snapshot that copies are made of. */
export function sourceOf({ evidence }: Stage): Snapshot {
  if (evidence.source === undefined) throw new Error("there is no snapshot to copy");
  return evidence.source;
}

async function pendingSource(stage: Stage): Promise<Finding> {
  const { target, caller } = stage;
  const source = sourceOf(stage);
  const id = source.SnapshotId ?? "";
  if (source.State !== "pending") return unknown("the snapshot was completed too soon");
  const client = withDefaultKey(caller.ec2(target.drRegion));
  const refusal = await refusalOf(() => makeCopy(stage, client, source, ""));
  if (refusal !== undefined) {
    if (meaningOf(refusal) === "busy") return confirmed(textOf(refusal));
    return beside(refusal) ?? different(textOf(refusal));
  }
  const after = await readSnapshot(stage, target.primaryRegion, id);
  return after?.State === "pending"
    ? different("EC2 started to copy a snapshot that is still pending")
    : unknown("the snapshot was completed too soon");
}

/** Asks for a copy with the vault's permissions. @param tagging in place of its statement on CreateTags */
function dryCopy(stage: Stage, tagging: ReturnType<typeof tagsOfCopiesAlone>, what: string) {
  const { target, verifyId } = stage;
  const action = copyActionOf(stage, sourceOf(stage), target.drKeyArn);
  return askPermissions(stage, [
    {
      what,
      region: target.drRegion,
      statements: [...statementsOf(target, verifyId, COPYING_UNTAGGED), ...tagging],
      expected: "allowed",
      call: (client) => copySnapshot(client, action),
    },
  ]);
}

interface Tried {
  /** The copy, if it is completed. */
  copy?: Snapshot;
  /** Reason why it is not. */
  why: string;
  /** Set if the call itself was refused. */
  refusal?: Cause;
}

/** Makes a copy and waits until it is completed or failed. */
async function tryCopy(stage: Stage, client: EC2Client, keyArn: string): Promise<Tried> {
  let id: string;
  try {
    id = (await makeCopy(stage, client, sourceOf(stage), keyArn)).SnapshotId ?? "";
  } catch (error) {
    const refusal = causeOf(error);
    return { why: textOf(refusal), refusal };
  }
  const copy = await settled(stage, stage.target.drRegion, id);
  if (copy?.State === "completed") return { copy, why: `${id} is completed` };
  if (copy === undefined) return { why: `${id} is still pending` };
  return { why: `${id} is ${copy.State ?? ""}: ${copy.StateMessage ?? "no message"}` };
}

/** Makes the copy that later checks need under the account's default key. */
async function copyByCaller(stage: Stage, finding: Finding): Promise<Finding> {
  const client = withDefaultKey(stage.caller.ec2(stage.target.drRegion));
  const { copy, why } = await tryCopy(stage, client, "");
  if (copy === undefined) return unknown(`${finding.seen}. A copy under the default key: ${why}`);
  stage.evidence.copy = copy;
  return finding;
}

async function copyWithVaultPermissions(stage: Stage): Promise<Finding> {
  const { target, verifyId, evidence } = stage;
  const { drRegion, drKeyArn } = target;
  const source = await settled(stage, target.primaryRegion, sourceOf(stage).SnapshotId ?? "");
  if (source?.State !== "completed") {
    return unknown(`the snapshot is ${source?.State ?? "still pending"}`);
  }
  evidence.source = source;
  if (target.roleArn === undefined) return copyByCaller(stage, NO_ROLE);
  let bound: Session;
  try {
    bound = await stage.session(statementsOf(target, verifyId, COPYING));
  } catch (error) {
    return copyByCaller(stage, unknown(textOf(causeOf(error))));
  }
  const tried = await tryCopy(stage, bound.ec2(drRegion), drKeyArn);
  if (tried.copy !== undefined) {
    Object.assign(evidence, { copy: tried.copy, underDrKey: true });
    return confirmed(`with the vault's permissions alone, ${tried.why}`);
  }
  const free = await stage.session();
  const control = await tryCopy(stage, free.ec2(drRegion), drKeyArn);
  if (control.copy === undefined) {
    return copyByCaller(stage, unknown(`the role itself can't copy: ${control.why}`));
  }
  Object.assign(evidence, { copy: control.copy, underDrKey: true });
  return different(`with the vault's permissions alone ${tried.why}; without its conditions ${control.why}`);
}

function copyKey({ target, evidence }: Stage): Promise<Finding> {
  const { copy, underDrKey } = evidence;
  if (copy === undefined || underDrKey === undefined) {
    return Promise.resolve(unknown("there is no copy under the DR key"));
  }
  const { Encrypted, KmsKeyId = "no key" } = copy;
  const isUnderDrKey = Encrypted === true && KmsKeyId === target.drKeyArn;
  const seen = `${Encrypted === true ? "encrypted" : "not encrypted"}, ${KmsKeyId}`;
  return Promise.resolve(isUnderDrKey ? confirmed(seen) : different(seen));
}

/** Id that no key has. */
const NO_KEY = "key/00000000-0000-4000-8000-000000000000";

async function lostKey(stage: Stage): Promise<Finding> {
  const { target, caller } = stage;
  const { partition, accountId, drRegion } = target;
  const keyArn = `arn:${partition}:kms:${drRegion}:${accountId}:${NO_KEY}`;
  const tried = await tryCopy(stage, caller.ec2(drRegion), keyArn);
  if (tried.refusal !== undefined) {
    return beside(tried.refusal) ?? different(`the call was refused at once: ${tried.why}`);
  }
  if (tried.copy !== undefined) return different(`${tried.why} under a key that does not exist`);
  if (/ is error: (?!no message)/.test(tried.why)) return confirmed(tried.why);
  return tried.why.endsWith("pending") ? unknown(tried.why) : different(tried.why);
}

export const COPY_CHECKS: readonly Check[] = [
  { id: "A1", title: "a pending snapshot can't be copied, and EC2 says so", run: pendingSource },
  {
    id: "A2",
    title: "IAM evaluates source and copy of a CopySnapshot by the vault's two ARNs",
    run: (stage) => dryCopy(stage, [ANY_TAGS], "copy from snap-* to ${*}"),
  },
  {
    id: "A3",
    title: "the tags of a copy are CreateTags with ec2:CreateAction CopySnapshot",
    run: (stage) => dryCopy(stage, tagsOfCopiesAlone(stage.target, stage.verifyId), "tag what CopySnapshot makes"),
  },
  {
    id: "A4",
    title: "an encrypted snapshot is copied by a presigned URL without tags",
    run: copyWithVaultPermissions,
  },
  { id: "A5", title: "the copy is encrypted under the DR key", run: copyKey },
];

/** Check that comes after those that read lists, because its copy is in them. */
export const LOST_KEY_CHECK: Check = {
  id: "A11",
  title: "a copy under a key that can't be used ends in error, with a message",
  run: lostKey,
};
