/** Tests that a follow-up reads only what is pending, and that everything else makes it look at everything. */
import { CopySnapshotCommand, CreateSnapshotsCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { DAY_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { makeRig } from "../../support/rig";
import { NOW, SLOT, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const RUN_EVENT = { kind: "run", slot: SLOT };
const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation", $metadata: { httpStatusCode: 403 } });
/** Took three minutes. */
const yesterday = {
  ...snapshot("snap-0", { startTimeMs: NOW - DAY_MS }),
  completedMs: NOW - DAY_MS + 3 * MINUTE_MS,
};
const pending = snapshot("snap-1", { state: "pending" });
const completed = { ...pending, state: "completed" };
const copyOfYesterday = copyOf(yesterday, "copy-0");

/** Returns the filters of the reads of snapshots since the last reset of the stubs' histories. */
function reads(): (string | undefined)[][] {
  const filters = [rig.primary, rig.dr].flatMap((stub) =>
    stub.commandCalls(DescribeSnapshotsCommand).map(({ args: [{ input }] }) => input.Filters?.map(({ Name }) => Name)),
  );
  return filters.map((names) => names ?? []);
}

function forgetCalls(): void {
  for (const stub of [rig.primary, rig.dr, rig.scheduler]) stub.resetHistory();
}

/** Invokes a run that makes one snapshot; then AWS shows the given ones. */
async function startNight(
  before: readonly Snapshot[] = [],
  copies: readonly Snapshot[] = [],
  after: readonly Snapshot[] = [pending],
): Promise<void> {
  rig.sees([...before], [...copies]);
  await rig.trigger(RUN_EVENT);
  rig.sees([...before, ...after], [...copies]);
  forgetCalls();
}

beforeEach(() => {
  rig.reset();
});

test("a follow-up before work is expected to end asks one region what is pending, and comes again", async () => {
  await startNight();
  const { status, nextFollowUp } = await rig.followUpAfter(1, rig.clockPayload());
  expect(reads()).toStrictEqual([["description", "status"]]);
  expect([status, nextFollowUp]).toStrictEqual(["clean", "2026-11-22T03:02:00Z"]);
  expect(rig.clockSets()).toMatchObject([{ state: "ENABLED", at: "at(2026-11-22T03:02:00)", input: { done: SLOT } }]);
  expect(rig.counted.InvocationsCompleted).toBe(1);
  expect(rig.mails()).toStrictEqual([]);
});

test("it goes on until something ends, and then looks at everything", async () => {
  await startNight();
  for (const minute of [1, 2, 3]) await rig.followUpAfter(minute, rig.clockPayload());
  expect(reads()).toHaveLength(3);
  forgetCalls();
  rig.sees([completed], []);
  await rig.followUpAfter(4, rig.clockPayload());
  expect(reads()).toStrictEqual([["description", "status"], ["description"], ["description"]]);
  expect(rig.drWriter.commandCalls(CopySnapshotCommand)).toHaveLength(1);
});

test("work that is expected to have ended is looked at without asking", async () => {
  await startNight([yesterday], [copyOfYesterday]);
  const early = rig.clockPayload();
  await rig.followUpAfter(3, early);
  expect(reads()).toStrictEqual([["description", "status"]]);
  forgetCalls();
  await rig.followUpAfter(4, early);
  expect(reads()).toStrictEqual([["description"], ["description"]]);
});

describe("a follow-up looks at everything", () => {
  const whole = ["description"];
  const asked = ["description", "status"];

  test("if more is pending than was", async () => {
    await startNight([], [], [pending, snapshot("snap-2", { state: "pending" })]);
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([asked, whole, whole]);
  });

  test("if it cannot ask", async () => {
    await startNight();
    rig.primary.on(DescribeSnapshotsCommand).rejectsOnce(denied).resolves({ Snapshots: [] });
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([asked, whole, whole]);
    expect(rig.lines).toContainEqual(expect.objectContaining({ message: "glance" }));
  });

  test("if an action was deferred", async () => {
    rig.drWriter.on(CopySnapshotCommand).rejects(Object.assign(new Error("full"), { name: "ResourceLimitExceeded" }));
    await startNight([yesterday], []);
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([whole, whole]);
  });

  test("if an action failed", async () => {
    rig.drWriter.on(CopySnapshotCommand).rejects(denied);
    rig.sees([yesterday], []);
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow("no usable copy");
    rig.sees([yesterday, pending], []);
    forgetCalls();
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([whole, whole]);
  });

  test("if a region could not be read before", async () => {
    rig.dr.on(DescribeSnapshotsCommand).rejects(denied);
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow("could not read copies");
    rig.sees([pending], []);
    forgetCalls();
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([whole, whole]);
  });

  test("if the slot still lacks a snapshot", async () => {
    rig.writer.on(CreateSnapshotsCommand).rejects(Object.assign(new Error("busy"), { name: "IncorrectState" }));
    rig.sees([pending], []);
    await rig.trigger({ ...RUN_EVENT, slot: "2026-11-22T02:00:00Z" });
    forgetCalls();
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([whole, whole]);
  });

  test("if a notice was not mailed", async () => {
    const policy = Object.assign(new Error("no"), { name: "TagPolicyViolation", $metadata: { httpStatusCode: 400 } });
    let calls = 0;
    rig.writer.on(CreateSnapshotsCommand).callsFake(() => {
      if ((calls += 1) === 1) throw policy;
      return { $metadata: { requestId: "r-1" }, Snapshots: [{ SnapshotId: "snap-1" }] };
    });
    rig.sns.on(PublishCommand).rejects(new Error("down"));
    await rig.trigger(RUN_EVENT);
    rig.sees([pending], []);
    forgetCalls();
    await rig.followUpAfter(1, rig.clockPayload());
    expect(reads()).toStrictEqual([whole, whole]);
  });

  test.each([{ kind: "sweep" }, RUN_EVENT])("if it is not one: %j", async (event) => {
    await startNight();
    await rig.followUpAfter(1, event);
    expect(reads().filter(([name]) => name === "description")).toStrictEqual([whole, whole]);
  });

  test("if the invocation before it was killed", async () => {
    await startNight();
    await rig.followUpAfter(1, { kind: "run", slot: "2026-11-22T03:01:00Z" });
    const [takeover] = rig.scheduler.commandCalls(UpdateScheduleCommand);
    expect(JSON.parse(takeover?.args[0].input.Target?.Input ?? "")).not.toHaveProperty("awaited");
  });
});

test("a timer that cannot be set again is logged, and the sweep goes on", async () => {
  await startNight();
  rig.scheduler.on(UpdateScheduleCommand).rejects(denied);
  await expect(rig.followUpAfter(1, rig.clockPayload())).resolves.toMatchObject({ status: "clean" });
  expect(rig.lines).toContainEqual(
    expect.objectContaining({
      message: "problem",
      fields: expect.objectContaining({ kind: "clock-not-set" }) as unknown,
    }),
  );
});
