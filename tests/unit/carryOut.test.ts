/** The brake in its place: after what is held was found out, before anything is deleted. */
import {
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { carryOut } from "../../src/vault/carryOut";
import { ec2In, makeClients } from "../../src/vault/clients";
import { planHash } from "../../src/vault/planBrake";
import { DAY_MS } from "../../src/vault/time";
import type { Plan, VaultPolicy, World } from "../../src/vault/types";
import { deleteAction } from "../support/actions";
import { DR, NOW, SETTINGS, copyOf, inDr, snapshot, standInOf } from "../support/world";

const clients = makeClients(SETTINGS);
const here = ec2In(clients, SETTINGS.primaryRegion);
const there = ec2In(clients, DR.region);
const reader = mockClient(here.reader);
const writer = mockClient(here.writer);
const drReader = mockClient(there.reader);
const drWriter = mockClient(there.writer);

const snapshots = [3, 2, 1].map((days) =>
  snapshot(`snap-${days}`, { startTimeMs: NOW - days * DAY_MS }),
);
const copies = snapshots.map((source) => copyOf(source, `${source.snapshotId}-copy`));
const world: World = { snapshots, copies: inDr(copies), problems: [], throttled: [] };

const plan: Plan = {
  actions: [
    deleteAction("snap-3"),
    deleteAction("snap-2"),
    deleteAction("snap-3-copy", { region: DR.region }),
  ],
  kept: [],
  problems: [],
  pending: [],
  slotSettled: true,
};

beforeEach(() => {
  for (const stub of [reader, writer, drReader, drWriter]) stub.reset();
  for (const stub of [reader, drReader]) {
    stub.on(DescribeLockedSnapshotsCommand).resolves({});
    stub.on(DescribeSnapshotAttributeCommand).resolves({});
  }
  for (const stub of [writer, drWriter]) {
    stub.on(DeleteSnapshotCommand).resolves({ $metadata: { requestId: "r" } });
  }
});

function deleted(): (string | undefined)[] {
  return [writer, drWriter].flatMap((stub) =>
    stub.commandCalls(DeleteSnapshotCommand).map(({ args: [{ input }] }) => input.SnapshotId),
  );
}

function carry(extra: Partial<VaultPolicy> = {}, seen = world) {
  const policy = { ...SETTINGS, maxDeletePercent: 50, ...extra };
  return carryOut(clients, plan, seen, policy, { now: () => NOW, deadlineMs: NOW + 1 });
}

test("too much in one region stops that region alone, and is told", async () => {
  const done = await carry();
  expect(deleted()).toStrictEqual(["snap-3-copy"]);
  expect(done.plan.problems.map(({ kind, subject }) => `${kind}/${subject}`)).toStrictEqual([
    "delete-brake/us-east-1",
  ]);
  expect(done.plan.kept.map(({ snapshotId }) => snapshotId)).toStrictEqual(["snap-3", "snap-2"]);
  expect(done.outcomes.map(({ status }) => status)).toStrictEqual(["done"]);
});

test("an original and its stand-in are one recovery point, not two", async () => {
  const standIns = snapshots.map((one) => standInOf(one, `${one.snapshotId}-stand-in`));
  const both = { ...world, snapshots: [...snapshots, ...standIns] };
  const done = await carry({}, both);
  expect(deleted()).toStrictEqual(["snap-3-copy"]);
  expect(done.plan.problems.map(({ message }) => message)).toStrictEqual([
    expect.stringContaining("would delete 2 of 3 recovery points in us-east-1 (67 %"),
  ]);
});

test("the plan that is allowed is carried out", async () => {
  const allowDeletePlan = [planHash(SETTINGS.primaryRegion, ["snap-2", "snap-3"])];
  const done = await carry({ allowDeletePlan });
  expect(deleted()).toStrictEqual(["snap-3", "snap-2", "snap-3-copy"]);
  expect(done.plan.problems).toStrictEqual([]);
});

test("what a person holds is not about to be deleted, and does not count", async () => {
  const LockExpiresOn = new Date(NOW + 30 * DAY_MS);
  const Snapshots = [{ SnapshotId: "snap-2", LockState: "governance" as const, LockExpiresOn }];
  reader.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots });
  const done = await carry();
  expect(deleted()).toStrictEqual(["snap-3", "snap-3-copy"]);
  expect(done.plan.problems.map(({ kind }) => kind)).toStrictEqual(["locked"]);
});
