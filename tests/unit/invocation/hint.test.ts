/** Tests that copies which wait for places are looked at by a hint, and that nothing depends on one. */
import { CopySnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { DAY_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SETTINGS, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const full = Object.assign(new Error("full"), { name: "ResourceLimitExceeded", $metadata: { httpStatusCode: 400 } });
const denied = Object.assign(new Error("no"), { name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
const older = snapshot("snap-1", { startTimeMs: NOW - 2 * DAY_MS });
const waiting = snapshot("snap-2", { startTimeMs: NOW - DAY_MS });
const inFlight = { ...copyOf(older, "copy-1"), state: "pending", startTimeMs: NOW - MINUTE_MS };
const SWEEP = { kind: "sweep" };

/** Returns the event that Lambda makes of a message. */
function received(body: string) {
  return { Records: [{ messageId: "m-1", eventSource: "aws:sqs", body }] };
}

function sent() {
  return rig.sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);
}

function reads(): number {
  return [rig.primary, rig.dr].flatMap((stub) => stub.commandCalls(DescribeSnapshotsCommand)).length;
}

/** Shows a copy in flight, and another that AWS refuses for want of a place. */
function fill(): void {
  rig.sees([older, waiting], [inFlight]);
  rig.drWriter.on(CopySnapshotCommand).rejects(full);
}

beforeEach(() => {
  rig.reset();
  fill();
});

test("a hint is sent after the timer was set, which comes a minute later and carries the hint's id", async () => {
  let isSetFirst = false;
  rig.sqs.on(SendMessageCommand).callsFake(() => {
    isSetFirst = rig.scheduler.commandCalls(UpdateScheduleCommand).length > 0;
    return {};
  });
  await rig.trigger(SWEEP);
  expect(sent()).toStrictEqual([
    { QueueUrl: SETTINGS.hintQueueUrl, MessageBody: '{"hint":"run-1"}', DelaySeconds: 30 },
  ]);
  expect(isSetFirst).toBe(true);
  expect(rig.clockSets().at(-1)?.at).toBe("at(2026-11-22T03:01:30)");
  expect(rig.clockPayload().hint).toBe("run-1");
});

test("a hint makes the function look, as a follow-up does", async () => {
  await rig.trigger(SWEEP);
  rig.drWriter.on(CopySnapshotCommand).resolves({ $metadata: { requestId: "r" }, SnapshotId: "copy-2" });
  const { trigger, counts } = await rig.trigger(received(sent()[0]?.MessageBody ?? ""));
  expect(trigger).toStrictEqual({ kind: "follow-up", hint: "run-1", runId: "run-1" });
  expect(counts.copies).toBe(1);
  expect(rig.clockPayload()).not.toHaveProperty("hint");
});

describe("a hint does nothing", () => {
  const stale = received('{"hint":"run-0"}');

  test.each([
    ["the timer expects another", () => undefined],
    [
      "the timer expects none",
      () => {
        rig.carries({ notified: {} });
      },
    ],
    [
      "the timer cannot be read",
      () => {
        rig.scheduler.on(GetScheduleCommand).rejects(denied);
      },
    ],
  ])("if %s", async (_what, change) => {
    await rig.trigger(SWEEP);
    change();
    for (const stub of [rig.primary, rig.dr, rig.scheduler, rig.sqs]) stub.resetHistory();
    rig.measured.length = 0;
    await expect(rig.trigger(stale)).resolves.toMatchObject({ status: "clean", counts: { copies: 0, deferred: 0 } });
    expect([reads(), rig.clockSets().length, sent().length]).toStrictEqual([0, 0, 0]);
    // No alarm looks at anything else that it could send.
    expect(rig.measured.map(({ name }) => name)).toStrictEqual(["InvocationsCompleted"]);
  });

  test("even if every snapshot is missing, which the next sweep reports", async () => {
    rig.carries({ notified: {} });
    rig.primary.on(DescribeSnapshotsCommand).rejects(denied);
    await expect(rig.trigger(stale)).resolves.toMatchObject({ status: "clean" });
    expect(rig.sns.commandCalls(PublishCommand)).toStrictEqual([]);
    await expect(rig.trigger(SWEEP)).rejects.toMatchObject({ name: "BackupFailed" });
  });
});

test("a hint that a dry run receives makes it look, and it copies nothing and sends none", async () => {
  const dry = makeRig({ ...SETTINGS, dryRun: true });
  dry.reset();
  dry.sees([older, waiting], [inFlight]);
  dry.carries({ hint: "run-0", notified: {} });
  await expect(dry.trigger(received('{"hint":"run-0"}'))).resolves.toMatchObject({ counts: { copies: 0 } });
  expect(dry.dr.commandCalls(DescribeSnapshotsCommand).length).toBeGreaterThan(0);
  expect([dry.writes(), dry.sqs.calls()]).toStrictEqual([[], []]);
});

test("a hint that comes after an edit of the schedule starts no backup, as a follow-up does not", async () => {
  await rig.trigger(SWEEP);
  rig.carries({ ...rig.clockPayload(), schedule: "cron(0 1 * * ? *) Europe/Berlin" });
  rig.drWriter.on(CopySnapshotCommand).resolves({ $metadata: { requestId: "r" }, SnapshotId: "copy-2" });
  const { counts } = await rig.trigger(received('{"hint":"run-1"}'));
  expect(counts).toMatchObject({ copies: 1, snapshots: 0 });
  expect(rig.clockPayload()).toMatchObject({ dueSince: "2026-11-22T03:00:00Z" });
});

describe("no hint is sent", () => {
  test("if nothing waits for a place", async () => {
    rig.sees([older], [inFlight]);
    await rig.trigger(SWEEP);
    expect(rig.clock()).toMatchObject({ on: true });
    expect(sent()).toStrictEqual([]);
  });

  test("if the timer could not be set, because it would be taken for a stale one", async () => {
    rig.scheduler.on(UpdateScheduleCommand).rejects(denied);
    await rig.trigger(SWEEP).catch(() => undefined);
    expect(sent()).toStrictEqual([]);
  });

  test("if the copies are expected to take long", async () => {
    rig.sees([older, waiting], [{ ...inFlight, startTimeMs: NOW - 60 * MINUTE_MS }]);
    await rig.trigger(SWEEP);
    expect(sent()).toStrictEqual([]);
    expect(rig.clockPayload()).not.toHaveProperty("hint");
  });
});

test("a hint that cannot be sent is logged, and the timer invokes the function alone", async () => {
  rig.sqs.on(SendMessageCommand).rejects(denied);
  await expect(rig.trigger(SWEEP)).resolves.toMatchObject({ status: "clean" });
  expect(rig.lines).toContainEqual({
    message: "hint",
    fields: { status: "deferred", code: "AccessDenied", detail: "no" },
  });
  expect(rig.clock()).toMatchObject({ on: true });
});

test("an invocation that takes over does not leave the id of a hint", async () => {
  await rig.trigger(SWEEP);
  rig.scheduler.resetHistory();
  await rig.trigger({ kind: "run", slot: "2026-11-22T03:00:00Z" });
  const [takeover] = rig.scheduler.commandCalls(UpdateScheduleCommand);
  expect(JSON.parse(takeover?.args[0].input.Target?.Input ?? "")).not.toHaveProperty("hint");
});
