/**
 * Tests a slot that is reopened because a snapshot in it failed. It is saved before anything is done, because the
 * failed snapshot may be pruned in the same invocation, and a function killed after that would leave no trace of it.
 */
import { CreateSnapshotsCommand, DeleteSnapshotCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SLOT, snapshot } from "../../support/world";

const rig = makeRig();
const SWEEP_EVENT = { kind: "sweep" };

/** A failed snapshot of an st1 volume. EC2 takes no second one beside it, so it is deleted for the next attempt. */
const failed = snapshot("snap-failed", {
  state: "error",
  startTimeMs: NOW,
  tags: { [TAG.volumes]: "vol-1:/dev/xvda:root:st1:500::" },
});

beforeEach(() => {
  rig.reset();
  rig.sees([failed], []);
  rig.carries({ done: SLOT, notified: {} });
  rig.at(NOW + 3 * HOUR_MS);
});

test("saves the reopened slot in the timer before the first call that changes anything", async () => {
  const order: string[] = [];
  rig.scheduler.on(UpdateScheduleCommand).callsFake(({ Target }: { Target: { Input: string } }) => {
    const { slot } = JSON.parse(Target.Input) as { slot?: string };
    order.push(`clock ${slot ?? "none"}`);
    return {};
  });
  rig.writer.on(CreateSnapshotsCommand).callsFake(() => {
    order.push("create");
    return { Snapshots: [{ SnapshotId: "snap-2" }], $metadata: {} };
  });
  rig.writer.on(DeleteSnapshotCommand).callsFake(() => {
    order.push("delete");
    return { $metadata: {} };
  });
  await rig.trigger(SWEEP_EVENT);
  expect(order).toStrictEqual([`clock ${SLOT}`, "create", "delete", "clock none"]);
});

test("does not save the slot again in a follow-up that knows it already", async () => {
  rig.carries({ slot: SLOT, done: SLOT, notified: {} });
  await rig.trigger({ kind: "follow-up", slot: SLOT, done: SLOT, notified: {} });
  expect(rig.clockSets()).toHaveLength(1);
});

describe("a slot that still lacks something when the next one comes", () => {
  const YESTERDAY = isoSeconds(NOW - DAY_MS);
  const LACKING = { slot: YESTERDAY, done: isoSeconds(NOW - 2 * DAY_MS), notified: {} };
  const MISSED = "slot-missed/i-1";

  beforeEach(() => {
    rig.sees([], []);
    rig.carries(LACKING);
  });

  test.each([SWEEP_EVENT, { kind: "run", slot: SLOT }])(
    "is carried as abandoned before anything is done, by %j, and no longer once it was reported",
    async (event) => {
      await expect(rig.trigger(event)).rejects.toMatchObject({ name: "BackupFailed" });
      const [first, last, ...more] = rig.clockSets();
      expect(first?.input).toMatchObject({ slot: SLOT, abandoned: YESTERDAY });
      expect(last?.input.abandoned).toBeUndefined();
      expect(Object.keys(last?.input.notified ?? {})).toContain(MISSED);
      expect(more).toStrictEqual([]);
    },
  );

  test("is reported by the follow-up after a run that was killed", async () => {
    rig.carries({ ...LACKING, slot: SLOT, abandoned: YESTERDAY });
    await expect(rig.trigger({ kind: "follow-up" })).rejects.toMatchObject({ name: "BackupFailed" });
    const [mail] = rig.sns.commandCalls(PublishCommand);
    expect(mail?.args[0].input.Message).toContain(`for ${YESTERDAY}`);
  });

  test("is carried with the new slot until the mail that reports it is sent", async () => {
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await expect(rig.trigger({ kind: "run", slot: SLOT })).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.clockSets().at(-1)?.input).toMatchObject({ slot: SLOT, abandoned: YESTERDAY });
  });

  test("is carried with the new slot if instances could not be read", async () => {
    rig.primary.on(DescribeInstancesCommand).rejects(new Error("EC2 is down"));
    await expect(rig.trigger({ kind: "run", slot: SLOT })).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.clockSets().at(-1)?.input).toMatchObject({ slot: SLOT, abandoned: YESTERDAY });
  });
});
