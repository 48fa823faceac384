/**
 * Tests a slot from its run to its end over several invocations, on a stubbed account whose timer keeps what it is set
 * to.
 */
import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeInstancesCommand,
} from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { makeRig } from "../../support/rig";
import { NOW, SLOT, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const { clock, slotsAsked, followUpAfter } = rig;
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP_EVENT = { kind: "sweep" };
const YESTERDAY = isoSeconds(NOW - DAY_MS);
const MISSED = "slot-missed/i-1";
/** Timer state that keeps the sweeps of these tests from looking for strangers: see strangers.test.ts. */
const LOOKED = { strangersAt: SLOT };

const refusal = (name: string) => Object.assign(new Error("not now"), { name, $metadata: { httpStatusCode: 400 } });

beforeEach(() => {
  rig.reset();
});

function refuseSnapshots(code: string): void {
  rig.writer.on(CreateSnapshotsCommand).rejects(refusal(code));
}

function allowSnapshots(): void {
  const $metadata = { requestId: "r-2" };
  rig.writer.on(CreateSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: "snap-1" }], $metadata });
}

/** Invokes the follow-up that the timer triggers. */
function followUpOf(minutes: number) {
  return followUpAfter(minutes, rig.clockSets().at(-1)?.input);
}

function failedTries(...minutes: number[]): Snapshot[] {
  return minutes.map((m) =>
    snapshot(`bad-${m}`, {
      state: "error",
      stateMessage: "device is busy",
      startTimeMs: NOW + m * MINUTE_MS,
      tags: { [TAG.slot]: SLOT },
    }),
  );
}

describe("a run whose snapshots AWS refuses for now", () => {
  test("is continued by follow-ups until they are taken, and settles without a mail", async () => {
    refuseSnapshots("PendingSnapshotLimitExceeded");
    const first = await rig.trigger(RUN_EVENT);
    expect([first.status, first.deferrals]).toStrictEqual(["clean", { PendingSnapshotLimitExceeded: 1 }]);
    expect(rig.counted["ActionsDeferred.PendingSnapshotLimitExceeded"]).toBe(1);
    expect(clock()).toStrictEqual({ on: true, slot: SLOT, notified: {} });

    const second = await followUpOf(1);
    expect(second.counts.deferred).toBe(1);
    expect(clock()).toStrictEqual({ on: true, slot: SLOT, notified: {} });

    allowSnapshots();
    const third = await followUpOf(3);
    expect(third.counts).toMatchObject({ snapshots: 1, deferred: 0 });
    expect(clock()).toStrictEqual({ on: true, done: SLOT, notified: {} });
    expect(slotsAsked()).toStrictEqual([SLOT, SLOT, SLOT]);

    const made = snapshot("snap-1", { startTimeMs: NOW + 3 * MINUTE_MS, tags: { [TAG.slot]: SLOT } });
    rig.sees([made], [copyOf(made, "copy-1")]);
    await followUpOf(4);
    expect(clock()).toStrictEqual({ on: false, done: SLOT, notified: {} });
    expect(rig.mails()).toStrictEqual([]);
  });

  test("is not continued by a follow-up that comes late, when the slot is done", async () => {
    refuseSnapshots("PendingSnapshotLimitExceeded");
    await rig.trigger(RUN_EVENT);
    const late = rig.clockSets().at(-1)?.input;
    allowSnapshots();
    await followUpOf(1);
    rig.sees([], []);
    await followUpAfter(2, late);
    expect(slotsAsked()).toStrictEqual([SLOT, SLOT]);
    expect(clock()).toMatchObject({ done: SLOT });
    expect(clock()).not.toHaveProperty("slot");
  });

  test("stops the snapshots, but not the copies of existing ones", async () => {
    refuseSnapshots("PendingSnapshotLimitExceeded");
    rig.sees([snapshot("snap-0", { startTimeMs: NOW - DAY_MS })], []);
    const { counts } = await rig.trigger(RUN_EVENT);
    expect(counts).toMatchObject({ snapshots: 0, copies: 1, deferred: 1 });
    expect(rig.drWriter.commandCalls(CopySnapshotCommand)).toHaveLength(1);
  });
});

describe("a start window that ends", () => {
  beforeEach(async () => {
    refuseSnapshots("PendingSnapshotLimitExceeded");
    rig.carries({ done: YESTERDAY, ...LOOKED, notified: {} });
    await rig.trigger(RUN_EVENT);
    await followUpAfter(480, SWEEP_EVENT);
    expect(rig.mails()).toStrictEqual([]);
  });

  test("is mailed and thrown once, finishes the slot, and is not asked about again", async () => {
    const asked = slotsAsked().length;
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toThrow(
      `smart-vault-test: partial: i-1 has no snapshot of vol-1 for ${SLOT}: none could be made within 8 hours or before the next scheduled run`,
    );
    const notified = { [MISSED]: isoSeconds(NOW + 481 * MINUTE_MS) };
    expect(clock()).toStrictEqual({ on: false, done: SLOT, ...LOOKED, notified });
    await expect(followUpAfter(541, SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    await expect(followUpAfter(601, { kind: "follow-up", slot: SLOT })).resolves.toMatchObject({ status: "clean" });
    expect(rig.mails()).toStrictEqual(["smart-vault-test: backup incomplete, 1 problem"]);
    expect(slotsAsked()).toHaveLength(asked);
    expect(clock()).toStrictEqual({ on: false, done: SLOT, ...LOOKED, notified });
  });

  test("remains to be reported while SNS is down", async () => {
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(clock()).toStrictEqual({ on: false, slot: SLOT, done: YESTERDAY, ...LOOKED, notified: {} });
    rig.sns.on(PublishCommand).resolves({});
    await expect(followUpAfter(541, SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(clock()).toMatchObject({ done: SLOT, notified: { [MISSED]: expect.any(String) as string } });
    expect(clock()).not.toHaveProperty("slot");
  });

  test("closes nothing while the instances can't be seen, and closes the slot afterwards", async () => {
    rig.primary.on(DescribeInstancesCommand).rejects(new Error("no route"));
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toThrow("could not read instances");
    expect(clock()).toMatchObject({ slot: SLOT, done: YESTERDAY });
    rig.primary.on(DescribeInstancesCommand).resolves({});
    await expect(followUpAfter(541, SWEEP_EVENT)).rejects.toThrow("no instance");
    expect(clock()).toMatchObject({ done: SLOT });
  });
});

describe("a snapshot that fails in EC2 after its slot was done", () => {
  beforeEach(() => {
    rig.carries({ done: SLOT, notified: {} });
  });

  test("is attempted again without a mail or an error, with a pause before the third time, and then reported once", async () => {
    rig.carries({ done: SLOT, ...LOOKED, notified: {} });
    rig.sees(failedTries(0), []);
    await expect(followUpAfter(5, { kind: "follow-up" })).resolves.toMatchObject({
      status: "clean",
      counts: { snapshots: 1 },
    });
    expect(clock()).toStrictEqual({ on: true, done: SLOT, ...LOOKED, notified: {} });

    rig.sees(failedTries(0, 5), []);
    await expect(followUpAfter(6, { kind: "follow-up" })).resolves.toMatchObject({
      status: "clean",
      counts: { snapshots: 0 },
    });
    expect(clock()).toStrictEqual({ on: false, slot: SLOT, done: SLOT, ...LOOKED, notified: {} });

    await expect(followUpAfter(60, SWEEP_EVENT)).resolves.toMatchObject({ counts: { snapshots: 1 } });
    expect(clock()).toStrictEqual({ on: true, done: SLOT, ...LOOKED, notified: {} });
    expect(rig.mails()).toStrictEqual([]);

    rig.sees(failedTries(0, 5, 60), []);
    await expect(followUpOf(70)).rejects.toThrow(
      "vol-1 of i-1 has no recovery point for 2026-11-22T03:00:00Z: its snapshot failed in EC2 3 times, last bad-60: device is busy",
    );
    await expect(followUpAfter(130, SWEEP_EVENT)).resolves.toMatchObject({ status: "partial" });
    expect(rig.mails()).toHaveLength(1);
    expect(slotsAsked()).toStrictEqual([SLOT, SLOT]);
  });

  test("keeps its slot open while the next attempt is deferred, even if its failed attempts are deleted", async () => {
    const tags = { [TAG.slot]: SLOT, [TAG.volumes]: "vol-1:/dev/xvda:root:st1:500::" };
    rig.sees([snapshot("bad", { state: "error", tags })], []);
    refuseSnapshots("ConcurrentSnapshotLimitExceeded");
    rig.writer.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
    const first = await followUpAfter(160, { kind: "follow-up" });
    expect(first.counts).toMatchObject({ deletions: 1, deferred: 1 });
    expect(clock()).toStrictEqual({ on: true, slot: SLOT, done: SLOT, notified: {} });

    rig.sees([], []);
    allowSnapshots();
    const second = await followUpOf(162);
    expect(second.counts.snapshots).toBe(1);
    expect(clock()).toStrictEqual({ on: true, done: SLOT, notified: {} });
    expect(rig.mails()).toStrictEqual([]);
  });
});
