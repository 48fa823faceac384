/** What an invocation that comes too late, or that can't read the clock, leaves in it: nothing that is owed is lost. */
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

/** The run of SLOT, an hour and five minutes after it was due. */
async function runLate() {
  rig.at(NOW + 65 * MINUTE_MS);
  return rig.trigger(RUN_EVENT);
}

describe("a run that has been overtaken", () => {
  const newer = isoSeconds(NOW + HOUR_MS);

  test("leaves the newer slot with the clock from its first call on, and goes on with it", async () => {
    rig.carries({ slot: newer, done: YESTERDAY, notified: {} });
    refuseSnapshots();
    await runLate();
    expect(rig.clockSets().map(({ input }) => input.slot)).toStrictEqual([newer, newer]);
    expect(slotsAsked()).toStrictEqual([newer]);
  });

  test("by one that is done makes nothing, and done does not go back", async () => {
    rig.carries({ done: newer, notified: {} });
    await runLate();
    expect(slotsAsked()).toStrictEqual([]);
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([
      { kind: "follow-up", done: newer, notified: {} },
      { kind: "follow-up", done: newer, notified: {} },
    ]);
  });
});

describe("a clock that AWS fails to show", () => {
  const open = isoSeconds(NOW - 20 * HOUR_MS);
  const carried = { slot: open, done: isoSeconds(NOW - 2 * DAY_MS), notified: { "a/b": SLOT } };

  beforeEach(() => {
    rig.carries(carried);
    rig.scheduler.on(GetScheduleCommand).rejects(new Error("socket hang up"));
    rig.sees([snapshot("snap-0", { startTimeMs: NOW - DAY_MS })], []);
    refuseSnapshots();
  });

  test.each([RUN_EVENT, SWEEP_EVENT, { kind: "follow-up" }, { kind: "follow-up", slot: SLOT, notified: {} }])(
    "is not written over by %j, without a word: what it carries is still owed",
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
  ])(
    "is set by %j where it can be read at last, with all that it carries and the slot that is open",
    async (event, state) => {
      const Target = { Arn: "", RoleArn: "", Input: JSON.stringify({ kind: "follow-up", ...carried }) };
      rig.scheduler.on(GetScheduleCommand).rejectsOnce(new Error("socket hang up")).resolves({ Target });
      await rig.trigger(event);
      expect(rig.clockSets()).toStrictEqual([
        { state: "ENABLED", at: "at(2026-11-22T03:01:00)", input: { kind: "follow-up", ...state } },
      ]);
    },
  );

  test("is left as it is by a run that is days late, but for what that tells", async () => {
    const lost = isoSeconds(NOW - 60 * DAY_MS);
    const Target = { Arn: "", RoleArn: "", Input: JSON.stringify({ kind: "follow-up", ...carried }) };
    rig.scheduler.on(GetScheduleCommand).rejectsOnce(new Error("socket hang up")).resolves({ Target });
    await expect(rig.trigger({ kind: "run", slot: lost })).rejects.toThrow(`i-1 has no snapshot of vol-1 for ${lost}`);
    expect(slotsAsked()).toStrictEqual([]);
    const notified = { ...carried.notified, "slot-missed/i-1": SLOT };
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([{ kind: "follow-up", ...carried, notified }]);
  });

  test("does not make a pass tell again what was told when it rang", async () => {
    const empty = { "no-instances/Backup=true": isoSeconds(NOW - HOUR_MS) };
    rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    await expect(rig.trigger({ kind: "follow-up", slot: SLOT, notified: {} })).rejects.toThrow("no instance");
    await expect(rig.trigger({ kind: "follow-up", slot: SLOT, notified: empty })).resolves.toMatchObject({
      status: "no-instances",
    });
  });
});

describe("a clock that is gone", () => {
  beforeEach(() => {
    const gone = { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } };
    rig.scheduler.on(GetScheduleCommand).rejects(Object.assign(new Error("gone"), gone));
  });

  test.each([RUN_EVENT, SWEEP_EVENT, { kind: "follow-up" }])("is told by %j", async (event) => {
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
  ])("%d minutes after a slot began, a sweep makes for %j what it lacks", async (minutes, slots) => {
    rig.at(NOW + minutes * MINUTE_MS);
    await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(slotsAsked()).toStrictEqual(slots);
  });
});

describe("a schedule that was edited", () => {
  const old = "cron(0 20 * * ? *) UTC";
  const done = isoSeconds(NOW - 7 * HOUR_MS);

  test("owes nothing of the time before: no backup out of turn, and no word of one that was missed", async () => {
    rig.carries({ done, schedule: old, notified: {} });
    for (const hours of [1, 5, 9, 23]) {
      rig.at(NOW + hours * HOUR_MS);
      await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    }
    expect(slotsAsked()).toStrictEqual([]);
    expect(rig.clockSets().map(({ input }) => input.dueSince)).toStrictEqual([isoSeconds(NOW + HOUR_MS)]);
  });

  test("is owed from then on", async () => {
    rig.carries({ done, schedule: old, notified: {} });
    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    rig.at(NOW + DAY_MS + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([isoSeconds(NOW + DAY_MS)]);
  });

  test("to a rate owes nothing before its first run", async () => {
    const rated = makeRig({ ...SETTINGS, schedule: "rate(6 hours)", startWindowHours: 1 });
    rated.reset();
    rated.carries({ done, schedule: old, notified: {} });
    for (const hours of [1, 3, 9, 20]) {
      rated.at(NOW + hours * HOUR_MS);
      await expect(rated.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    }
    expect(rated.writes()).toStrictEqual([]);
  });

  test("that is the same one is owed as ever", async () => {
    rig.carries({ done, schedule: "cron(0 3 * * ? *) UTC", notified: {} });
    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([SLOT]);
  });
});
