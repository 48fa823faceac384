/** Tests reads that AWS throttles: they are deferred, made again by follow-ups, and reported if throttling lasts. */
import { problem } from "../../../src/vault/model/problem";
import { DescribeInstancesCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { openThrottling } from "../../../src/vault/clock/throttling";
import { HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SLOT } from "../../support/world";

const rig = makeRig();
const RUN_EVENT = { kind: "run", slot: SLOT };
const throttled = Object.assign(new Error("Request limit exceeded."), {
  name: "RequestLimitExceeded",
});

beforeEach(() => {
  rig.reset();
  rig.primary.on(DescribeInstancesCommand).rejects(throttled);
});

test("schedules a follow-up in a minute for a run that can't read the instances, without a report", async () => {
  const { status, counts, nextFollowUp } = await rig.trigger(RUN_EVENT);
  expect([status, counts.deferred, nextFollowUp]).toStrictEqual(["clean", 1, "2026-11-22T03:01:00Z"]);
  expect(rig.mails()).toStrictEqual([]);
  expect(rig.clockSets().at(-1)).toStrictEqual({
    state: "ENABLED",
    at: "at(2026-11-22T03:01:00)",
    input: { kind: "follow-up", slot: SLOT, throttledSince: SLOT, notified: {} },
  });
  expect(rig.counted).toMatchObject({
    ActionsDeferred: 1,
    "ActionsDeferred.RequestLimitExceeded": 1,
  });
  expect(rig.lines.filter(({ message }) => message === "read").map(({ fields }) => fields)).toStrictEqual([
    {
      status: "deferred",
      code: "RequestLimitExceeded",
      detail:
        "no snapshot was started, because the vault could not read instances in us-east-1: RequestLimitExceeded: Request limit exceeded.",
    },
  ]);
});

test("reports throttling that lasts for an hour", async () => {
  await rig.trigger(RUN_EVENT);
  rig.at(NOW + HOUR_MS - MINUTE_MS);
  await expect(rig.trigger({ kind: "follow-up", slot: SLOT })).resolves.toMatchObject({ status: "clean" });
  rig.at(NOW + HOUR_MS);
  await expect(rig.trigger({ kind: "follow-up", slot: SLOT })).rejects.toThrow(/could not read instances/);
  expect(rig.mails()).toHaveLength(1);
  expect(rig.clockSets().at(-1)?.input.throttledSince).toBe(SLOT);
});

test("ends the throttling record after one successful look", async () => {
  await rig.trigger(RUN_EVENT);
  rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  rig.at(NOW + MINUTE_MS);
  await expect(rig.trigger({ kind: "follow-up", slot: SLOT })).rejects.toThrow(/no instance/);
  expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("throttledSince");
});

test("clears in a sweep that reads everything what a follow-up could not read", async () => {
  rig.carries({ done: SLOT, throttledSince: isoSeconds(NOW - 5 * MINUTE_MS), notified: {} });
  await rig.trigger({ kind: "sweep" });
  expect(rig.clockSets().at(-1)).toMatchObject({
    state: "DISABLED",
    input: { kind: "follow-up", done: SLOT, notified: {} },
  });
});

test("takes snapshots while a DR region is throttled", async () => {
  rig.reset();
  rig.dr.on(DescribeSnapshotsCommand).rejects(throttled);
  const { counts } = await rig.trigger(RUN_EVENT);
  expect([counts.snapshots, counts.deferred]).toStrictEqual([1, 1]);
});

test("reports throttling at once if the timer can't be read, because its start is unknown", () => {
  const unread = problem("not-observed", "x", "could not read x");
  const judged = openThrottling([{ code: "Throttling", problem: unread }], undefined, NOW);
  expect(judged).toStrictEqual({ since: isoSeconds(NOW), deferredReads: [], problems: [unread] });
});

test("leaves a throttled timer to the sweep, without a report", async () => {
  rig.reset();
  const busy = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
  rig.scheduler.on(UpdateScheduleCommand).rejects(busy);
  await expect(rig.trigger(RUN_EVENT)).resolves.toMatchObject({ status: "clean" });
  expect(rig.lines.filter(({ message }) => message === "clock")).toHaveLength(2);
});
