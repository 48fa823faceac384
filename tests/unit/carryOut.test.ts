/** The brake in its place: after what is held was found out, before anything is deleted. */
import {
  CopySnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { carryOut } from "../../src/vault/carryOut";
import type { AllowedPlans } from "../../src/vault/clockState";
import { ec2In, makeClients } from "../../src/vault/clients";
import { planHash } from "../../src/vault/planBrake";
import { DAY_MS } from "../../src/vault/time";
import type { Plan, VaultPolicy, World } from "../../src/vault/types";
import { copyAction, deleteAction } from "../support/actions";
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

function dueOf(count: number) {
  return Array.from({ length: count }, (_, n) =>
    snapshot(`due-${n}`, { startTimeMs: NOW - (9 + n) * DAY_MS }),
  );
}

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

function carry(
  extra: Partial<VaultPolicy> = {},
  seen = world,
  planned = plan,
  allowed: AllowedPlans = {},
) {
  const policy = { ...SETTINGS, maxDeletePercent: 50, ...extra };
  const budget = { now: () => NOW, deadlineMs: NOW + 1 };
  return carryOut(clients, planned, seen, policy, budget, allowed);
}

test("tags that AWS refuses are a notice of the plan", async () => {
  const no = { name: "TagPolicyViolation", $metadata: { httpStatusCode: 400 } };
  drWriter
    .on(CopySnapshotCommand)
    .rejectsOnce(Object.assign(new Error("no"), no))
    .resolves({ SnapshotId: "snap-c", $metadata: {} });
  const done = await carry({}, world, { ...plan, actions: [copyAction("snap-9")] });
  expect(done.outcomes.map(({ status }) => status)).toStrictEqual(["done"]);
  expect(done.plan.problems).toMatchObject([
    { kind: "tags-left-out", subject: "snap-9 in us-west-2", notice: true },
  ]);
});

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
  const wholly = ["snap-3", "snap-3-stand-in", "snap-2", "snap-2-stand-in"];
  const planned = { ...plan, actions: wholly.map((id) => deleteAction(id)) };
  const done = await carry({}, both, planned);
  expect(deleted()).toStrictEqual([]);
  expect(done.plan.problems.map(({ message }) => message)).toStrictEqual([
    expect.stringContaining("(67 %, maxDeletePercent is 50)"),
  ]);
});

test("a deletion that leaves a twin takes no recovery point, whatever it is for", async () => {
  const standIns = snapshots.map((one) => standInOf(one, `${one.snapshotId}-stand-in`));
  const done = await carry({}, { ...world, snapshots: [...snapshots, ...standIns] });
  expect(deleted()).toStrictEqual(["snap-3", "snap-2", "snap-3-copy"]);
  expect(done.plan.problems).toStrictEqual([]);
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

describe("the brake counts what is due, whatever could be looked at", () => {
  const due = dueOf(9);
  const many: World = { ...world, snapshots: [...due, snapshot("stays")], copies: inDr([]) };
  const all: Plan = { ...plan, actions: due.map(({ snapshotId }) => deleteAction(snapshotId)) };
  const throttled = Object.assign(new Error("slow"), { name: "RequestLimitExceeded" });

  test.each([0, 4, 8])(
    "with all but %d reads throttled it stays on, and is told",
    async (answered) => {
      reader.on(DescribeSnapshotAttributeCommand).rejects(throttled);
      for (const { snapshotId } of due.slice(0, answered)) {
        reader.on(DescribeSnapshotAttributeCommand, { SnapshotId: snapshotId }).resolves({});
      }
      const done = await carry({}, many, all);
      expect(deleted()).toStrictEqual([]);
      expect(done.plan.problems.map(({ kind }) => kind)).toStrictEqual(["delete-brake"]);
      expect(done.plan.kept).toHaveLength(9);
    },
  );

  test("what is seen to be shared is not due", async () => {
    for (const { snapshotId } of due.slice(0, 5)) {
      const CreateVolumePermissions = [{ UserId: "222222222222" }];
      reader.on(DescribeSnapshotAttributeCommand, { SnapshotId: snapshotId }).resolves({ CreateVolumePermissions }); // prettier-ignore
    }
    const done = await carry({}, many, all);
    expect(deleted()).toStrictEqual(["due-5", "due-6", "due-7", "due-8"]);
    expect(done.plan.kept.map(({ snapshotId }) => snapshotId)).toStrictEqual(due.slice(0, 5).map((one) => one.snapshotId)); // prettier-ignore
  });
});

test("an allowed plan that takes more than one pass goes on with what is left, and with nothing else", async () => {
  const due = dueOf(9);
  const many: World = { ...world, snapshots: [...due, snapshot("stays")], copies: inDr([]) };
  const all: Plan = { ...plan, actions: due.map(({ snapshotId }) => deleteAction(snapshotId)) };
  const hash = planHash(SETTINGS.primaryRegion, due.map(({ snapshotId }) => snapshotId)); // prettier-ignore
  const slow = Object.assign(new Error("slow"), { name: "RequestLimitExceeded" });
  writer.on(DeleteSnapshotCommand, { SnapshotId: "due-3" }).rejects(slow);
  const first = await carry({ allowDeletePlan: [hash] }, many, all);
  const gone = first.outcomes.flatMap(({ action, status }) => status === "done" && action.kind === "delete" ? [action.snapshotId] : []); // prettier-ignore
  expect(gone.length).toBeGreaterThan(2);
  const left = due.filter(({ snapshotId }) => !gone.includes(snapshotId));
  expect(first.allowed).toStrictEqual({
    "us-east-1": { plan: hash, rest: planHash("us-east-1", left.map(({ snapshotId }) => snapshotId)) }, // prettier-ignore
  });

  writer.reset();
  writer.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
  const then: Plan = { ...plan, actions: left.map(({ snapshotId }) => deleteAction(snapshotId)) };
  const rest: World = { ...many, snapshots: [...left, snapshot("stays")] };
  const second = await carry({ allowDeletePlan: [hash] }, rest, then, first.allowed);
  expect(deleted()).toStrictEqual(left.map(({ snapshotId }) => snapshotId));
  expect(second.plan.problems).toStrictEqual([]);

  const other: Plan = { ...plan, actions: [...then.actions, deleteAction("stays")] };
  writer.resetHistory();
  const stopped = await carry({ allowDeletePlan: [hash] }, rest, other, first.allowed);
  expect(deleted()).toStrictEqual([]);
  expect(stopped.plan.problems.map(({ subject }) => subject)).toStrictEqual([`us-east-1 beside ${hash}`]); // prettier-ignore
});

test("copies are locked before anything is asked or deleted, so that a long list of deletions keeps no copy unlocked", async () => {
  const calls: string[] = [];
  drReader.on(DescribeSnapshotAttributeCommand).callsFake(() => (calls.push("asked"), {}));
  drWriter.on(LockSnapshotCommand).callsFake(() => (calls.push("locked"), { $metadata: {} }));
  const fresh = copyOf(snapshot("fresh", { startTimeMs: NOW - 1 }), "fresh-copy");
  const seen = { ...world, copies: inDr([...copies, fresh]) };
  await carry({ lock: { mode: "governance", days: 1 } }, seen);
  expect(calls).toStrictEqual(["locked", "locked", "asked"]);
});

test("a source that goes in the same invocation is not marked for its copy that goes, too; one that stays is", async () => {
  const marked = (id: string) =>
    deleteAction(`${id}-copy`, {
      region: DR.region,
      mark: { snapshotId: id, regions: [DR.region] },
    });
  const both: Plan = { ...plan, actions: [deleteAction("snap-3"), marked("snap-3"), marked("snap-2")] }; // prettier-ignore
  writer.on(CreateTagsCommand).resolves({ $metadata: {} });
  await carry({ maxDeletePercent: 100 }, world, both);
  expect(deleted()).toStrictEqual(["snap-3", "snap-2-copy", "snap-3-copy"]);
  const tagged = writer.commandCalls(CreateTagsCommand).map(({ args: [{ input }] }) => input.Resources); // prettier-ignore
  expect(tagged).toStrictEqual([["snap-2"]]);
});
