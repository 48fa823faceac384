/** Tests one invocation from event to report, on a stubbed account: see support/rig.ts. */
import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
} from "@aws-sdk/client-ec2";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { lambdaContext, makeRig } from "../../support/rig";
import { NOW, SETTINGS, SLOT, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const RUN_EVENT = { kind: "run", slot: SLOT };
const GUARD = "at(2026-11-22T03:16:00)";
const SOON = "at(2026-11-22T03:01:00)";
const yesterday = snapshot("snap-0", { startTimeMs: NOW - DAY_MS });
const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation", $metadata: { httpStatusCode: 403 } });
const limit = Object.assign(new Error("full"), { name: "ResourceLimitExceeded", $metadata: { httpStatusCode: 400 } });

beforeEach(() => {
  rig.reset();
});

function noInstances(): void {
  rig.primary.on(DescribeInstancesCommand).resolves({});
}

describe("a run that succeeds", () => {
  test("takes the snapshots, copies what is due, and says so", async () => {
    rig.sees([yesterday], []);
    await expect(rig.trigger(RUN_EVENT)).resolves.toStrictEqual({
      vaultId: "smart-vault-test",
      trigger: { kind: "run", slot: SLOT, runId: "run-1" },
      status: "clean",
      counts: { snapshots: 1, copies: 1, deletions: 0, deferred: 0, skipped: 0, failed: 0 },
      deferrals: {},
      problems: [],
      nextFollowUp: "2026-11-22T03:01:00Z",
    });
    expect(rig.counted).toStrictEqual({
      InvocationsCompleted: 1,
      RunsCompleted: 1,
      InstancesTargeted: 1,
      RunDuration: 0,
    });
    expect(rig.measured).toContainEqual(
      expect.objectContaining({ name: "CopiesStarted", region: "us-west-2", value: 1 }),
    );
    expect(rig.mails()).toStrictEqual([]);
    expect(rig.lines.map((line) => line.message)).toStrictEqual(["invoked", "snapshot", "copy", "kept", "finished"]);
  });

  test("sets the timer with the slot before it looks, and at its end the next follow-up with the slot done", async () => {
    let setBefore = 0;
    rig.dr.on(DescribeSnapshotsCommand).callsFake(() => {
      setBefore = rig.clockSets().length;
      return { Snapshots: [] };
    });
    await rig.trigger(RUN_EVENT);
    expect(setBefore).toBe(1);
    expect(rig.clockSets()).toStrictEqual([
      { state: "ENABLED", at: GUARD, input: { kind: "follow-up", slot: SLOT, notified: {} } },
      { state: "ENABLED", at: SOON, input: { kind: "follow-up", done: SLOT, notified: {} } },
    ]);
  });

  test("stops the timer if nothing is left to do", async () => {
    const today = snapshot("snap-1");
    rig.sees([today], [copyOf(today, "copy-1")]);
    const result = await rig.trigger(RUN_EVENT);
    expect([result.status, result.nextFollowUp]).toStrictEqual(["clean", undefined]);
    expect(rig.clockSets().map(({ state }) => state)).toStrictEqual(["ENABLED", "DISABLED"]);
  });

  test("that meets a limit defers the copy, is clean, and comes again", async () => {
    rig.sees([yesterday], []);
    rig.drWriter.on(CopySnapshotCommand).rejects(limit);
    const { status, counts, deferrals } = await rig.trigger(RUN_EVENT);
    expect([status, counts.deferred]).toStrictEqual(["clean", 1]);
    expect(deferrals).toStrictEqual({ ResourceLimitExceeded: 1 });
    expect(rig.counted["ActionsDeferred.ResourceLimitExceeded"]).toBe(1);
    expect(rig.mails()).toStrictEqual([]);
  });
});

describe("an open slot", () => {
  test("is carried by the timer while a snapshot was deferred", async () => {
    rig.writer.on(CreateSnapshotsCommand).rejects(limit);
    await rig.trigger(RUN_EVENT);
    expect(rig.clockSets().at(-1)).toStrictEqual({
      state: "ENABLED",
      at: SOON,
      input: { kind: "follow-up", slot: SLOT, notified: {} },
    });
  });

  test.each([
    ["instances", DescribeInstancesCommand],
    ["snapshots", DescribeSnapshotsCommand],
  ])("is carried by the timer while the %s could not be seen", async (_what, command) => {
    rig.primary.on(command).rejects(new Error("no route"));
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow("no route");
    expect(rig.clockSets().at(-1)).toMatchObject({ state: "DISABLED", input: { slot: SLOT } });
  });

  test("is continued by a sweep, which takes what it lacks", async () => {
    rig.carries({ slot: SLOT, notified: {} });
    const { trigger, counts } = await rig.trigger({ kind: "sweep" });
    expect(trigger).toStrictEqual({ kind: "sweep", runId: "run-1" });
    expect(counts.snapshots).toBe(1);
    const [call] = rig.writer.commandCalls(CreateSnapshotsCommand);
    const tags = call?.args[0].input.TagSpecifications?.[0]?.Tags;
    expect(tags).toContainEqual({ Key: TAG.slot, Value: SLOT });
  });

  test("is closed by the sweep that finds it complete, so that no later sweep takes snapshots for it", async () => {
    const today = snapshot("snap-1");
    rig.sees([today], [copyOf(today, "copy-1")]);
    rig.carries({ slot: SLOT, notified: {} });
    await rig.trigger({ kind: "sweep" });
    expect(rig.clockSets()).toMatchObject([{ state: "DISABLED", input: { done: SLOT, notified: {} } }]);
    expect(rig.clockSets()[0]?.input).not.toHaveProperty("slot");
  });
});

test("reads no instances and leaves the timer alone in an idle sweep", async () => {
  rig.carries({ done: SLOT, strangersAt: SLOT, notified: {} });
  const { status } = await rig.trigger({ kind: "sweep" });
  expect(status).toBe("clean");
  expect(rig.clockSets()).toStrictEqual([]);
  expect(rig.primary.commandCalls(DescribeInstancesCommand)).toStrictEqual([]);
  expect(rig.counted).toStrictEqual({ InvocationsCompleted: 1 });
});

test("stops the timer in a follow-up without work", async () => {
  await rig.trigger({ kind: "follow-up" });
  expect(rig.clockSets()).toMatchObject([{ state: "DISABLED" }]);
});

describe("a problem", () => {
  const key = "no-instances/Backup=true";

  test("is mailed, carried by the timer, and thrown, so that the alarm fires", async () => {
    noInstances();
    await expect(rig.trigger(RUN_EVENT)).rejects.toMatchObject({
      name: "BackupFailed",
      message:
        "smart-vault-test: no-instances: nothing was backed up: no instance in us-east-1 has the tag Backup=true",
    });
    expect(rig.mails()).toStrictEqual(["smart-vault-test: NOTHING BACKED UP, no instance matched"]);
    expect(rig.clockSets().at(-1)?.input).toStrictEqual({
      kind: "follow-up",
      done: SLOT,
      notified: { [key]: SLOT },
    });
    expect(rig.counted.ProblemsSeen).toBe(1);
  });

  test("that was reported within the day is neither mailed nor thrown again, but the run is not called clean", async () => {
    noInstances();
    rig.carries({ notified: { [key]: isoSeconds(NOW - 22 * HOUR_MS) } });
    await expect(rig.trigger(RUN_EVENT)).resolves.toMatchObject({ status: "no-instances" });
    expect(rig.mails()).toStrictEqual([]);
  });

  test("that is still there after 23 hours is reported again", async () => {
    noInstances();
    rig.carries({ notified: { [key]: isoSeconds(NOW - 23 * HOUR_MS) } });
    await expect(rig.trigger(RUN_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.mails()).toHaveLength(1);
  });

  test("that is new is reported even if another was reported before", async () => {
    noInstances();
    rig.dr.on(DescribeSnapshotsCommand).rejects(new Error("no route"));
    rig.carries({ notified: { [key]: SLOT } });
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(/could not read copies/);
    expect(rig.clockSets().at(-1)?.input.notified).toStrictEqual({
      [key]: SLOT,
      "not-observed/copies in us-west-2": SLOT,
    });
  });

  test("of one copy does not stop the rest of the run, which is incomplete, not failed", async () => {
    rig.sees([yesterday], []);
    rig.drWriter.on(CopySnapshotCommand).rejects(denied);
    await expect(rig.trigger(RUN_EVENT)).rejects.toMatchObject({
      message:
        "smart-vault-test: partial: snap-0 has no usable copy in us-west-2 yet, because copying it failed: UnauthorizedOperation: no",
    });
    expect(rig.mails()).toStrictEqual(["smart-vault-test: backup incomplete, 1 problem"]);
  });

  test("with everything makes a failed backup, whose message counts the other problems", async () => {
    rig.sees([yesterday], []);
    rig.drWriter.on(CopySnapshotCommand).rejects(denied);
    rig.writer.on(CreateSnapshotsCommand).rejects(denied);
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(
      "smart-vault-test: failed: i-1 in us-east-1 is not backed up yet, because its snapshots failed: UnauthorizedOperation: no (and 1 more)",
    );
    expect(rig.mails()).toStrictEqual(["smart-vault-test: BACKUP FAILED, 2 problems"]);
  });

  test("remains unreported while SNS is down, is thrown, and the timer is set nevertheless", async () => {
    noInstances();
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await expect(rig.trigger(RUN_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.clockSets().at(-1)?.input).toStrictEqual({ kind: "follow-up", done: SLOT, notified: {} });
    expect(rig.lines.find((line) => line.message === "mail not sent")?.fields).toStrictEqual({
      code: "Error",
      detail: "SNS is down",
      topicArn: SETTINGS.topicArn,
    });
  });
});

test("is reported once, not by every invocation, even by the hundred", async () => {
  const many = Array.from({ length: 150 }, (_, n) => snapshot(`snap-${n}`, { volumeId: `vol-${n}` }));
  rig.sees(many, []);
  rig.drWriter.on(CopySnapshotCommand).rejects(denied);
  await expect(rig.trigger({ kind: "sweep" })).rejects.toThrow("150 times: snap-0 has no usable copy");
  rig.at(NOW + HOUR_MS);
  await expect(rig.trigger({ kind: "sweep" })).resolves.toMatchObject({ counts: { failed: 150 } });
  expect(rig.mails()).toHaveLength(1);
});

describe("a timer", () => {
  test("that can't be set is reported, and the run does its work", async () => {
    rig.scheduler.on(UpdateScheduleCommand).rejects(denied);
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(
      "the follow-up timer could not be set: UnauthorizedOperation: no",
    );
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(1);
    const late = rig.lines.filter((line) => line.fields.kind === "clock-not-set");
    expect(late).toHaveLength(2);
  });

  test("that the vault is not allowed to read is reported, and the run does its work", async () => {
    rig.scheduler.on(GetScheduleCommand).rejects(denied);
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(
      "the follow-up timer could not be read: UnauthorizedOperation: no",
    );
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(1);
  });
});

test("refuses an event that it does not understand before it touches anything", async () => {
  await expect(rig.trigger({ kind: "backup" })).rejects.toMatchObject({ name: "BadEvent" });
  const { primary, writer, scheduler, sns } = rig;
  expect([...primary.calls(), ...writer.calls(), ...scheduler.calls(), ...sns.calls()]).toStrictEqual([]);
});

test("starts nothing with a minute left, and keeps the slot open", async () => {
  rig.sees([yesterday], []);
  const { status, counts, deferrals } = await rig.trigger(RUN_EVENT, lambdaContext(60_000));
  expect([status, counts.deferred]).toStrictEqual(["clean", 2]);
  expect(deferrals).toStrictEqual({ NoTime: 2 });
  expect([...rig.writer.calls(), ...rig.drWriter.calls()]).toStrictEqual([]);
  expect(rig.clockSets().at(-1)).toMatchObject({ state: "ENABLED", input: { slot: SLOT } });
});
