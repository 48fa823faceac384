/**
 * Tests the audit log of whole invocations: when there is a record, what is in it, and what happens if it can't be
 * written.
 */
import { DeleteSnapshotCommand, DescribeLockedSnapshotsCommand } from "@aws-sdk/client-ec2";
import { HOUR_MS } from "../../../../src/vault/lib/time";
import {
  AUDITED,
  RECORD,
  RUN,
  SWEEP,
  fakeBucket,
  fiveDays,
  pair,
  rigOf,
  schemaFaults,
} from "../../../support/auditBucket";
import { lambdaContext } from "../../../support/rig";
import { NOW, SLOT, SETTINGS, keeping } from "../../../support/world";

let bucket: ReturnType<typeof fakeBucket>;

beforeEach(() => {
  bucket = fakeBucket();
});

describe("the audit log of a run", () => {
  test("has a record of the documented form, whatever the run did", async () => {
    const rig = rigOf();
    await rig.trigger(RUN);
    expect(bucket.keys()).toStrictEqual([RECORD]);
    expect(schemaFaults(bucket.read(RECORD), "record")).toStrictEqual([]);
    expect(bucket.read(RECORD)).toMatchObject({
      vault: SETTINGS.vaultId,
      trigger: { kind: "run", slot: SLOT, runId: "run-1" },
      startedAt: SLOT,
      regions: { primary: "us-east-1", dr: ["us-west-2"] },
      status: "clean",
      counts: { snapshots: 1 },
      decisions: [
        {
          kind: "snapshot",
          instanceId: "i-1",
          volumeIds: ["vol-1"],
          reason: `no snapshot for ${SLOT} yet`,
          outcome: "done",
          requestId: "r-1",
          snapshotIds: ["snap-1"],
        },
      ],
      settings: { policies: keeping(3), maxDeletePercent: 100 },
    });
  });

  test("gives for each deletion what it was, why, and AWS's request, and for the rest why it is kept", async () => {
    const rig = rigOf();
    fiveDays(rig);
    await rig.trigger(RUN);
    const [record] = bucket.records();
    const deleted = record?.decisions.filter(({ kind }) => kind === "delete") ?? [];
    expect(deleted).toHaveLength(4);
    expect(deleted).toContainEqual({
      kind: "delete",
      region: "us-east-1",
      snapshotId: "snap-4",
      because: "retention",
      of: { instanceId: "i-1", volumeId: "vol-1", slot: "2026-11-18T03:00:00Z" },
      reason: "4 days old, kept for 3 days",
      outcome: "done",
      detail: "4 days old, kept for 3 days",
      requestId: "r-1",
    });
    expect(record?.kept.map(({ snapshotId }) => snapshotId).sort()).toStrictEqual([
      "copy-0",
      "copy-1",
      "copy-2",
      "snap-0",
      "snap-1",
      "snap-2",
    ]);
    expect(schemaFaults(record, "record")).toStrictEqual([]);
  });

  test("says planned in a dry run, and is otherwise the same", async () => {
    const rig = rigOf({ ...AUDITED, dryRun: true });
    fiveDays(rig);
    await rig.trigger(RUN);
    const [record] = bucket.records();
    expect(record?.dryRun).toBe(true);
    expect(new Set(record?.decisions.map(({ outcome }) => outcome))).toStrictEqual(new Set(["planned"]));
    expect(schemaFaults(record, "record")).toStrictEqual([]);

    const real = rigOf();
    fiveDays(real);
    await real.trigger(RUN);
    expect(bucket.records().at(-1)?.planHash).toBe(record?.planHash);
  });

  test("has an error of AWS with its code and request id", async () => {
    const rig = rigOf();
    fiveDays(rig);
    const denied = {
      name: "UnauthorizedOperation",
      $metadata: { httpStatusCode: 403, requestId: "r-9" },
    };
    rig.writer.on(DeleteSnapshotCommand).rejects(Object.assign(new Error("no"), denied));
    await expect(rig.trigger(RUN)).rejects.toThrow("deleting snap-4 in us-east-1 failed");
    const [record] = bucket.records();
    expect(record?.decisions).toContainEqual(
      expect.objectContaining({
        snapshotId: "snap-4",
        outcome: "failed",
        code: "UnauthorizedOperation",
        requestId: "r-9",
      }),
    );
    expect(record?.problems.map(({ kind }) => kind)).toContain("delete-failed");
    expect(schemaFaults(record, "record")).toStrictEqual([]);
  });

  test("counts what there was no time for", async () => {
    const rig = rigOf();
    fiveDays(rig);
    await rig.trigger(RUN, lambdaContext(0));
    const [record] = bucket.records();
    expect(record?.decisions).toStrictEqual([]);
    expect(schemaFaults(record, "record")).toStrictEqual([]);
  });
});

describe("the audit log of a sweep", () => {
  test("has no record if the sweep found nothing to do", async () => {
    const rig = rigOf();
    const { source, copy } = pair("0", 0);
    rig.sees([source], [copy]);
    rig.at(NOW + 20 * HOUR_MS);
    rig.carries({ done: SLOT, notified: {} });
    await rig.trigger(SWEEP);
    expect(bucket.puts()).toBe(0);
  });

  test("has deletions under the time at which the sweep started", async () => {
    const rig = rigOf();
    fiveDays(rig);
    rig.at(NOW + HOUR_MS);
    rig.carries({ done: SLOT, notified: {} });
    await rig.trigger(SWEEP);
    expect(bucket.keys()).toContain("runs/2026/11/22/20261122T040000Z-run-1.json");
    expect(bucket.records()[0]?.decisions).toHaveLength(4);
    expect(bucket.records()[0]?.kept).toStrictEqual([]);
  });

  test.each([
    ["the deletion limit", { maxDeletePercent: 10 }, "the deletion limit holds it"],
    ["a lock", {}, "locked"],
  ])("has what %s kept from deletion, and nothing else that is kept", async (_, settings, why) => {
    const rig = rigOf({ ...AUDITED, ...settings });
    fiveDays(rig);
    rig.carries({ done: SLOT, notified: {} });
    const locked = ["snap-4", "snap-5"].map((SnapshotId) => ({
      SnapshotId,
      LockState: "governance" as const,
    }));
    rig.primary.on(DescribeLockedSnapshotsCommand).resolves({ Snapshots: locked });
    await rig.trigger(SWEEP).catch(() => undefined);
    const [record] = bucket.records();
    expect(record?.kept.map(({ snapshotId }) => snapshotId)).toEqual(expect.arrayContaining(["snap-4", "snap-5"]));
    expect(record?.kept.every(({ snapshotId }) => /-[45]$/.test(snapshotId))).toBe(true);
    expect(record?.kept.some(({ reason }) => reason.includes(why))).toBe(true);
    expect(schemaFaults(record, "record")).toStrictEqual([]);
  });
});

describe("a bucket that refuses", () => {
  test("is reported once a day, and stops nothing", async () => {
    const rig = rigOf();
    fiveDays(rig);
    bucket.refuse(403);
    await expect(rig.trigger(RUN)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.drWriter.commandCalls(DeleteSnapshotCommand)).toHaveLength(2);
    expect(rig.mails()).toHaveLength(1);
    expect(Object.keys(rig.clockSets().at(-1)?.input.notified ?? {}).sort()).toStrictEqual([
      "audit-not-written/record",
    ]);

    rig.at(NOW + HOUR_MS);
    await rig.trigger(SWEEP);
    rig.at(NOW + 24 * HOUR_MS);
    await expect(rig.trigger(SWEEP)).rejects.toMatchObject({ name: "BackupFailed" });
    expect(rig.mails()).toHaveLength(2);
  });
});

test.each([{ decisions: undefined }, { version: 2 }, { secret: "" }, { startedAt: "today" }])(
  "refuses by the documented form a record with %j",
  async (change) => {
    await rigOf().trigger(RUN);
    const written = { ...(bucket.read(RECORD) as object), ...change };
    expect(schemaFaults(JSON.parse(JSON.stringify(written)), "record")).not.toStrictEqual([]);
  },
);

test("writes nothing without audit and manifests, and carries nothing of them", async () => {
  const rig = rigOf({ ...AUDITED, audit: undefined });
  fiveDays(rig);
  await rig.trigger(RUN);
  expect(bucket.puts()).toBe(0);
  expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("manifestsTo");
});
