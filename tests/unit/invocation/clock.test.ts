/**
 * Tests what an invocation that comes late, or that can't read the timer, leaves in it: nothing that is due is lost.
 */
import { CreateSnapshotsCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SETTINGS, SLOT, snapshot } from "../../support/world";

const rig = makeRig();
const { slotsAsked } = rig;
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP_EVENT = { kind: "sweep" };
const YESTERDAY = isoSeconds(NOW - DAY_MS);

beforeEach(() => {
  rig.reset();
});

function refuseSnapshots(): void {
  const limit = { name: "PendingSnapshotLimitExceeded", $metadata: { httpStatusCode: 400 } };
  rig.writer.on(CreateSnapshotsCommand).rejects(Object.assign(new Error("not now"), limit));
}

/** Invokes the run of SLOT an hour and five minutes after it was due. */
async function runLate() {
  rig.at(NOW + 65 * MINUTE_MS);
  return rig.trigger(RUN_EVENT);
}

describe("a run that has been superseded", () => {
  const newer = isoSeconds(NOW + HOUR_MS);

  test("leaves the newer slot with the timer from its first call on, and continues it", async () => {
    rig.carries({ slot: newer, done: YESTERDAY, notified: {} });
    refuseSnapshots();
    await runLate();
    expect(rig.clockSets().map(({ input }) => input.slot)).toStrictEqual([newer, newer]);
    expect(slotsAsked()).toStrictEqual([newer]);
  });

  test("by one that is done makes nothing, and does not move the last finished slot back", async () => {
    rig.carries({ done: newer, notified: {} });
    await runLate();
    expect(slotsAsked()).toStrictEqual([]);
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([
      { kind: "follow-up", done: newer, notified: {} },
      { kind: "follow-up", done: newer, notified: {} },
    ]);
  });
});

describe("a timer that AWS fails to show", () => {
  const open = isoSeconds(NOW - 20 * HOUR_MS);
  const carried = { slot: open, done: isoSeconds(NOW - 2 * DAY_MS), notified: { "a/b": SLOT } };

  beforeEach(() => {
    rig.carries(carried);
    rig.scheduler.on(GetScheduleCommand).rejects(new Error("socket hang up"));
    rig.sees([snapshot("snap-0", { startTimeMs: NOW - DAY_MS })], []);
    refuseSnapshots();
  });

  test.each([RUN_EVENT, SWEEP_EVENT, { kind: "follow-up" }, { kind: "follow-up", slot: SLOT, notified: {} }])(
    "is not overwritten by %j, and nothing is reported, because what it carries is still due",
    async (event) => {
      const { counts, nextFollowUp, status } = await rig.trigger(event);
      expect([counts.copies, nextFollowUp, status]).toStrictEqual([1, "2026-11-22T03:01:00Z", "clean"]);
      expect(rig.clockSets()).toStrictEqual([]);
    },
  );

  const older = carried.slot;
  test.each([
    [RUN_EVENT, { ...carried, slot: SLOT, abandoned: older }],
    [{ kind: "run", slot: isoSeconds(NOW - 21 * HOUR_MS) }, carried],
    [SWEEP_EVENT, carried],
  ])("is set by %j once it can be read, with all that it carries and the slot that is open", async (event, state) => {
    const Target = { Arn: "", RoleArn: "", Input: JSON.stringify({ kind: "follow-up", ...carried }) };
    rig.scheduler.on(GetScheduleCommand).rejectsOnce(new Error("socket hang up")).resolves({ Target });
    await rig.trigger(event);
    expect(rig.clockSets()).toStrictEqual([
      { state: "ENABLED", at: "at(2026-11-22T03:01:00)", input: { kind: "follow-up", ...state } },
    ]);
  });

  test("is left unchanged by a run that is days late, except for what that run reports", async () => {
    const lost = isoSeconds(NOW - 60 * DAY_MS);
    const Target = { Arn: "", RoleArn: "", Input: JSON.stringify({ kind: "follow-up", ...carried }) };
    rig.scheduler.on(GetScheduleCommand).rejectsOnce(new Error("socket hang up")).resolves({ Target });
    await expect(rig.trigger({ kind: "run", slot: lost })).rejects.toThrow(`i-1 has no snapshot of vol-1 for ${lost}`);
    expect(slotsAsked()).toStrictEqual([]);
    const notified = { ...carried.notified, "slot-missed/i-1": SLOT };
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([{ kind: "follow-up", ...carried, notified }]);
  });

  test("does not make a follow-up report again what its payload says was reported", async () => {
    const empty = { "no-instances/Backup=true": isoSeconds(NOW - HOUR_MS) };
    rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    await expect(rig.trigger({ kind: "follow-up", slot: SLOT, notified: {} })).rejects.toThrow("no instance");
    await expect(rig.trigger({ kind: "follow-up", slot: SLOT, notified: empty })).resolves.toMatchObject({
      status: "no-instances",
    });
  });
});

describe("a timer that is gone", () => {
  beforeEach(() => {
    const gone = { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } };
    rig.scheduler.on(GetScheduleCommand).rejects(Object.assign(new Error("gone"), gone));
  });

  test.each([RUN_EVENT, SWEEP_EVENT, { kind: "follow-up" }])("is reported by %j", async (event) => {
    await expect(rig.trigger(event)).rejects.toThrow(
      "the follow-up timer could not be read: ResourceNotFoundException: gone",
    );
    expect(rig.clockSets()).toStrictEqual([]);
  });

  test.each([
    [9, []],
    [30, [SLOT]],
    [8 * 60, [SLOT]],
    [8 * 60 + 1, []],
  ])("lets a sweep %d minutes after a slot started fill %j", async (minutes, slots) => {
    rig.at(NOW + minutes * MINUTE_MS);
    await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(slotsAsked()).toStrictEqual(slots);
  });
});

describe("a schedule that was edited", () => {
  const old = "cron(0 20 * * ? *) UTC";
  const done = isoSeconds(NOW - 7 * HOUR_MS);

  test("leaves nothing due from before the edit: no extra backup, and no report of a missed run", async () => {
    rig.carries({ done, schedule: old, notified: {} });
    for (const hours of [1, 5, 9, 23]) {
      rig.at(NOW + hours * HOUR_MS);
      await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    }
    expect(slotsAsked()).toStrictEqual([]);
    expect(rig.clockSets().map(({ input }) => input.dueSince)).toStrictEqual([isoSeconds(NOW + HOUR_MS)]);
  });

  test("makes runs due from the edit on", async () => {
    rig.carries({ done, schedule: old, notified: {} });
    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    rig.at(NOW + DAY_MS + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([isoSeconds(NOW + DAY_MS)]);
  });

  test("to a rate makes nothing due before its first run", async () => {
    const rated = makeRig({ ...SETTINGS, schedule: "rate(6 hours)", startWindowHours: 1 });
    rated.reset();
    rated.carries({ done, schedule: old, notified: {} });
    for (const hours of [1, 3, 9, 20]) {
      rated.at(NOW + hours * HOUR_MS);
      await expect(rated.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    }
    expect(rated.writes()).toStrictEqual([]);
  });

  test("to the same schedule makes runs due as before", async () => {
    rig.carries({ done, schedule: "cron(0 3 * * ? *) UTC", notified: {} });
    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([SLOT]);
  });
});
