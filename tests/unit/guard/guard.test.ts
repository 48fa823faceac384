/** Tests what is deleted and locked, for each answer that AWS can give about a snapshot that is due. */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { DescribeLockedSnapshotsCommand, DescribeSnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { guardRegions } from "../../../src/vault/guard/guard";
import type { Findings } from "../../../src/vault/guard/findings";
import { prune } from "../../../src/vault/apply/prune";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Doubt } from "../../../src/vault/model/identity";
import type { DeleteAction } from "../../../src/vault/model/actions";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { DR, NOW, SETTINGS, copyOf, inDr, snapshot } from "../../support/world";
import { IF_DENIED } from "../../../src/vault/lib/text";

const clients = makeClients(SETTINGS);
const primary = mockClient(ec2In(clients, SETTINGS.primaryRegion).reader);
const dr = mockClient(ec2In(clients, DR.region).reader);
const LOCKING: VaultSettings = { ...SETTINGS, lock: { mode: "governance", days: 7 } };

beforeEach(() => {
  for (const reader of [primary, dr]) {
    reader.reset();
    reader.on(DescribeLockedSnapshotsCommand).resolves({});
    reader.on(DescribeSnapshotAttributeCommand).resolves({});
  }
});

function awsError(code: string): Error {
  return Object.assign(new Error("no"), { name: code, $metadata: { httpStatusCode: 400 } });
}

const old = snapshot("old", { startTimeMs: NOW - 40 * DAY_MS });
const oldCopy = copyOf(old, "old-copy");
const newSource = snapshot("new");
const newCopy = copyOf(newSource, "new-copy", { startTimeMs: NOW - HOUR_MS });
const IDENTITY: Doubt = { of: "identity", what: "its slot" };

/** Returns the snapshot after somebody removed a tag from it. */
function untagged({ tags, ...rest }: Snapshot, key: string): Snapshot {
  const { [key]: _gone, ...left } = tags;
  return { ...rest, tags: left, doubt: { of: "tags", what: `${key} is gone` } };
}

const here = deleteAction("old");
const there = deleteAction("old-copy", { region: DR.region });

/** Returns what a dry run would lock and delete, and why it leaves the rest. */
async function guard(
  deletes: DeleteAction[],
  { policy = SETTINGS, snapshots = [old], copies = [oldCopy], hasTime = (): boolean => true } = {},
) {
  const world: World = { snapshots, copies: inDr(copies), problems: [], throttled: [] };
  const budget = { now: () => (hasTime() ? NOW : NOW + 2), deadlineMs: NOW + 1 };
  const findings: Findings = { kept: [], problems: [], throttled: [] };
  const regions = await guardRegions(
    deletes,
    takeInventory(world, policy),
    { clients, settings: policy, budget },
    findings,
  );
  const dry = { ...policy, dryRun: true, maxDeletePercent: Infinity };
  const outcomes = await prune(regions, { clients, settings: dry, budget }, findings);
  const planned = outcomes.filter(({ status }) => status === "planned");
  const putOff = outcomes.filter(({ status }) => status === "deferred");
  return {
    actions: [...regions.flatMap(({ locks }) => locks), ...planned.map(({ action }) => action as DeleteAction)],
    putOff: putOff.map(({ code }) => code ?? "NoTime"),
    ...findings,
  };
}

const nothing = { actions: [], putOff: [] as string[], kept: [], problems: [], throttled: [] };

function lockedIn(reader: typeof dr, SnapshotId: string, days = 30): void {
  const LockExpiresOn = new Date(NOW + days * DAY_MS);
  const Snapshots = [{ SnapshotId, LockState: "governance" as const, LockExpiresOn }];
  reader.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots });
}

test("deletes in both regions what nothing holds, in the plan's order", async () => {
  await expect(guard([there, here])).resolves.toStrictEqual({ ...nothing, actions: [here, there] });
  const asked = [primary, dr].map((reader) =>
    reader.commandCalls(DescribeSnapshotAttributeCommand).map((c) => c.args[0].input),
  );
  expect(asked).toStrictEqual([
    [{ SnapshotId: "old", Attribute: "createVolumePermission" }],
    [{ SnapshotId: "old-copy", Attribute: "createVolumePermission" }],
  ]);
});

test("reads nothing if nothing is to be deleted", async () => {
  await expect(guard([])).resolves.toStrictEqual(nothing);
  await guard([here]);
  expect(dr.calls()).toStrictEqual([]);
});

test("keeps and reports a locked snapshot, without reading whom it is shared with", async () => {
  lockedIn(primary, "old");
  const { actions, kept, problems } = await guard([here]);
  expect(actions).toStrictEqual([]);
  expect(kept).toStrictEqual([
    {
      region: "us-east-1",
      snapshotId: "old",
      reason: "old, but it is locked (governance) until 2026-12-22T03:00:00Z",
    },
  ]);
  expect(problems).toMatchObject([{ kind: "locked", subject: "old", severity: "notice" }]);
  expect(primary.commandCalls(DescribeSnapshotAttributeCommand)).toStrictEqual([]);
});

test("applies a lock only in its own region", async () => {
  lockedIn(primary, "old-copy");
  await expect(guard([there])).resolves.toStrictEqual({ ...nothing, actions: [there] });
});

test("keeps and reports a shared snapshot", async () => {
  primary.on(DescribeSnapshotAttributeCommand).resolves({
    CreateVolumePermissions: [{ UserId: "222222222222" }, { Group: "all" }],
  });
  const { actions, kept, problems } = await guard([here]);
  expect(actions).toStrictEqual([]);
  expect(kept.map(({ reason }) => reason)).toStrictEqual(["old, but it is shared with 222222222222, all"]);
  expect(problems).toMatchObject([{ kind: "shared", subject: "old", severity: "notice" }]);
});

test("keeps an archived snapshot without notifying anyone", async () => {
  const archived = { ...old, storageTier: "archive" };
  const { actions, kept, problems } = await guard([{ ...here, snapshot: archived }], { snapshots: [archived] });
  expect(actions).toStrictEqual([]);
  expect(kept.map(({ reason }) => reason)).toStrictEqual(["old, but it is in the archive tier"]);
  expect(problems).toStrictEqual([]);
});

describe("what could not be checked is not deleted", () => {
  const deletes = [here, deleteAction("older"), there];

  test("deletes nothing in a region whose locks could not be read, and reports it", async () => {
    primary.on(DescribeLockedSnapshotsCommand).rejects(awsError("UnauthorizedOperation"));
    const { actions, kept, problems, throttled } = await guard(deletes);
    expect(actions).toStrictEqual([there]);
    expect(kept.map(({ reason }) => reason)).toStrictEqual([
      "old, but its region's locks are not known",
      "old, but its region's locks are not known",
    ]);
    expect(problems).toStrictEqual([
      {
        kind: "deletion-not-checked",
        severity: "failure",
        subject: "locks in us-east-1",
        message:
          "nothing was locked or deleted in us-east-1, because the vault could not read locks in us-east-1: UnauthorizedOperation: no",
        hint: `The next hourly sweep tries again. ${IF_DENIED} Otherwise check the region's health.`,
      },
    ]);
    expect(throttled).toStrictEqual([]);
    expect(primary.commandCalls(DescribeSnapshotAttributeCommand)).toStrictEqual([]);
  });

  test("defers a region whose locks AWS throttles, without reporting it", async () => {
    primary.on(DescribeLockedSnapshotsCommand).rejects(awsError("RequestLimitExceeded"));
    const { actions, problems, throttled } = await guard([here]);
    expect([actions, problems]).toStrictEqual([[], []]);
    expect(throttled).toMatchObject([{ code: "RequestLimitExceeded", problem: { kind: "deletion-not-checked" } }]);
  });

  test("deletes the others if sharing of one could not be read, and reports the reason once", async () => {
    const ids = ["a", "b", "c"].map((id) => deleteAction(id));
    primary
      .on(DescribeSnapshotAttributeCommand, { SnapshotId: "b" })
      .rejects(awsError("InternalError"))
      .on(DescribeSnapshotAttributeCommand, { SnapshotId: "c" })
      .rejects(awsError("InternalError"));
    const { actions, putOff, problems } = await guard(ids);
    expect(actions.map(({ snapshotId }) => snapshotId)).toStrictEqual(["a"]);
    expect(putOff).toStrictEqual(["InternalError", "InternalError"]);
    expect(problems.map(({ message }) => message)).toStrictEqual([
      "some snapshots in us-east-1 were not deleted, because the vault could not read whom snapshots in us-east-1 are shared with: InternalError: no",
    ]);
  });

  test.each([
    ["RequestLimitExceeded", 0, 1],
    ["UnauthorizedOperation", 1, 0],
  ])("checks the sharing of no further snapshot of a region after %s", async (code, notified, throttledReads) => {
    primary.on(DescribeSnapshotAttributeCommand).rejects(awsError(code));
    const many = Array.from({ length: 30 }, (_, n) => deleteAction(`snap-${n}`));
    const { actions, putOff, problems, throttled } = await guard(many);
    expect(actions).toStrictEqual([]);
    expect(putOff).toStrictEqual(many.map(() => code));
    expect([problems.length, throttled.length]).toStrictEqual([notified, throttledReads]);
    expect(primary.commandCalls(DescribeSnapshotAttributeCommand).length).toBeLessThanOrEqual(8);
  });

  test("leaves out a snapshot that is gone, without reporting it", async () => {
    primary.on(DescribeSnapshotAttributeCommand).rejects(awsError("InvalidSnapshot.NotFound"));
    await expect(guard([here])).resolves.toStrictEqual(nothing);
  });

  test("reads and deletes nothing if there is no time", async () => {
    const { actions, putOff } = await guard(deletes, { hasTime: () => false });
    expect(actions).toStrictEqual([]);
    expect(putOff).toStrictEqual(["NoTime", "NoTime", "NoTime"]);
    expect([...primary.calls(), ...dr.calls()]).toStrictEqual([]);
  });

  test("defers the rest if time runs out on the way", async () => {
    let left = 6;
    const many = Array.from({ length: 30 }, (_, n) => deleteAction(`snap-${n}`));
    const { actions, putOff } = await guard(many, { hasTime: () => left-- > 0 });
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.length).toBeLessThan(7);
    expect(actions.length + putOff.length).toBe(30);
  });
});

describe("with copies that are locked", () => {
  const copies = [oldCopy, newCopy];

  test("locks the copy without a lock before anything is deleted", async () => {
    const { actions } = await guard([there], { policy: LOCKING, copies });
    expect(actions.map(({ kind, snapshotId }) => [kind, snapshotId])).toStrictEqual([
      ["lock", "new-copy"],
      ["delete", "old-copy"],
    ]);
  });

  test("reads the locks of the DR region even if nothing is to be deleted", async () => {
    lockedIn(dr, "new-copy", 7);
    await expect(guard([], { policy: LOCKING, copies })).resolves.toStrictEqual(nothing);
    expect([primary.calls().length, dr.calls().length]).toStrictEqual([0, 1]);
  });

  test("locks nothing while the locks are unknown", async () => {
    dr.on(DescribeLockedSnapshotsCommand).rejects(awsError("UnauthorizedOperation"));
    const { actions, problems } = await guard([], { policy: LOCKING, copies });
    expect(actions).toStrictEqual([]);
    expect(problems).toMatchObject([{ subject: "locks in us-west-2" }]);
  });

  test.each([
    ["another vault's", copyOf(newSource, "new-copy", { tags: { [TAG.vault]: "another" } })],
    ["in contradiction to its Description", { ...newCopy, doubt: IDENTITY }],
    ["an original that was planted there", { ...newSource, region: DR.region }],
    ["without the vault's tag, so that the role is not allowed to lock it", untagged(newCopy, TAG.vault)],
  ])("leaves alone a snapshot that is %s", async (_what, foreign) => {
    await expect(guard([], { policy: LOCKING, copies: [foreign] })).resolves.toStrictEqual(nothing);
    expect(dr.calls()).toStrictEqual([]);
  });

  test("locks a copy whose other tags were changed, because it is still the vault's own", async () => {
    const { actions } = await guard([], {
      policy: LOCKING,
      copies: [untagged(newCopy, TAG.run)],
    });
    expect(actions).toMatchObject([{ kind: "lock", snapshotId: "new-copy" }]);
  });

  test("does not lock a copy that is to be deleted", async () => {
    const goes = deleteAction("new-copy", { region: DR.region });
    const { actions } = await guard([goes], { policy: LOCKING, copies: [newCopy] });
    expect(actions).toStrictEqual([goes]);
  });
});
