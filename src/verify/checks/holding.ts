/** A12–A17: permissions by tag, Snapshot Lock, and deletion. */
import { DeleteSnapshotCommand, DescribeLockedSnapshotsCommand, UnlockSnapshotCommand } from "@aws-sdk/client-ec2";
import { describeLocks } from "../../vault/aws/ec2Reads";
import { deleteSnapshot, lockSnapshot, writeCopyExpiredTag } from "../../vault/aws/ec2Writes";
import { causeOf, holdersOf, meaningOf } from "../../vault/aws/errors";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../vault/lib/time";
import { type Question, askPermissions } from "../dryRuns";
import { type Finding, beside, confirmed, different, refusalOf, textOf, unknown } from "../findings";
import { note } from "../made";
import { statementsOf } from "../permissions";
import { type Check, type Stage, soon } from "../stage";
import { sourceOf } from "./copying";

/** @throws where there is no copy */
function copyIdOf({ evidence }: Stage): string {
  const id = evidence.copy?.SnapshotId;
  if (id === undefined) throw new Error("there is no completed copy");
  return id;
}

function tagPermissions(stage: Stage): Promise<Finding> {
  const { target, verifyId, now } = stage;
  const { primaryRegion, drRegion } = target;
  const copyId = copyIdOf(stage);
  const sourceId = sourceOf(stage).SnapshotId ?? "";
  const deletion: Question = {
    what: "delete its own copy",
    region: drRegion,
    statements: statementsOf(target, verifyId, ["PruneOwnSnapshots"]),
    expected: "allowed",
    call: (client) => deleteSnapshot(client, copyId),
  };
  return askPermissions(stage, [
    deletion,
    {
      what: "tag its own snapshot as copy-expired",
      region: primaryRegion,
      statements: statementsOf(target, verifyId, ["MarkExpiredCopies"]),
      expected: "allowed",
      call: (client) => writeCopyExpiredTag(client, sourceId, [drRegion], isoSeconds(now())),
    },
    {
      ...deletion,
      what: "delete another vault's copy",
      statements: statementsOf(target, `${verifyId.slice(0, -1)}x`, ["PruneOwnSnapshots"]),
      expected: "refused",
    },
  ]);
}

function lockPermissions(stage: Stage): Promise<Finding> {
  const { target, verifyId } = stage;
  const copyId = copyIdOf(stage);
  const question = (days: number, expected: Question["expected"]): Question => ({
    what: `lock a copy for ${days} day${days === 1 ? "" : "s"} where lock.days is 1`,
    region: target.drRegion,
    statements: statementsOf(target, verifyId, ["LockOwnCopies"]),
    expected,
    call: (client) => lockSnapshot(client, { snapshotId: copyId, mode: "governance", days }),
  });
  return askPermissions(stage, [question(1, "allowed"), question(2, "refused")]);
}

/** Maximum distance of a lock's end from 24 hours after it was set. */
const SLACK_MS = MINUTE_MS;

async function lock(stage: Stage): Promise<Finding> {
  const { target, caller, made, evidence } = stage;
  const region = target.drRegion;
  const id = copyIdOf(stage);
  const client = caller.ec2(region);
  // A caller who is not allowed to remove the lock would leave the copy behind for a day.
  const unlocking = new UnlockSnapshotCommand({ SnapshotId: id, DryRun: true });
  const forbidden = await refusalOf(() => client.send(unlocking));
  if (forbidden !== undefined && meaningOf(forbidden) === "denied") {
    return unknown(`not locked, because you are not allowed to unlock: ${textOf(forbidden)}`);
  }
  // Before the call: its answer may be lost.
  note(made, { kind: "snapshot", region, id, locked: true });
  const refusal = await refusalOf(() => lockSnapshot(client, { snapshotId: id, mode: "governance", days: 1 }));
  if (refusal !== undefined) {
    if (refusal.answered) note(made, { kind: "snapshot", region, id });
    return beside(refusal) ?? different(textOf(refusal));
  }
  evidence.locked = true;
  const held = await soon(stage, async () => (await describeLocks(client)).get(id));
  if (held?.state !== "governance") {
    return different(`DescribeLockedSnapshots shows ${held?.state ?? "no lock"}`);
  }
  const { Snapshots = [] } = await client.send(new DescribeLockedSnapshotsCommand({ SnapshotIds: [id] }));
  const shown = Snapshots.find(({ SnapshotId }) => SnapshotId === id);
  const setMs = shown?.LockCreatedOn?.getTime();
  const endMs = shown?.LockExpiresOn?.getTime();
  if (setMs === undefined || endMs === undefined) {
    return different("DescribeLockedSnapshots does not say when the lock was set, or when it ends");
  }
  const seen = `set ${isoSeconds(setMs)}, ends ${isoSeconds(endMs)}`;
  return Math.abs(endMs - setMs - DAY_MS) <= SLACK_MS ? confirmed(seen) : different(seen);
}

async function mayDelete({ target, caller }: Stage, SnapshotId: string): Promise<boolean> {
  const command = new DeleteSnapshotCommand({ SnapshotId, DryRun: true });
  const answer = await refusalOf(() => caller.ec2(target.drRegion).send(command));
  return answer?.code === "DryRunOperation";
}

async function deleteLocked(stage: Stage): Promise<Finding> {
  const { target, caller, made, evidence } = stage;
  const id = copyIdOf(stage);
  if (evidence.locked === undefined) return unknown("the copy was not locked");
  const mayBefore = await mayDelete(stage, id);
  try {
    await deleteSnapshot(caller.ec2(target.drRegion), id);
  } catch (error) {
    const cause = causeOf(error);
    if (holdersOf(cause) !== undefined) return confirmed(textOf(cause));
    // A refusal for want of permissions says nothing of the lock, unless the permission is there.
    return (mayBefore ? undefined : beside(cause)) ?? different(textOf(cause));
  }
  made.delete(id);
  evidence.deleted = true;
  return different("EC2 deleted a locked snapshot");
}

async function unlock(stage: Stage): Promise<Finding> {
  const { target, caller, made, evidence } = stage;
  const id = copyIdOf(stage);
  const client = caller.ec2(target.drRegion);
  if (evidence.locked === undefined) return unknown("the copy was not locked");
  if (evidence.deleted === true) return unknown("the copy was deleted, see A15");
  const refusal =
    (await refusalOf(() => client.send(new UnlockSnapshotCommand({ SnapshotId: id })))) ??
    (await refusalOf(() => deleteSnapshot(client, id)));
  if (refusal !== undefined) return beside(refusal) ?? different(textOf(refusal));
  made.delete(id);
  evidence.deleted = true;
  return confirmed("unlocked and deleted");
}

async function deleteTwice(stage: Stage): Promise<Finding> {
  const { target, caller, evidence } = stage;
  const id = copyIdOf(stage);
  if (evidence.deleted === undefined) return unknown("the copy could not be deleted");
  const refusal = await refusalOf(() => deleteSnapshot(caller.ec2(target.drRegion), id));
  if (refusal === undefined) return different("EC2 accepted the deletion of what is gone");
  if (meaningOf(refusal) === "gone") return confirmed(textOf(refusal));
  return beside(refusal) ?? different(textOf(refusal));
}

export const HOLD_CHECKS: readonly Check[] = [
  {
    id: "A12",
    title: "the vault is allowed to delete and tag what carries its tag, nothing else",
    run: tagPermissions,
  },
  { id: "A13", title: "the permission to lock ends at lock.days", run: lockPermissions },
  { id: "A14", title: "a governance lock shows at once and ends after whole days", run: lock },
  {
    id: "A15",
    title: "EC2 refuses to delete a locked copy, and names the lock",
    run: deleteLocked,
  },
  { id: "A16", title: "a governance lock can be removed, and then the copy deleted", run: unlock },
  { id: "A17", title: "deleting what is gone answers InvalidSnapshot.NotFound", run: deleteTwice },
];
