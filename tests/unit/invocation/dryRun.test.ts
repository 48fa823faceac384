/** Tests a dry run over several invocations, on a stubbed account that would accept every write: see support/rig.ts. */
import { DescribeLockedSnapshotsCommand, DescribeSnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { deletionPlanHash } from "../../../src/vault/changes/planHash";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS, SLOT, copyOf, keeping, sealedIn, snapshot } from "../../support/world";

const DRY = {
  ...SETTINGS,
  dryRun: true,
  dr: [DR, DR2],
  primaryKeyArn: PRIMARY_KEY,
  lock: { mode: "governance" as const, days: 7 },
};
const rig = makeRig(DRY);
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP = { kind: "sweep" };
const NOTICE = `dry-run/${SLOT}`;

const old = snapshot("old", { startTimeMs: NOW - 40 * DAY_MS });
const recent = snapshot("recent", { startTimeMs: NOW - 2 * DAY_MS });
const yesterday = snapshot("yesterday", { startTimeMs: NOW - DAY_MS });
const copies = [old, recent].flatMap((one) => [
  copyOf(one, `${one.snapshotId}-west`),
  copyOf(one, `${one.snapshotId}-ireland`, sealedIn(DR2)),
]);

beforeEach(() => {
  rig.reset();
  rig.sees([old, recent, yesterday], copies);
});

function after(ms: number, event: unknown) {
  rig.at(NOW + ms);
  return rig.trigger(event);
}

function lastMail(): string {
  return rig.sns.commandCalls(PublishCommand).at(-1)?.args[0].input.Message ?? "";
}

/** Returns what the log says of a kind of action, in short. */
function logged(message: string): unknown[] {
  return rig.lines
    .filter((line) => line.message === message)
    .map(({ fields: { region, status, count, sourceSnapshotId, snapshotId, instanceId } }) => [
      region,
      status,
      count ?? sourceSnapshotId ?? snapshotId ?? instanceId,
    ]);
}

test("writes nothing to EC2 in a dry run, whatever triggers it, while every kind of work is due", async () => {
  await rig.trigger(RUN_EVENT);
  await after(MINUTE_MS, { kind: "follow-up", notified: {} });
  await after(HOUR_MS, SWEEP);
  await after(DAY_MS, { kind: "run", slot: isoSeconds(NOW + DAY_MS) });
  expect(rig.writes()).toStrictEqual([]);
});

test("writes everything in the same vault without dryRun", async () => {
  // Kept for longer in the primary region than in DR, so that one snapshot outlives its copies.
  const wet = makeRig({ ...DRY, policies: keeping(30, 10), dryRun: false });
  wet.reset();
  const aged = snapshot("aged", { startTimeMs: NOW - 20 * DAY_MS });
  wet.sees([old, aged, recent, yesterday], [...copies, copyOf(aged, "aged-west")]);
  await wet.trigger(RUN_EVENT);
  expect([...new Set(wet.writes())].sort()).toStrictEqual([
    "eu-west-1 CopySnapshot",
    "eu-west-1 DeleteSnapshot",
    "eu-west-1 LockSnapshot",
    "us-east-1 CopySnapshot",
    "us-east-1 CreateSnapshots",
    "us-east-1 CreateTags",
    "us-east-1 DeleteSnapshot",
    "us-west-2 CopySnapshot",
    "us-west-2 DeleteSnapshot",
    "us-west-2 LockSnapshot",
  ]);
});

describe("a run with dryRun", () => {
  test("mails what it would have done as a notice, and is clean", async () => {
    const result = await rig.trigger(RUN_EVENT);
    expect(result.status).toBe("clean");
    expect(result.counts).toStrictEqual({ snapshots: 0, copies: 0, deletions: 0, deferred: 0, skipped: 0, failed: 0 });
    expect(rig.mails()).toStrictEqual(["smart-vault-test: 1 notice"]);
    expect(lastMail()).toContain(
      "1. nothing was written to EC2, because this was a dry run. It would have made 1 snapshot of 1 instance, 4 copies of what is there by now, 2 locks, 3 deletions. " +
        "To be deleted: old: 40 days old, kept for 30 days; old-west: 40 days old, kept for 30 days; old-ireland: 40 days old, kept for 30 days\n",
    );
  });

  test("logs every action with what it is about, planned", async () => {
    await rig.trigger(RUN_EVENT);
    expect(logged("snapshot")).toStrictEqual([["us-east-1", "planned", "i-1"]]);
    expect(logged("copy")).toStrictEqual([
      ["us-west-2", "planned", "yesterday"],
      ["eu-west-1", "planned", "yesterday"],
      ["us-east-1", "planned", "recent"],
      ["us-east-1", "planned", "yesterday"],
    ]);
    expect(logged("lock")).toStrictEqual([
      ["us-west-2", "planned", "recent-west"],
      ["eu-west-1", "planned", "recent-ireland"],
    ]);
    expect(logged("delete")).toStrictEqual([
      ["us-east-1", "planned", "old"],
      ["us-west-2", "planned", "old-west"],
      ["eu-west-1", "planned", "old-ireland"],
    ]);
  });

  test("counts as a run, and nothing else", async () => {
    await rig.trigger(RUN_EVENT);
    expect(rig.counted).toStrictEqual({
      InvocationsCompleted: 1,
      RunsCompleted: 1,
      InstancesTargeted: 1,
      RunDuration: 0,
    });
  });

  test("closes its slot and schedules no follow-up", async () => {
    const { nextFollowUp } = await rig.trigger(RUN_EVENT);
    expect(nextFollowUp).toBeUndefined();
    expect(rig.clockSets().at(-1)).toMatchObject({
      state: "DISABLED",
      input: { done: SLOT, notified: { [NOTICE]: SLOT } },
    });
    expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("slot");
  });

  test("is reported once for its slot and again for the next slot", async () => {
    await rig.trigger(RUN_EVENT);
    await after(MINUTE_MS, RUN_EVENT);
    expect(rig.mails()).toHaveLength(1);
    await after(DAY_MS, { kind: "run", slot: isoSeconds(NOW + DAY_MS) });
    expect(rig.mails()).toHaveLength(2);
  });
});

describe("a sweep after a dry run", () => {
  test("reports nothing, and logs how much of each kind and region is left", async () => {
    await rig.trigger(RUN_EVENT);
    rig.lines.length = 0;
    const { problems } = await after(HOUR_MS, SWEEP);
    expect(problems).toStrictEqual([]);
    expect(rig.mails()).toHaveLength(1);
    expect(logged("snapshot")).toStrictEqual([]);
    expect(logged("copy")).toStrictEqual([
      ["us-west-2", "planned", 1],
      ["eu-west-1", "planned", 1],
      ["us-east-1", "planned", 2],
    ]);
    expect(logged("delete").map((line) => JSON.stringify(line))).toStrictEqual([
      '["us-east-1","planned",1]',
      '["us-west-2","planned",1]',
      '["eu-west-1","planned",1]',
    ]);
  });

  test("logs the snapshots of a run that never came, mails nothing and closes its slot", async () => {
    rig.carries({ slot: SLOT, notified: {} });
    const { problems } = await after(HOUR_MS, SWEEP);
    expect(problems).toStrictEqual([]);
    expect(logged("snapshot")).toStrictEqual([["us-east-1", "planned", 1]]);
    expect(rig.mails()).toStrictEqual([]);
    expect(rig.clockSets().at(-1)?.input).toMatchObject({ done: SLOT });
  });

  test("does not report the slot's snapshots as missing when its window is over", async () => {
    await rig.trigger(RUN_EVENT);
    for (let hours = 1; hours < 24; hours += 1) {
      const { problems } = await after(hours * HOUR_MS, SWEEP);
      expect(problems).toStrictEqual([]);
    }
    expect(rig.mails()).toHaveLength(1);
  });
});

describe("what prevents a deletion is reported in a dry run, and not announced as deleted:", () => {
  test("the deletion limit and what it stops", async () => {
    const braked = makeRig({ ...DRY, maxDeletes: 0, maxDeletePercent: 10 });
    braked.reset();
    braked.sees([old, recent, yesterday], copies);
    await expect(braked.trigger(RUN_EVENT)).rejects.toThrow("pruning would delete 1 of 3 recovery points in us-east-1");
    const { input } = braked.sns.commandCalls(PublishCommand)[0]!.args[0];
    expect(input.Message).toContain(deletionPlanHash("us-east-1", ["old"]));
    expect(input.Message).toContain("2 locks, 0 deletions\n");
    expect(braked.writes()).toStrictEqual([]);
  });

  test("a lock, a share, and what they hold", async () => {
    const LockExpiresOn = new Date(NOW + 90 * DAY_MS);
    rig.dr.on(DescribeLockedSnapshotsCommand).resolves({
      Snapshots: [{ SnapshotId: "old-west", LockState: "governance", LockExpiresOn }],
    });
    rig.primary
      .on(DescribeSnapshotAttributeCommand)
      .resolves({ CreateVolumePermissions: [{ UserId: "222222222222" }] });
    await rig.trigger(RUN_EVENT);
    expect(rig.mails()).toStrictEqual(["smart-vault-test: 3 notices"]);
    expect(lastMail()).toContain(
      "old-west in us-west-2 is due for deletion (40 days old, kept for 30 days) but was not deleted: it is locked",
    );
    expect(lastMail()).toContain("but was not deleted: it is shared with 222222222222");
    expect(lastMail()).toContain("1 deletion. To be deleted: old-ireland: 40 days old");
  });
});
