/** Tests what `mailOn` adds to the mails, through whole invocations: see support/rig.ts. */
import { DescribeInstancesCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import type { VaultSettings } from "../../../src/vault/model/settings";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SETTINGS, copyOf, snapshot } from "../../support/world";

const VAULT = SETTINGS.vaultId;
const yesterday = snapshot("snap-0", { startTimeMs: NOW - DAY_MS });

function rigOf(extra: Partial<VaultSettings>) {
  const rig = makeRig({ ...SETTINGS, ...extra });
  rig.reset();
  rig.sees([yesterday], [copyOf(yesterday, "copy-0")]);
  const run = (days: number) => {
    rig.at(NOW + days * DAY_MS);
    return rig.trigger({ kind: "run", slot: isoSeconds(NOW + days * DAY_MS) });
  };
  const bodies = () => rig.sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message ?? "");
  return { ...rig, run, bodies };
}

test("mails nothing after a successful run with mailOn failure", async () => {
  const rig = rigOf({ mailOn: "failure" });
  await rig.run(0);
  expect(rig.mails()).toStrictEqual([]);
});

describe("mailOn always", () => {
  const always = { mailOn: "always" } as const;

  test("mails the result of each run, but not of a sweep or follow-up", async () => {
    const rig = rigOf(always);
    await rig.run(0);
    await rig.trigger({ kind: "sweep" });
    await rig.trigger({ kind: "follow-up" });
    await rig.run(1);
    const subject = `${VAULT}: backup clean, 1 snapshot and 0 copies started`;
    expect(rig.mails()).toStrictEqual([subject, subject]);
    expect(rig.bodies()[0]).toContain(
      "For your information (nothing failed):\n1. the run for 2026-11-22T03:00:00Z was clean: it started 1 snapshot and 0 copies, deleted 0 and deferred 0\n",
    );
  });

  test("does not mail a run again that comes a second time", async () => {
    const rig = rigOf(always);
    await rig.run(0);
    await rig.run(0);
    expect(rig.mails()).toHaveLength(1);
  });

  test("keeps the subject of a failure, which is thrown, and puts the report into the same mail", async () => {
    const rig = rigOf(always);
    rig.primary.on(DescribeInstancesCommand).resolves({});
    await expect(rig.run(0)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.mails()).toStrictEqual([`${VAULT}: NOTHING BACKED UP, no instance matched`]);
    expect(rig.bodies()[0]).toContain("2. the run for 2026-11-22T03:00:00Z was no-instances: ");
  });

  test("does not repeat a failure that was reported within the day, and does not call the run clean", async () => {
    const rig = rigOf(always);
    rig.primary.on(DescribeInstancesCommand).resolves({});
    await expect(rig.run(0)).rejects.toMatchObject({ name: "BackupFailed" });
    await rig.run(0.5);
    expect(rig.mails()[1]).toBe(
      `${VAULT}: backup done, 0 snapshots and 0 copies started, no-instances as reported before`,
    );
    expect(rig.bodies()[1]).not.toContain("What is wrong");
  });
});

describe("mailOn weekly-summary", () => {
  const weekly = { mailOn: "weekly-summary" } as const;

  test("sums up the vault's state in the first run of a week, and in no other", async () => {
    // 2026-11-22 is a Sunday, the last day of its week.
    const rig = rigOf(weekly);
    for (let day = 0; day <= 8; day += 1) await rig.run(day);
    expect(rig.mails()).toStrictEqual([
      `${VAULT}: weekly summary 2026-W47`,
      `${VAULT}: weekly summary 2026-W48`,
      `${VAULT}: weekly summary 2026-W49`,
    ]);
    expect(rig.bodies()[0]).toContain(
      "1. 2026-W47: 1 instance backed up, 0 problems now. " +
        "us-east-1 has 1 recovery point (8 GiB of volumes), for 1 scheduled time in 7 days; the worst recovery point age of an instance is 1 day. " +
        "us-west-2 has 1 recovery point (8 GiB of volumes), for 1 scheduled time in 7 days; the worst recovery point age of an instance is 1 day\n",
    );
  });

  test("starts a week on Monday in the vault's time zone", async () => {
    const rig = rigOf({ ...weekly, timezone: "Pacific/Auckland", schedule: "rate(12 hours)" });
    await rig.run(0);
    // Sunday 15:00 UTC is Monday in Auckland.
    await rig.run(0.5);
    expect(rig.mails().map((subject) => subject.slice(-8))).toStrictEqual(["2026-W47", "2026-W48"]);
  });

  test("mails failures at once, and once a day, as usual", async () => {
    const rig = rigOf(weekly);
    await rig.run(0);
    rig.primary.on(DescribeInstancesCommand).resolves({});
    await expect(rig.run(0.25)).rejects.toMatchObject({ name: "BackupFailed" });
    await rig.run(0.5);
    expect(rig.mails()).toStrictEqual([
      `${VAULT}: weekly summary 2026-W47`,
      `${VAULT}: NOTHING BACKED UP, no instance matched`,
    ]);
  });

  test("says if a region can't be read", async () => {
    const rig = rigOf(weekly);
    rig.primary.on(DescribeSnapshotsCommand).rejects(new Error("no route"));
    await expect(rig.run(0)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.bodies()[0]).toContain("us-east-1 could not be read. us-west-2 has 1 recovery point (");
  });

  test("mails again if SNS was down", async () => {
    const rig = rigOf(weekly);
    rig.sns.on(PublishCommand).rejectsOnce(new Error("SNS is down"));
    await rig.run(0);
    await rig.run(0.25);
    await rig.run(0.5);
    expect(rig.mails()).toHaveLength(2);
  });
});
