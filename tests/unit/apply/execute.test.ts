/** Tests the outcome of an action for each answer of AWS. */
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { apply } from "../../../src/vault/apply/execute";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import type { Action } from "../../../src/vault/model/actions";
import { copyAction, deleteAction, lockAction, snapshotAction } from "../../support/actions";
import { DR, NOW, SETTINGS, SLOT, volume } from "../../support/world";

const clients = makeClients(SETTINGS);
const primary = mockClient(ec2In(clients, SETTINGS.primaryRegion).writer);
const dr = mockClient(ec2In(clients, DR.region).writer);

beforeEach(() => {
  primary.reset();
  dr.reset();
});

function awsError(code: string): Error {
  return Object.assign(new Error("no"), {
    name: code,
    $metadata: { httpStatusCode: 400, requestId: "r-9" },
  });
}

function run(actions: Action[], hasTime = () => true) {
  const now = () => (hasTime() ? NOW : NOW + 2);
  return apply(actions, { clients, settings: SETTINGS, budget: { now, deadlineMs: NOW + 1 } });
}

/** Returns `status: detail` of each outcome. */
async function outcomes(actions: Action[]): Promise<string[]> {
  return (await run(actions)).map(({ status, detail }) => `${status}: ${detail}`);
}

test("performs each action in its region and returns the outcomes in the plan's order", async () => {
  const $metadata = { requestId: "r-1" };
  primary.on(CreateSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: "a" }], $metadata });
  primary.on(DeleteSnapshotCommand).resolves({ $metadata });
  dr.on(CopySnapshotCommand).resolves({ SnapshotId: "b", $metadata });
  dr.on(DeleteSnapshotCommand).resolves({ $metadata });
  const actions = [
    snapshotAction(),
    copyAction("snap-1"),
    deleteAction("snap-2"),
    deleteAction("snap-3", { region: DR.region }),
  ];
  const done = { status: "done", code: undefined, requestId: "r-1" };
  await expect(run(actions)).resolves.toStrictEqual([
    { ...done, action: actions[0], detail: "1 volumes, one crash-consistent set", snapshotIds: ["a"] },
    { ...done, action: actions[1], detail: "no copy yet", snapshotIds: ["b"] },
    { ...done, action: actions[2], detail: "old", snapshotIds: [] },
    { ...done, action: actions[3], detail: "old", snapshotIds: [] },
  ]);
  expect(primary.commandCalls(DeleteSnapshotCommand).map((c) => c.args[0].input.SnapshotId)).toStrictEqual(["snap-2"]);
  expect(dr.commandCalls(DeleteSnapshotCommand).map((c) => c.args[0].input.SnapshotId)).toStrictEqual(["snap-3"]);
});

test.each([
  ["ResourceLimitExceeded", "deferred"],
  ["RequestLimitExceeded", "deferred"],
  ["ConcurrentSnapshotLimitExceeded", "deferred"],
  ["InternalError", "deferred"],
  ["InvalidSnapshot.NotFound", "skipped"],
  ["InvalidSnapshot.InUse", "skipped"],
  ["UnauthorizedOperation", "failed"],
  ["InvalidParameterValue", "failed"],
])("reports a copy that EC2 answers with %s as %s, with its code and request id", async (code, status) => {
  dr.on(CopySnapshotCommand).rejects(awsError(code));
  const action = copyAction("snap-1");
  await expect(run([action])).resolves.toStrictEqual([
    { action, status, detail: `${code}: no`, code, requestId: "r-9", snapshotIds: [] },
  ]);
});

test("locks copies in the DR region, in a lane of their own", async () => {
  dr.on(LockSnapshotCommand).rejects(awsError("RequestLimitExceeded"));
  dr.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
  const locks = Array.from({ length: 20 }, (_, n) => lockAction(`snap-${n}`));
  const results = await outcomes([...locks, deleteAction("d", { region: DR.region })]);
  expect(dr.commandCalls(LockSnapshotCommand).length).toBeLessThanOrEqual(8);
  expect(results.slice(8)).toStrictEqual([
    ...Array.from({ length: 12 }, () => "deferred: stopped after RequestLimitExceeded"),
    "done: old",
  ]);
  dr.on(LockSnapshotCommand).resolves({ $metadata: {} });
  await expect(outcomes([lockAction("snap-1")])).resolves.toStrictEqual(["done: not locked"]);
});

test.each([
  ["an AMI", "InvalidSnapshot.InUse", "in use by ami-1", "skipped", ["ami-1"]],
  ["a lock", "OddCode", "it is locked", "skipped", []],
  ["nothing", "OddCode", "no", "failed", undefined],
])("handles a deletion that %s prevents", async (_what, code, message, status, heldBy) => {
  primary.on(DeleteSnapshotCommand).rejects(Object.assign(awsError(code), { message }));
  const [outcome] = await run([deleteAction("snap-1")]);
  expect([outcome?.status, outcome?.heldBy]).toStrictEqual([status, heldBy]);
});

test("defers a copy whose answer was lost, because the next invocation looks for it", async () => {
  dr.on(CopySnapshotCommand).rejects(new Error("socket hang up"));
  await expect(outcomes([copyAction("s")])).resolves.toStrictEqual(["deferred: Error: socket hang up"]);
});

const TWENTY = Array.from({ length: 20 }, (_, n) => copyAction(`snap-${n}`));

test("stops only the other copies at a limit on copies", async () => {
  dr.on(CopySnapshotCommand).rejects(awsError("ResourceLimitExceeded"));
  dr.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
  primary.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
  const deletes = [deleteAction("p"), deleteAction("d", { region: DR.region })];
  const results = await outcomes([...TWENTY, ...deletes]);
  expect(dr.commandCalls(CopySnapshotCommand).length).toBeLessThanOrEqual(8);
  expect(results.slice(8, 20)).toStrictEqual(
    Array.from({ length: 12 }, () => "deferred: stopped after ResourceLimitExceeded"),
  );
  expect(results.slice(20)).toStrictEqual(["done: old", "done: old"]);
});

test("continues with other actions after one resource is busy", async () => {
  dr.on(CopySnapshotCommand)
    .rejectsOnce(awsError("ConcurrentSnapshotLimitExceeded"))
    .resolves({ SnapshotId: "c", $metadata: {} });
  const results = await run(TWENTY);
  expect(results.filter(({ status }) => status === "done")).toHaveLength(19);
});

test("starts nothing after the deadline", async () => {
  const results = await run([snapshotAction(), copyAction("s"), deleteAction("d")], () => false);
  expect(results.map(({ status, detail }) => `${status}: ${detail}`)).toStrictEqual([
    "deferred: no time left",
    "deferred: no time left",
    "deferred: no time left",
  ]);
  expect([...primary.calls(), ...dr.calls()]).toStrictEqual([]);
});

describe("deleting a copy whose source is kept", () => {
  const expiredCopyTag = { snapshotId: "snap-1", regions: [DR.region] };
  const action = deleteAction("c", { region: DR.region, expiredCopyTag });

  test("tags the source as copy-expired first", async () => {
    const order: string[] = [];
    primary.on(CreateTagsCommand).callsFake(() => order.push("mark"));
    dr.on(DeleteSnapshotCommand).callsFake(() => {
      order.push("delete");
      return { $metadata: {} };
    });
    await expect(outcomes([action])).resolves.toStrictEqual(["done: old"]);
    expect(order).toStrictEqual(["mark", "delete"]);
    expect(primary.commandCalls(CreateTagsCommand).map((c) => c.args[0].input)).toStrictEqual([
      { Resources: ["snap-1"], Tags: [{ Key: copyExpiredTag(DR.region), Value: SLOT }] },
    ]);
  });

  test("does not delete the copy if it could not tag the source, because the copy would be made again", async () => {
    primary.on(CreateTagsCommand).rejects(awsError("UnauthorizedOperation"));
    await expect(outcomes([action])).resolves.toStrictEqual(["failed: UnauthorizedOperation: no"]);
    expect(dr.calls()).toHaveLength(0);
  });

  test("deletes the copy if the source is gone by then", async () => {
    primary.on(CreateTagsCommand).rejects(awsError("InvalidSnapshot.NotFound"));
    dr.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
    await expect(outcomes([action])).resolves.toStrictEqual(["done: old"]);
  });
});

describe("a set that EC2 refuses", () => {
  const three = snapshotAction({ volumes: ["vol-1", "vol-2", "vol-3"].map((id) => volume(id)) });

  /** Sets EC2's answer for each volume: an error code, or else a snapshot. */
  function answer(byVolume: Record<string, string | undefined>): void {
    primary.on(CreateSnapshotsCommand).rejects(awsError("InvalidInstance"));
    primary.on(CreateSnapshotCommand).callsFake(({ VolumeId = "" }: { VolumeId?: string }) => {
      const code = byVolume[VolumeId];
      if (code !== undefined) throw awsError(code);
      return { SnapshotId: `of-${VolumeId}`, $metadata: {} };
    });
  }

  const asked = () => primary.commandCalls(CreateSnapshotCommand).map((c) => c.args[0].input.VolumeId);

  test("becomes one snapshot per volume, tagged as not crash-consistent, with the reason", async () => {
    answer({});
    await expect(run([three])).resolves.toMatchObject([
      {
        status: "done",
        detail: "3 of 3 volumes, not crash-consistent: InvalidInstance: no",
        snapshotIds: ["of-vol-1", "of-vol-2", "of-vol-3"],
      },
    ]);
    const [call] = primary.commandCalls(CreateSnapshotCommand);
    expect(call?.args[0].input.TagSpecifications?.[0]?.Tags).toContainEqual({
      Key: TAG.crashConsistent,
      Value: "false",
    });
  });

  test.each([
    [
      "one fails, the others are made",
      { "vol-1": "InvalidParameterValue" },
      "failed",
      "2 of 3",
      "vol-1: InvalidParameterValue",
      3,
    ],
    [
      "one that is gone is skipped",
      { "vol-2": "InvalidVolume.NotFound" },
      "skipped",
      "2 of 3",
      "vol-2: InvalidVolume.NotFound",
      3,
    ],
    [
      "a failure after a busy volume is reported",
      { "vol-1": "ConcurrentSnapshotLimitExceeded", "vol-2": "UnauthorizedOperation" },
      "failed",
      "1 of 3",
      "vol-2: UnauthorizedOperation",
      3,
    ],
    [
      "a busy volume after one that is gone is deferred",
      { "vol-1": "InvalidVolume.NotFound", "vol-2": "ConcurrentSnapshotLimitExceeded" },
      "deferred",
      "1 of 3",
      "vol-2: ConcurrentSnapshotLimitExceeded",
      3,
    ],
    [
      "no further call is made after a limit",
      { "vol-2": "PendingSnapshotLimitExceeded" },
      "deferred",
      "1 of 3",
      "vol-2: PendingSnapshotLimitExceeded",
      2,
    ],
  ])("becomes single snapshots: %s", async (_what, byVolume, status, made, why, calls) => {
    answer(byVolume);
    const [result] = await run([three]);
    expect(result?.status).toBe(status);
    expect(result?.detail).toBe(`${made} volumes, not crash-consistent: InvalidInstance: no; ${why}: no`);
    expect(asked()).toHaveLength(calls);
  });

  test("stops its lane at a limit even if another volume failed before", async () => {
    answer({ "vol-1": "InvalidParameterValue", "vol-2": "PendingSnapshotLimitExceeded" });
    const many = Array.from({ length: 10 }, (_, n) => snapshotAction({ ...three, instanceId: `i-${n}` }));
    const results = await run(many);
    expect(results.slice(8).map((o) => o.detail)).toStrictEqual([
      "stopped after PendingSnapshotLimitExceeded",
      "stopped after PendingSnapshotLimitExceeded",
    ]);
  });
});

test.each(["InternalError", "RequestLimitExceeded", "UnauthorizedOperation", "InvalidInstanceID.NotFound"])(
  "does not split a set that ends in %s into single volumes",
  async (code) => {
    primary.on(CreateSnapshotsCommand).rejects(awsError(code));
    const [result] = await run([snapshotAction()]);
    expect(result?.code).toBe(code);
    expect(primary.commandCalls(CreateSnapshotCommand)).toHaveLength(0);
  },
);

test("snapshots each volume by itself if an instance has more volumes to exclude than one call takes", async () => {
  primary.on(CreateSnapshotCommand).resolves({ SnapshotId: "a", $metadata: {} });
  await expect(outcomes([snapshotAction({ mode: "each" })])).resolves.toStrictEqual([
    "done: 2 of 2 volumes, not crash-consistent: more volumes to leave out than one call takes",
  ]);
  expect(primary.commandCalls(CreateSnapshotsCommand)).toHaveLength(0);
});
