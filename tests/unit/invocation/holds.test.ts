/** Tests what is reported of held snapshots, and when copies are locked, on a stubbed account: see support/rig.ts. */
import {
  CopySnapshotCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SETTINGS, SLOT, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const old = snapshot("old", { startTimeMs: NOW - 40 * DAY_MS });
const recent = snapshot("recent", { startTimeMs: NOW - DAY_MS });
const copies = [copyOf(old, "old-copy"), copyOf(recent, "recent-copy")];
const SWEEP = { kind: "sweep" };

function awsError(code: string, message = "no"): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: 400 } });
}
const inUse = awsError("InvalidSnapshot.InUse", "The snapshot old is currently in use by ami-0a1b");
const denied = awsError("UnauthorizedOperation");

beforeEach(() => {
  rig.reset();
  rig.sees([old, recent], copies);
});

test("prunes in both regions what nothing holds", async () => {
  const { counts, status } = await rig.trigger(SWEEP);
  expect([counts.deletions, status]).toStrictEqual([2, "clean"]);
});

describe("a snapshot that an AMI holds", () => {
  beforeEach(() => {
    rig.writer.on(DeleteSnapshotCommand).rejects(inUse);
  });

  test("is mailed with the AMI, as a notice and not as a failure", async () => {
    await expect(rig.trigger(SWEEP)).resolves.toMatchObject({
      status: "clean",
      problems: [{ kind: "in-use", subject: "old", severity: "notice" }],
    });
    expect(rig.mails()).toStrictEqual(["smart-vault-test: 1 notice"]);
    const [mail] = rig.sns.commandCalls(PublishCommand);
    expect(mail?.args[0].input.Message).toContain(
      "1. old in us-east-1 is due for deletion (40 days old, kept for 30 days) but was not deleted: it is in use by ami-0a1b",
    );
    expect(rig.counted).not.toHaveProperty("ProblemsSeen");
    expect(rig.lines.map(({ message }) => message)).toContain("notice");
  });

  test("is reported once a day", async () => {
    await rig.trigger(SWEEP);
    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP);
    expect(rig.mails()).toHaveLength(1);
    rig.at(NOW + 23 * HOUR_MS);
    await rig.trigger(SWEEP);
    expect(rig.mails()).toHaveLength(2);
  });

  test("is mailed after what failed, and only the failure is counted and thrown", async () => {
    rig.drWriter.on(DeleteSnapshotCommand).rejects(denied);
    await expect(rig.trigger(SWEEP)).rejects.toThrow(
      /old-copy in us-west-2 still exists and costs storage, because deleting it failed: UnauthorizedOperation: no$/,
    );
    expect(rig.mails()).toStrictEqual(["smart-vault-test: a deletion failed"]);
    expect(rig.counted.ProblemsSeen).toBe(1);
    const [mail] = rig.sns.commandCalls(PublishCommand);
    expect(mail?.args[0].input.Message).toMatch(/\n1\. old-copy in [^]*\n2\. old in us-east-1/);
  });

  test("does not keep a slot open, even if SNS is down", async () => {
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    rig.sees([old, snapshot("today")], [...copies, copyOf(snapshot("today"), "today-copy")]);
    const slot = isoSeconds(NOW - 9 * HOUR_MS);
    rig.carries({ slot, notified: {} });
    await expect(rig.trigger(SWEEP)).rejects.toThrow(/has no snapshot of/);
    expect(rig.clockSets().at(-1)?.input.slot).toBe(slot);
    rig.carries({ slot: SLOT, notified: {} });
    await rig.trigger(SWEEP);
    expect(rig.clockSets().at(-1)?.input).toMatchObject({ done: SLOT });
  });
});

test("reports a lock set between check and deletion in AWS's words, because its code is not documented", async () => {
  rig.writer.on(DeleteSnapshotCommand).rejects(awsError("OddCode", "The snapshot old is locked."));
  const { problems } = await rig.trigger(SWEEP);
  expect(problems).toMatchObject([{ kind: "in-use", subject: "old", severity: "notice" }]);
  expect(problems[0]?.message).toMatch(/EC2 says: OddCode: The snapshot old is locked\.$/);
});

test("makes the reads that guard a deletion after the copies", async () => {
  const order: string[] = [];
  rig.drWriter.on(CopySnapshotCommand).callsFake(() => {
    order.push("copy");
    return { SnapshotId: "c", $metadata: {} };
  });
  rig.primary.on(DescribeLockedSnapshotsCommand).callsFake(() => {
    order.push("look");
    return {};
  });
  rig.writer.on(DeleteSnapshotCommand).callsFake(() => {
    order.push("delete");
    return { $metadata: {} };
  });
  rig.sees([old, recent], [copyOf(old, "old-copy")]);
  await rig.trigger(SWEEP);
  expect(order).toStrictEqual(["copy", "look", "delete"]);
});

describe("a pre-deletion check that can't be made", () => {
  test("deletes nothing there and is reported as a failure", async () => {
    rig.dr.on(DescribeSnapshotAttributeCommand).rejects(denied);
    await expect(rig.trigger(SWEEP)).rejects.toThrow(
      /partial: some snapshots in us-west-2 were not deleted, because the vault could not read whom snapshots in us-west-2/,
    );
    expect(rig.drWriter.commandCalls(DeleteSnapshotCommand)).toStrictEqual([]);
    expect(rig.writer.commandCalls(DeleteSnapshotCommand)).toHaveLength(1);
  });

  test("is deferred if AWS throttles it, made again, and reported after an hour", async () => {
    rig.dr.on(DescribeLockedSnapshotsCommand).rejects(awsError("RequestLimitExceeded"));
    const { status, nextFollowUp, deferrals } = await rig.trigger(SWEEP);
    expect([status, nextFollowUp]).toStrictEqual(["clean", isoSeconds(NOW + MINUTE_MS)]);
    expect(deferrals).toStrictEqual({ RequestLimitExceeded: 1 });
    rig.at(NOW + HOUR_MS);
    await expect(rig.trigger(SWEEP)).rejects.toThrow(/could not read locks in us-west-2/);
  });
});

describe("with locks on copies", () => {
  const locking = makeRig({ ...SETTINGS, lock: { mode: "compliance", days: 30 } });
  const locks = () => locking.drWriter.commandCalls(LockSnapshotCommand).map(({ args: [{ input }] }) => input);

  beforeEach(() => {
    locking.reset();
    locking.sees([old, recent], copies);
  });

  test("a verified copy is locked by the first follow-up that sees it, and by no other", async () => {
    await expect(locking.trigger({ kind: "follow-up" })).resolves.toMatchObject({ status: "clean" });
    const input = { SnapshotId: "recent-copy", LockMode: "compliance", LockDuration: 30 };
    expect(locks()).toStrictEqual([input]);
    const Snapshots = [{ SnapshotId: "recent-copy", LockState: "compliance" as const, LockExpiresOn: new Date(NOW) }];
    locking.dr.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots });
    await locking.trigger({ kind: "follow-up" });
    expect(locks()).toHaveLength(1);
  });

  test("a copy that can't be locked is reported", async () => {
    locking.drWriter.on(LockSnapshotCommand).rejects(denied);
    await expect(locking.trigger(SWEEP)).rejects.toThrow(
      "smart-vault-test: partial: recent-copy in us-west-2 is not protected by a lock yet, because locking it failed: UnauthorizedOperation: no",
    );
    expect(locking.clockSets().at(-1)?.input.notified).toStrictEqual({
      "lock-failed/recent-copy": SLOT,
    });
  });

  test("a copy whose lock meets a limit is deferred, and a follow-up is scheduled for it", async () => {
    locking.drWriter.on(LockSnapshotCommand).rejects(awsError("RequestLimitExceeded"));
    const { status, nextFollowUp } = await locking.trigger(SWEEP);
    expect([status, nextFollowUp]).toStrictEqual(["clean", isoSeconds(NOW + 10 * MINUTE_MS)]);
    expect(locking.mails()).toStrictEqual([]);
  });
});
