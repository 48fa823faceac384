/** A12–A17: rights by tag, Snapshot Lock, and deletion. */
import { DeleteSnapshotCommand, DescribeLockedSnapshotsCommand, UnlockSnapshotCommand } from "@aws-sdk/client-ec2";
import { describeLocks } from "../../vault/aws/ec2Reads";
import { deleteSnapshot, lockSnapshot, writeCopyExpiredTag } from "../../vault/aws/ec2Writes";
import { causeOf, holdersOf, meaningOf } from "../../vault/aws/errors";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../vault/lib/time";
import { type Question, askRights } from "../dryRuns";
import { type Check, type Finding, beside, confirmed, different, refusalOf, textOf, unknown } from "../findings";
import { note } from "../made";
import { statementsOf } from "../rights";
import { type Stage, soon } from "../stage";
import { sourceOf } from "./copying";

/** @throws where there is no copy */
function copyIdOf({ evidence }: Stage): string {
  const id = evidence.copy?.SnapshotId;
  if (id === undefined) throw new Error("there is no completed copy");
  return id;
}

function tagRights(stage: Stage): Promise<Finding> {
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
  return askRights(stage, [
    deletion,
    {
      what: "mark its own snapshot",
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

function lockRights(stage: Stage): Promise<Finding> {
  const { target, verifyId } = stage;
  const copyId = copyIdOf(stage);
  const question = (days: number, expected: Question["expected"]): Question => ({
    what: `lock a copy for ${days} day${days === 1 ? "" : "s"} where lock.days is 1`,
    region: target.drRegion,
    statements: statementsOf(target, verifyId, ["LockOwnCopies"]),
    expected,
    call: (client) => lockSnapshot(client, { snapshotId: copyId, mode: "governance", days }),
  });
  return askRights(stage, [question(1, "allowed"), question(2, "refused")]);
}

/** How far a lock's end may lie from 24 hours after it was set. */
const SLACK_MS = MINUTE_MS;

async function lock(stage: Stage): Promise<Finding> {
  const { target, caller, made, evidence } = stage;
  const region = target.drRegion;
  const id = copyIdOf(stage);
  const client = caller.ec2(region);
  // Whoever may not take the lock off would leave the copy behind for a day.
  const unlocking = new UnlockSnapshotCommand({ SnapshotId: id, DryRun: true });
  const forbidden = await refusalOf(() => client.send(unlocking));
  if (forbidden !== undefined && meaningOf(forbidden) === "denied") {
    return unknown(`not locked, since you may not unlock: ${textOf(forbidden)}`);
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
    // A refusal for want of rights says nothing of the lock, unless the right is there.
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
  { id: "A12", title: "the vault may delete and mark what carries its tag, nothing else", run: tagRights },
  { id: "A13", title: "the right to lock ends at lock.days", run: lockRights },
  { id: "A14", title: "a governance lock shows at once and ends after whole days", run: lock },
  {
    id: "A15",
    title: "EC2 refuses to delete a locked copy, and names the lock",
    run: deleteLocked,
  },
  { id: "A16", title: "a governance lock can be taken off, then the copy can go", run: unlock },
  { id: "A17", title: "deleting what is gone answers InvalidSnapshot.NotFound", run: deleteTwice },
];
