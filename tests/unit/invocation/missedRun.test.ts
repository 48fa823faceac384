/** Tests a lost run: which sweep takes over its slot, what is reported, and when nothing is due. */
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SETTINGS, SLOT, snapshot } from "../../support/world";

const rig = makeRig();
const { clock, slotsAsked, followUpAfter } = rig;
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP_EVENT = { kind: "sweep" };
const YESTERDAY = isoSeconds(NOW - DAY_MS);
const MISSED = "slot-missed/i-1";
/** Timer state that keeps the sweeps of these tests from looking for strangers: see strangers.test.ts. */
const LOOKED = { strangersAt: SLOT };

beforeEach(() => {
  rig.reset();
});

describe("a run that is lost", () => {
  test("is caught up by the next sweep, under the time that it was due, and only once", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    const { counts, trigger } = await followUpAfter(25, SWEEP_EVENT);
    expect([counts.snapshots, trigger]).toStrictEqual([1, { kind: "sweep", runId: "run-1" }]);
    expect(slotsAsked()).toStrictEqual([SLOT]);
    expect(clock()).toMatchObject({ on: true, done: SLOT });

    rig.primary.resetHistory();
    await followUpAfter(85, SWEEP_EVENT);
    expect(rig.primary.commandCalls(DescribeInstancesCommand)).toStrictEqual([]);
    expect(slotsAsked()).toStrictEqual([SLOT]);
  });

  test("is reported once, as a notice, by the sweep that takes over its slot", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    const { status, problems } = await followUpAfter(25, SWEEP_EVENT);
    await followUpAfter(85, SWEEP_EVENT);
    expect(status).toBe("clean");
    expect(problems).toStrictEqual([
      {
        kind: "run-missed",
        subject: SLOT,
        message: `the scheduled run for ${SLOT} is missing: the hourly sweep creates its snapshots instead`,
        hint:
          "A single run can be lost. If the next one is missing too, check that the schedule of the runs exists and is enabled:\n" +
          "aws scheduler list-schedules --region us-east-1 --group-name vault --query 'Schedules[].[Name, State]'",
        severity: "notice",
      },
    ]);
    expect(rig.mails()).toStrictEqual(["smart-vault-test: 1 notice"]);
    expect(clock()).toMatchObject({ notified: { [`run-missed/${SLOT}`]: isoSeconds(NOW + 25 * MINUTE_MS) } });
  });

  test("is reported with each missing snapshot once the window is over", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toThrow(`i-1 has no snapshot of vol-1 for ${SLOT}`);
    expect(slotsAsked()).toStrictEqual([]);
    expect(Object.keys(clock().notified ?? {}).sort()).toStrictEqual([`run-missed/${SLOT}`, MISSED]);
    const [body] = rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message);
    expect(body).toContain(
      `the scheduled run for ${SLOT} is missing: the hourly sweep noticed too late to create its snapshots, so the next run creates new ones`,
    );
  });

  test("is not reported if a killed run left its slot in the timer", async () => {
    rig.carries({ slot: SLOT, done: YESTERDAY, notified: {} });
    await followUpAfter(25, SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([SLOT]);
    expect(rig.mails()).toStrictEqual([]);
  });

  test("finds everything made if it comes after all", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    await followUpAfter(25, SWEEP_EVENT);
    rig.sees([snapshot("snap-1")], []);
    await followUpAfter(30, RUN_EVENT);
    expect(slotsAsked()).toStrictEqual([SLOT]);
    expect(clock()).toMatchObject({ done: SLOT });
  });

  test("is not due if a person started a run later", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    await followUpAfter(25, { kind: "run" });
    await followUpAfter(85, SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([isoSeconds(NOW + 25 * MINUTE_MS)]);
  });

  test("is not due if it was scheduled before a new vault's first sweep, which records its time", async () => {
    rig.carries({ ...LOOKED, notified: {} });
    await followUpAfter(25, SWEEP_EVENT);
    await followUpAfter(85, SWEEP_EVENT);
    expect(slotsAsked()).toStrictEqual([]);
    const dueSince = isoSeconds(NOW + 25 * MINUTE_MS);
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([
      { kind: "follow-up", ...LOOKED, dueSince, notified: {} },
    ]);
  });

  test("is caught up and reported if it is the first of a new vault", async () => {
    rig.carries({ ...LOOKED, notified: {} });
    await followUpAfter(25, SWEEP_EVENT);
    await followUpAfter(24 * 60 + 25, SWEEP_EVENT);
    const tomorrow = isoSeconds(NOW + DAY_MS);
    expect(slotsAsked()).toStrictEqual([tomorrow]);
    expect(clock()).toMatchObject({ done: tomorrow });
    expect(Object.keys(clock().notified ?? {})).toStrictEqual([`run-missed/${tomorrow}`]);
  });

  test("of a new vault with a rate is not due, since nothing says when the rate started", async () => {
    const rated = makeRig({ ...SETTINGS, schedule: "rate(6 hours)" });
    rated.reset();
    rated.carries({ ...LOOKED, notified: {} });
    for (const hours of [1, 7, 20]) {
      rated.at(NOW + hours * HOUR_MS);
      await expect(rated.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    }
    expect(rated.writes()).toStrictEqual([]);
    expect(rated.clockSets()).toStrictEqual([]);
  });

  test("after it set the timer is continued by a follow-up", async () => {
    rig.carries({ done: YESTERDAY, notified: {} });
    rig.scheduler.on(UpdateScheduleCommand).resolvesOnce({}).rejects(new Error("killed"));
    await rig.trigger(RUN_EVENT);
    expect(rig.clockSets()[0]).toStrictEqual({
      state: "ENABLED",
      at: "at(2026-11-22T03:16:00)",
      input: { kind: "follow-up", slot: SLOT, done: YESTERDAY, notified: {} },
    });
    rig.scheduler.on(UpdateScheduleCommand).resolves({});
    rig.at(NOW + 16 * MINUTE_MS);
    rig.carries({ slot: SLOT, done: YESTERDAY, notified: {} });
    await rig.trigger(rig.clockSets()[0]?.input);
    expect(slotsAsked()).toStrictEqual([SLOT, SLOT]);
    expect(clock()).toMatchObject({ done: SLOT });
  });
});
