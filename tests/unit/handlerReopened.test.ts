/**
 * A slot that is taken up again because a snapshot in it failed: written down before anything is done, since what failed may
 * be pruned in the same breath, and a function killed after that would leave nobody who knows of it.
 */
import { CreateSnapshotsCommand, DeleteSnapshotCommand } from "@aws-sdk/client-ec2";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { TAG } from "../../src/vault/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../src/vault/time";
import { makeRig } from "../support/rig";
import { NOW, SLOT, snapshot } from "../support/world";

const rig = makeRig();
const SWEEP_EVENT = { kind: "sweep" };

/** Of an st1 volume, of which EC2 takes no second snapshot beside a failed one: its remains are pruned at once. */
const failed = snapshot("snap-failed", {
  state: "error",
  startTimeMs: NOW,
  tags: { [TAG.volumes]: "vol-1:/dev/xvda:root:st1:500::" },
});

beforeEach(() => {
  rig.reset();
  rig.sees([failed], []);
  rig.carries({ done: SLOT, told: {} });
  rig.at(NOW + HOUR_MS);
});

test("the clock carries the slot before the first call that changes anything", async () => {
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
  await rig.wake(SWEEP_EVENT);
  expect(order).toStrictEqual([`clock ${SLOT}`, "create", "delete", "clock none"]);
});

test("a pass that knows the slot already does not write it again", async () => {
  rig.carries({ slot: SLOT, done: SLOT, told: {} });
  await rig.wake({ kind: "pass", slot: SLOT, done: SLOT, told: {} });
  expect(rig.clockSets()).toHaveLength(1);
});

test("a slot that overtakes another is not written over it before that one is told", async () => {
  const yesterday = isoSeconds(NOW - DAY_MS);
  rig.sees([], []);
  rig.carries({ slot: yesterday, done: isoSeconds(NOW - 2 * DAY_MS), told: {} });
  await expect(rig.wake(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
  expect(rig.clockSets()).toHaveLength(1);
});
