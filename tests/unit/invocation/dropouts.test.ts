/** Tests instances that drop out of protection or that EC2 does not show whole yet, over several invocations. */
import {
  CreateSnapshotsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
} from "@aws-sdk/client-ec2";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { TAG, tagsToList } from "../../../src/vault/model/tags/tags";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Snapshot, Tags } from "../../../src/vault/model/world";
import { makeRig } from "../../support/rig";
import { NOW, SLOT, copyOf, snapshot } from "../../support/world";

const rig = makeRig();
const { followUpAfter } = rig;
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP_EVENT = { kind: "sweep" };
const YESTERDAY = isoSeconds(NOW - DAY_MS);
const DROPPED = "not-protected-anymore/i-2";

const web = { InstanceId: "i-1", BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } }] };

/** Returns a point of each instance, some days ago, with its copy. */
function points(daysAgo: number, ...ids: string[]): Snapshot[] {
  return ids.map((id) =>
    snapshot(`snap-${id}-${daysAgo}`, {
      startTimeMs: NOW - daysAgo * DAY_MS,
      volumeId: id.replace("i-", "vol-"),
      tags: { [TAG.instance]: id, [TAG.policy]: "true" },
    }),
  );
}

function sees(...snapshots: Snapshot[]): void {
  rig.sees(
    snapshots,
    snapshots.map((one) => copyOf(one, `copy-${one.snapshotId}`)),
  );
}

/** Sets what the lookup by id finds: i-2 with these tags, or nothing. */
function finds(tags: Tags | undefined, state: "running" | "terminated" = "running"): void {
  const found: Instance[] =
    tags === undefined ? [] : [{ InstanceId: "i-2", State: { Name: state }, Tags: tagsToList(tags) }];
  rig.primary.on(DescribeInstancesCommand).callsFake(({ Filters }: { Filters: { Name: string }[] }) => ({
    Reservations: [{ Instances: Filters.some(({ Name }) => Name === "instance-id") ? found : [web] }],
  }));
}

function bodies(): string[] {
  return rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message ?? "");
}

function clock() {
  const { on, slot, done } = rig.clock();
  return { on, slot, done };
}

const instanceReads = () => rig.primary.commandCalls(DescribeInstancesCommand).length;

beforeEach(() => {
  rig.reset();
  rig.carries({ done: YESTERDAY, notified: {} });
  sees(...points(1, "i-1", "i-2"));
  finds({ Name: "db" });
});

test("makes no additional call on a night when nobody is missing", async () => {
  sees(...points(1, "i-1"));
  await rig.trigger(RUN_EVENT);
  expect(instanceReads()).toBe(1);
});

test("names an instance that lost its tag on the first night, as a notice, and finishes the slot", async () => {
  await expect(rig.trigger(RUN_EVENT)).resolves.toMatchObject({ status: "clean" });
  expect(rig.mails()).toStrictEqual(["smart-vault-test: an instance is not backed up any more"]);
  expect(bodies()[0]).toContain("1. i-2 (db) is not backed up any more: it has no tag Backup. Its newest");
  expect(bodies()[0]).toContain("--resources i-2 --tags Key=Backup,Value=true");
  expect(bodies()[0]).toContain("docs/RUNBOOK.md#mail-an-instance-is-not-protected-any-more");
  expect(instanceReads()).toBe(2);
  expect(clock()).toMatchObject({ slot: undefined, done: SLOT });
});

test("does not look up the instance again on the following night", async () => {
  await rig.trigger(RUN_EVENT);
  const tonight = points(0, "i-1");
  sees(...points(1, "i-1", "i-2"), ...tonight);
  rig.primary.resetHistory();
  await followUpAfter(24 * 60, { kind: "run", slot: isoSeconds(NOW + DAY_MS) });
  expect(instanceReads()).toBe(1);
  expect(rig.mails()).toHaveLength(1);
});

test.each([["True "], ["true "], ["silver"], [""]])(
  "fails the run, which throws, if the tag has the value %p",
  async (value) => {
    finds({ Backup: value });
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(
      `i-2 is not backed up any more: it has the tag Backup="${value}". The vault backs up only Backup="true"`,
    );
    expect(rig.mails()).toStrictEqual(["smart-vault-test: backup incomplete, 1 problem"]);
  },
);

test.each([
  ["is gone", undefined, "running" as const],
  ["is terminated", {}, "terminated" as const],
])("does not report an instance that %s", async (_what, tags, state) => {
  finds(tags, state);
  await rig.trigger(RUN_EVENT);
  expect(rig.mails()).toStrictEqual([]);
  expect(clock()).toMatchObject({ done: SLOT });
});

describe("an instance that dropped out is reported by a later invocation", () => {
  test.each([
    ["a notice", { Name: "db" }],
    ["a failure", { Backup: "True" }],
  ])("if SNS was down, as %s", async (_what, tags) => {
    finds(tags);
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await rig.trigger(RUN_EVENT).catch(() => undefined);
    expect(clock()).toMatchObject({ slot: SLOT, done: YESTERDAY });
    sees(...points(1, "i-1", "i-2"), ...points(0, "i-1"));
    rig.sns.reset();
    rig.sns.on(PublishCommand).resolves({});
    await followUpAfter(60, SWEEP_EVENT).catch(() => undefined);
    expect(rig.mails()).toHaveLength(1);
    expect(bodies()[0]).toContain("is not backed up any more");
    expect(rig.clockSets().at(-1)?.input).toMatchObject({
      done: SLOT,
      notified: { [DROPPED]: expect.any(String) as string },
    });
    expect(clock().slot).toBeUndefined();
  });

  test("if SNS was down until after the next run", async () => {
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await rig.trigger(RUN_EVENT);
    sees(...points(1, "i-1", "i-2"), ...points(0, "i-1"));
    const tomorrow = isoSeconds(NOW + DAY_MS);
    await followUpAfter(24 * 60, { kind: "run", slot: tomorrow });
    expect(clock()).toMatchObject({ slot: tomorrow, done: YESTERDAY });
    rig.sns.reset();
    rig.sns.on(PublishCommand).resolves({});
    await followUpAfter(25 * 60, SWEEP_EVENT);
    expect(rig.mails()).toStrictEqual(["smart-vault-test: an instance is not backed up any more"]);
    expect(clock()).toMatchObject({ slot: undefined, done: tomorrow });
  });

  test("if the run was killed after its snapshots", async () => {
    rig.scheduler.on(UpdateScheduleCommand).resolvesOnce({}).rejects(new Error("killed"));
    rig.sns.on(PublishCommand).rejects(new Error("killed"));
    await rig.trigger(RUN_EVENT);
    expect(rig.mails()).toHaveLength(1);
    rig.sns.reset();
    rig.sns.on(PublishCommand).resolves({});
    rig.scheduler.on(UpdateScheduleCommand).resolves({});
    rig.at(NOW + 16 * MINUTE_MS);
    const guard = rig.clockSets()[0]!.input;
    expect(guard.slot).toBe(SLOT);
    rig.carries(guard);
    sees(...points(1, "i-1", "i-2"), ...points(0, "i-1"));
    await rig.trigger(guard);
    expect(bodies()[0]).toContain("i-2 (db) is not backed up any more");
  });

  test("if it could not be looked up", async () => {
    const web1 = { Reservations: [{ Instances: [web] }] };
    rig.primary.on(DescribeInstancesCommand).resolvesOnce(web1).rejects(new Error("no route"));
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow(
      "nobody was notified yet of instances that lost their backups, because the vault could not read instances in us-east-1 that are not protected any more: Error: no route",
    );
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(1);
    expect(clock()).toMatchObject({ slot: SLOT, done: YESTERDAY });
    finds({ Name: "db" });
    await followUpAfter(60, SWEEP_EVENT);
    expect(bodies()[1]).toContain("is not backed up any more");
    expect(clock()).toMatchObject({ slot: undefined, done: SLOT });
  });
});

test("keeps the slot of an instance that has the tag at the second look open, and backs it up a minute later", async () => {
  finds({ Backup: "true" });
  await rig.trigger(RUN_EVENT);
  expect(rig.mails()).toStrictEqual([]);
  expect(clock()).toMatchObject({ on: true, slot: SLOT, done: YESTERDAY });
  const db = { InstanceId: "i-2", BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-2" } }] };
  rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [web, db] }] });
  sees(...points(1, "i-1", "i-2"), ...points(0, "i-1"));
  await followUpAfter(1, rig.clockSets().at(-1)?.input);
  const [, second] = rig.writer.commandCalls(CreateSnapshotsCommand);
  expect(second?.args[0].input.InstanceSpecification?.InstanceId).toBe("i-2");
  expect(clock()).toMatchObject({ slot: undefined, done: SLOT });
});

describe("an instance whose recovery points become orphans soon", () => {
  beforeEach(() => {
    sees(...points(29, "i-2"), ...points(1, "i-1"));
  });

  test("is named again, once, in the last run before", async () => {
    await expect(rig.trigger(RUN_EVENT)).resolves.toMatchObject({ status: "clean" });
    expect(bodies()[0]).toContain(
      "1. i-2 (db) has not been backed up since 2026-10-24T03:00:00Z: it has no tag Backup. From 2026-11-23 on, once a mail has announced it for 7 days, only the newest recovery point of each volume is kept.",
    );
    await followUpAfter(60, { kind: "run", slot: isoSeconds(NOW + 60 * MINUTE_MS) });
    expect(rig.mails()).toHaveLength(1);
  });

  test("is named again by the next sweep if SNS was down", async () => {
    rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await rig.trigger(RUN_EVENT);
    expect(clock()).toMatchObject({ slot: SLOT });
    rig.sns.reset();
    rig.sns.on(PublishCommand).resolves({});
    await followUpAfter(60, SWEEP_EVENT);
    expect(bodies()[0]).toContain("From 2026-11-23 on, once a mail has announced it");
  });
});

describe("an instance that is not shown whole", () => {
  const pending = { InstanceId: "i-1", State: { Name: "pending" as const }, LaunchTime: new Date(NOW - MINUTE_MS) };

  function shows(one: Instance): void {
    rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [one] }] });
  }

  beforeEach(() => {
    sees();
    shows(pending);
  });

  test("is looked at again a minute later, and backed up without a report once it is whole", async () => {
    await rig.trigger(RUN_EVENT);
    expect(rig.clockSets().at(-1)?.at).toBe("at(2026-11-22T03:01:00)");
    expect(clock()).toMatchObject({ on: true, slot: SLOT });
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(0);
    shows({ ...pending, ...web, State: { Name: "running" } });
    await followUpAfter(1, rig.clockSets().at(-1)?.input);
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(1);
    expect(clock()).toMatchObject({ on: true, slot: SLOT });
    sees(...points(0, "i-1"));
    await followUpAfter(5, rig.clockSets().at(-1)?.input);
    expect(clock()).toMatchObject({ slot: undefined, done: SLOT });
    expect(rig.mails()).toStrictEqual([]);
  });

  test("keeps its slot open while DescribeVolumes shows more volumes than it does", async () => {
    shows({ ...web, State: { Name: "running" } });
    const Attachments = [{ InstanceId: "i-1", Device: "/dev/sdf", State: "attached" as const }];
    rig.primary.on(DescribeVolumesCommand).resolves({ Volumes: [{ VolumeId: "vol-2", Attachments }] });
    await rig.trigger(RUN_EVENT);
    expect(rig.writer.commandCalls(CreateSnapshotsCommand)).toHaveLength(0);
    expect(clock()).toMatchObject({ on: true, slot: SLOT });
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toThrow("i-1 has no snapshot of vol-1, vol-2 for");
    expect(clock()).toMatchObject({ slot: undefined, done: SLOT });
  });

  test("is reported when the window closes if it has no volume then", async () => {
    await rig.trigger(RUN_EVENT);
    await followUpAfter(60, SWEEP_EVENT);
    expect(rig.mails()).toStrictEqual([]);
    await expect(followUpAfter(481, SWEEP_EVENT)).rejects.toThrow("i-1 has the backup tag, but no EBS volume");
  });

  test("is reported at once if it really has no volume", async () => {
    shows({ ...pending, State: { Name: "running" }, LaunchTime: new Date(NOW - DAY_MS) });
    await expect(rig.trigger(RUN_EVENT)).rejects.toThrow("i-1 has the backup tag, but no EBS volume");
    expect(clock()).toMatchObject({ on: false, done: SLOT });
  });
});
