/** Tests deletions and locks with two DR regions: each region is checked and limited on its own. */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import {
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { applyPlan } from "../../../src/vault/apply/apply";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Plan } from "../../../src/vault/model/actions";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { World } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { DR, DR2, NOW, SETTINGS, copyOf, sealedIn, snapshot, standInOf } from "../../support/world";

const LOCKING: VaultSettings = { ...SETTINGS, dr: [DR, DR2], lock: { mode: "governance", days: 7 } };
const REGIONS = [SETTINGS.primaryRegion, DR.region, DR2.region];
const clients = makeClients(LOCKING);
const readers = REGIONS.map((region) => mockClient(ec2In(clients, region).reader));
const writers = REGIONS.map((region) => mockClient(ec2In(clients, region).writer));

const old = snapshot("old", { startTimeMs: NOW - 40 * DAY_MS });
const fresh = snapshot("fresh", { startTimeMs: NOW - HOUR_MS });
const copiesIn = (dr: typeof DR) => [
  copyOf(old, `old-${dr.region}`, sealedIn(dr)),
  copyOf(fresh, `fresh-${dr.region}`, sealedIn(dr)),
];
const world: World = {
  snapshots: [old, fresh, standInOf(fresh, "stand-in")],
  copies: { [DR.region]: copiesIn(DR), [DR2.region]: copiesIn(DR2) },
  problems: [],
  throttled: [],
};
const plan: Plan = {
  actions: [deleteAction("old"), ...[DR, DR2].map(({ region }) => deleteAction(`old-${region}`, { region }))],
  kept: [],
  problems: [],
  pending: [],
  slotSettled: true,
};

beforeEach(() => {
  for (const reader of readers) {
    reader.reset();
    reader.on(DescribeLockedSnapshotsCommand).resolves({});
    reader.on(DescribeSnapshotAttributeCommand).resolves({});
  }
  for (const writer of writers) {
    writer.reset();
    writer.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
    writer.on(LockSnapshotCommand).resolves({ $metadata: {} });
  }
});

/** Applies the plan and returns what was deleted, locked and reported. */
async function carry(settings = LOCKING, seen = world) {
  const budget = { now: () => NOW, deadlineMs: NOW + 1 };
  const done = await applyPlan(plan, takeInventory(seen, settings), { clients, settings, budget });
  const deleted = writers.flatMap((w) => w.commandCalls(DeleteSnapshotCommand));
  const locked = writers.flatMap((w) => w.commandCalls(LockSnapshotCommand));
  return {
    deleted: deleted.map(({ args: [{ input }] }) => input.SnapshotId),
    locked: locked.map(({ args: [{ input }] }) => input.SnapshotId),
    notified: done.plan.problems.map(({ kind, subject }) => `${kind}/${subject}`),
  };
}

test("locks the new copies and deletes the old ones in each region, and does not lock an encrypted replacement", async () => {
  await expect(carry()).resolves.toStrictEqual({
    deleted: ["old", "old-us-west-2", "old-eu-west-1"],
    locked: ["fresh-us-west-2", "fresh-eu-west-1"],
    notified: [],
  });
});

test("deletes and locks nothing only in the region whose locks can't be read", async () => {
  const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation" });
  readers[2]!.on(DescribeLockedSnapshotsCommand).rejects(denied);
  await expect(carry()).resolves.toStrictEqual({
    deleted: ["old", "old-us-west-2"],
    locked: ["fresh-us-west-2"],
    notified: ["deletion-not-checked/locks in eu-west-1"],
  });
});

test("asks nothing of a region that is not seen", async () => {
  const seen = { ...world, copies: { [DR.region]: copiesIn(DR) } };
  const { locked } = await carry(LOCKING, seen);
  expect(locked).toStrictEqual(["fresh-us-west-2"]);
  expect(readers[2]!.calls()).toStrictEqual([]);
});
