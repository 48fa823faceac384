/**
 * Tests that a recovery point is deleted whole or not at all, as far as that can be known; data first, the root last.
 */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import {
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { deleteUnshared } from "../../../src/vault/apply/deletions";
import type { Findings } from "../../../src/vault/guard/findings";
import { guardRegions } from "../../../src/vault/guard/guard";
import { prunePrimary } from "../../../src/vault/plan/prune/prunePrimary";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { DeleteAction } from "../../../src/vault/model/actions";
import type { Snapshot } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { NOW, SETTINGS, inDr, snapshot } from "../../support/world";

const clients = makeClients(SETTINGS);
const { reader, writer } = ec2In(clients, SETTINGS.primaryRegion);
const reads = mockClient(reader);
const writes = mockClient(writer);
const budget = { now: () => NOW, deadlineMs: NOW + 1 };

beforeEach(() => {
  reads.reset();
  writes.reset();
  reads.on(DescribeLockedSnapshotsCommand).resolves({});
  reads.on(DescribeSnapshotAttributeCommand).resolves({});
  writes.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
});

function refusing(SnapshotId: string, code: string): void {
  const error = Object.assign(new Error(`in use by ami-0123456789abcdef0`), {
    name: code,
    $metadata: { httpStatusCode: 400 },
  });
  writes.on(DeleteSnapshotCommand, { SnapshotId }).rejects(error);
}

const set = "i-1 2026-10-13T03:00:00Z";
const root = deleteAction("root", { set, isRoot: true });
const data = deleteAction("data", { set });
const logs = deleteAction("logs", { set });
const alone = deleteAction("alone", { set: "i-2 2026-10-13T03:00:00Z" });

/** Returns what is deleted, in order, why the rest is kept, and what is deferred. */
async function deleting(deletes: DeleteAction[], policy = SETTINGS) {
  const findings: Findings = { kept: [], problems: [], throttled: [] };
  const outcomes = await deleteUnshared(deletes, { clients, settings: policy, budget }, findings);
  return {
    tried: writes.commandCalls(DeleteSnapshotCommand).map(({ args }) => args[0].input.SnapshotId),
    kept: findings.kept.map(({ snapshotId, reason }) => `${snapshotId}: ${reason}`),
    putOff: outcomes
      .filter(({ status }) => status === "deferred")
      .map(({ action }) => (action as DeleteAction).snapshotId),
  };
}

test("deletes the root last", async () => {
  const { tried } = await deleting([root, data, logs]);
  expect(tried).toStrictEqual(["data", "logs", "root"]);
});

test("keeps the root of a recovery point if an AMI holds one of its volumes, and deletes others", async () => {
  refusing("logs", "InvalidSnapshot.InUse");
  const { tried, kept } = await deleting([root, data, logs, alone]);
  expect([...tried].sort()).toStrictEqual(["alone", "data", "logs"]);
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatch(/^root: old, but logs of it stays: /);
});

test("deletes nothing of a recovery point if one snapshot is shared, or if that can't be read", async () => {
  const shared = { CreateVolumePermissions: [{ UserId: "222222222222" }] };
  const ofLogs = { SnapshotId: "logs" };
  reads.on(DescribeSnapshotAttributeCommand, ofLogs).resolves(shared);
  const held = await deleting([root, data, logs]);
  expect([held.tried, held.putOff]).toStrictEqual([[], []]);
  expect(held.kept.sort()).toStrictEqual([
    "data: old, but logs of it stays: it is shared with 222222222222",
    "logs: old, but it is shared with 222222222222",
    "root: old, but logs of it stays: it is shared with 222222222222",
  ]);
  const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation", $metadata: {} });
  reads.on(DescribeSnapshotAttributeCommand, ofLogs).rejects(denied);
  const unknown = await deleting([root, data, logs]);
  expect([unknown.tried, [...unknown.putOff].sort()]).toStrictEqual([[], ["data", "logs", "root"]]);
});

test("stops a recovery point's deletion at a failure and defers the rest", async () => {
  refusing("data", "InternalError");
  const { tried, putOff } = await deleting([root, data, logs]);
  expect(tried).toStrictEqual(["data"]);
  expect(putOff).toStrictEqual(expect.arrayContaining(["logs", "root"]));
});

test("deletes nothing of a recovery point if one snapshot is locked", async () => {
  const Snapshots = [{ SnapshotId: "data", LockState: "governance" as const }];
  reads.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots });
  const snapshots = ["root", "data", "alone"].map((id) => snapshot(id));
  const world = { snapshots, copies: inDr([]), problems: [], throttled: [] };
  const findings: Findings = { kept: [], problems: [], throttled: [] };
  const [here] = await guardRegions(
    [root, data, alone],
    takeInventory(world, SETTINGS),
    { clients, settings: SETTINGS, budget },
    findings,
  );
  expect(here?.deletes).toStrictEqual([alone]);
  expect(findings.kept.map(({ snapshotId, reason }) => `${snapshotId}: ${reason}`)).toStrictEqual([
    "data: old, but it is locked (governance) for some days to come",
    "root: old, but data of it stays: it is locked (governance) for some days to come",
  ]);
});

describe("a recovery point past its time", () => {
  const OLD = NOW - 9 * DAY_MS;
  const tags = { [TAG.slot]: isoSeconds(OLD) };
  const oldRoot = snapshot("old-root", { startTimeMs: OLD, tags });
  const oldData = snapshot("old-data", { startTimeMs: OLD, tags, volumeId: "vol-2" });
  const today = [snapshot("new-root"), snapshot("new-data", { volumeId: "vol-2" })];
  const days = { retentionDays: 7 };
  const rules = {
    rulesOf: () => ({ keep: days, drKeep: days, keepAtLeast: 1 }),
    shared: new Map<string, ReadonlySet<string>>(),
    calendar: makeCalendar("UTC"),
    nowMs: NOW,
  };
  const deleted = (old: Snapshot[], unsafe?: string, doubted: Snapshot[] = []) => {
    const own = [...today, ...old];
    const world = { own, canonical: own, redundant: [], twins: [], doubted, wanted: new Set<string>() };
    const why = ({ snapshotId }: Snapshot) => (snapshotId === unsafe ? "it has no copy" : undefined);
    return prunePrimary("us-east-1", world, why, rules).actions.map(({ snapshotId }) => snapshotId);
  };

  test("is deleted whole", () => {
    expect(deleted([oldRoot, oldData])).toStrictEqual(["old-root", "old-data"]);
  });

  test.each(["old-root", "old-data"])("is kept whole while %s is not copied", (id) => {
    expect(deleted([oldRoot, oldData], id)).toStrictEqual([]);
  });

  test("is kept whole while one of its snapshots is pending or in doubt", () => {
    const pending: Snapshot = { ...oldData, state: "pending" };
    expect(deleted([oldRoot, pending])).toStrictEqual([]);
    const changed: Snapshot = { ...oldData, doubt: { of: "tags", what: "its slot" } };
    expect(deleted([oldRoot], undefined, [changed])).toStrictEqual([]);
  });
});
