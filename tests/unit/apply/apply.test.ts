/** Tests that the deletion limit applies after holds are known and before anything is deleted. */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import {
  CopySnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { applyPlan } from "../../../src/vault/apply/apply";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { Plan } from "../../../src/vault/model/actions";
import type { CoreSettings } from "../../../src/vault/model/settings";
import type { World } from "../../../src/vault/model/world";
import { copyAction, deleteAction } from "../../support/actions";
import { DR, NOW, SETTINGS, copyOf, inDr, snapshot } from "../../support/world";

const clients = makeClients(SETTINGS);
const here = ec2In(clients, SETTINGS.primaryRegion);
const there = ec2In(clients, DR.region);
const reader = mockClient(here.reader);
const writer = mockClient(here.writer);
const drReader = mockClient(there.reader);
const drWriter = mockClient(there.writer);

const snapshots = [3, 2, 1].map((days) => snapshot(`snap-${days}`, { startTimeMs: NOW - days * DAY_MS }));
const copies = snapshots.map((source) => copyOf(source, `${source.snapshotId}-copy`));
const world: World = { snapshots, copies: inDr(copies), problems: [], throttled: [] };

const plan: Plan = {
  actions: [deleteAction("snap-3"), deleteAction("snap-2"), deleteAction("snap-3-copy", { region: DR.region })],
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

function carry(extra: Partial<CoreSettings> = {}, seen = world, planned = plan) {
  const policy = { ...SETTINGS, maxDeletePercent: 50, ...extra };
  const budget = { now: () => NOW, deadlineMs: NOW + 1 };
  return applyPlan(planned, takeInventory(seen, policy), { clients, settings: policy, budget });
}

test("reports tags that AWS refused as a notice of the plan", async () => {
  const no = { name: "TagPolicyViolation", $metadata: { httpStatusCode: 400 } };
  drWriter
    .on(CopySnapshotCommand)
    .rejectsOnce(Object.assign(new Error("no"), no))
    .resolves({ SnapshotId: "snap-c", $metadata: {} });
  const done = await carry({}, world, { ...plan, actions: [copyAction("snap-9")] });
  expect(done.outcomes.map(({ status }) => status)).toStrictEqual(["done"]);
  expect(done.plan.problems).toMatchObject([
    { kind: "tags-left-out", subject: "snap-9 in us-west-2", severity: "notice" },
  ]);
});

test("deletes nothing that a person holds", async () => {
  const LockExpiresOn = new Date(NOW + 30 * DAY_MS);
  const Snapshots = [{ SnapshotId: "snap-2", LockState: "governance" as const, LockExpiresOn }];
  reader.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots });
  const done = await carry();
  expect(deleted()).toStrictEqual(["snap-3", "snap-3-copy"]);
  expect(done.plan.problems.map(({ kind }) => kind)).toStrictEqual(["locked"]);
});

test("locks copies before it checks or deletes anything, so that many deletions leave no copy unlocked", async () => {
  const calls: string[] = [];
  drReader.on(DescribeSnapshotAttributeCommand).callsFake(() => (calls.push("asked"), {}));
  drWriter.on(LockSnapshotCommand).callsFake(() => (calls.push("locked"), { $metadata: {} }));
  const fresh = copyOf(snapshot("fresh", { startTimeMs: NOW - 1 }), "fresh-copy");
  const seen = { ...world, copies: inDr([...copies, fresh]) };
  await carry({ lock: { mode: "governance", days: 1 } }, seen);
  expect(calls).toStrictEqual(["locked", "locked", "asked"]);
});

test("tags a source that is kept as copy-expired, but not one that is deleted in the same invocation", async () => {
  const marked = (id: string) =>
    deleteAction(`${id}-copy`, {
      region: DR.region,
      expiredCopyTag: { snapshotId: id, regions: [DR.region] },
    });
  const both: Plan = { ...plan, actions: [deleteAction("snap-3"), marked("snap-3"), marked("snap-2")] };
  writer.on(CreateTagsCommand).resolves({ $metadata: {} });
  await carry({ maxDeletePercent: 100 }, world, both);
  expect(deleted()).toStrictEqual(["snap-3", "snap-2-copy", "snap-3-copy"]);
  const tagged = writer.commandCalls(CreateTagsCommand).map(({ args: [{ input }] }) => input.Resources);
  expect(tagged).toStrictEqual([["snap-2"]]);
});

describe("an original whose copy expired after its replacement was made", () => {
  const original = deleteAction("snap-3", {
    because: "redundant",
    expiredCopyTag: { snapshotId: "snap-2", regions: [DR.region] },
  });
  const both: Plan = { ...plan, actions: [original, deleteAction("snap-2")] };
  const taggedIds = () => writer.commandCalls(CreateTagsCommand).map(({ args: [{ input }] }) => input.Resources);
  beforeEach(() => {
    writer.on(CreateTagsCommand).resolves({ $metadata: {} });
  });

  test("is deleted without another tag if its replacement expires with it", async () => {
    await carry({ maxDeletePercent: 100 }, world, both);
    expect(deleted()).toStrictEqual(["snap-2", "snap-3"]);
    expect(taggedIds()).toStrictEqual([]);
  });

  test("gives its tag to its replacement if that is held", async () => {
    reader
      .on(DescribeSnapshotAttributeCommand, { SnapshotId: "snap-2" })
      .resolves({ CreateVolumePermissions: [{ UserId: "222233334444" }] });
    await carry({ maxDeletePercent: 100 }, world, both);
    expect(deleted()).toStrictEqual(["snap-3"]);
    expect(taggedIds()).toStrictEqual([["snap-2"]]);
  });
});
