/** Tests what happens to a snapshot or copy whose tags AWS refuses. */
import {
  CopySnapshotCommand,
  type CopySnapshotCommandInput,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { apply } from "../../../src/vault/apply/execute";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { INSTANCE_TAG_PREFIX, TAG } from "../../../src/vault/model/tags/tags";
import { withOwnTags } from "../../../src/vault/apply/tagTrouble";
import type { Action } from "../../../src/vault/model/actions";
import { copyAction, snapshotAction } from "../../support/actions";
import { DR, NOW, SETTINGS, volume } from "../../support/world";

const CONFIGURED = { CostCenter: "4711" };
const clients = makeClients(SETTINGS);
const primary = mockClient(ec2In(clients, SETTINGS.primaryRegion).writer);
const dr = mockClient(ec2In(clients, DR.region).writer);

beforeEach(() => {
  primary.reset();
  dr.reset();
});

function awsError(code: string): Error {
  return Object.assign(new Error("no"), { name: code, $metadata: { httpStatusCode: 400 } });
}

async function run(action: Action) {
  const settings = { ...SETTINGS, tags: CONFIGURED };
  const [outcome] = await apply([action], { clients, settings, budget: { now: () => NOW, deadlineMs: NOW + 1 } });
  return outcome;
}

const OWN = { [TAG.vault]: SETTINGS.vaultId, ...CONFIGURED };
const TAGS = { ...OWN, [`${INSTANCE_TAG_PREFIX}Owner`]: "x", Owner: "y" };
const SET = snapshotAction({
  tags: TAGS,
  volumes: ["vol-1", "vol-2"].map((id) => volume(id, { tags: { Mount: id } })),
});

/** Returns the keys of the tags that each call was sent with. */
function keysSent(name: string) {
  const commands = [...primary.calls(), ...dr.calls()].map(({ args }) => args[0]);
  return commands
    .filter((command) => command.constructor.name === `${name}Command`)
    .map(({ input }) => {
      const { TagSpecifications } = input as CopySnapshotCommandInput;
      return TagSpecifications?.[0]?.Tags?.map(({ Key }) => Key);
    });
}

describe.each(["TagPolicyViolation", "TagLimitExceeded"])("%s", (code) => {
  const left = { tagsLeftOut: { code, message: "no" } };

  test("makes a set again with only the vault's own tags and the stack's", async () => {
    primary
      .on(CreateSnapshotsCommand)
      .rejectsOnce(awsError(code))
      .resolves({
        Snapshots: [
          { SnapshotId: "a", VolumeId: "vol-1" },
          { SnapshotId: "b", VolumeId: "vol-2" },
        ],
        $metadata: {},
      });
    await expect(run(SET)).resolves.toMatchObject({
      status: "done",
      detail: "2 volumes, one crash-consistent set",
      snapshotIds: ["a", "b"],
      ...left,
    });
    const [, again] = primary.commandCalls(CreateSnapshotsCommand).map(({ args }) => args[0].input);
    expect(again).not.toHaveProperty("CopyTagsFromSource");
    expect(keysSent("CreateSnapshots")[1]).toStrictEqual(["CostCenter", TAG.crashConsistent, TAG.vault]);
    expect(primary.commandCalls(CreateTagsCommand)).toHaveLength(0);
  });

  test("fails a set whose own tags are refused too, without splitting it", async () => {
    primary.on(CreateSnapshotsCommand).rejects(awsError(code));
    await expect(run(SET)).resolves.toMatchObject({
      status: "failed",
      code,
      detail: `${code}: no`,
    });
    expect(primary.commandCalls(CreateSnapshotsCommand)).toHaveLength(2);
    expect(primary.commandCalls(CreateSnapshotCommand)).toHaveLength(0);
  });

  test("makes a single snapshot again with only the vault's own tags, and reports it once", async () => {
    primary.on(CreateSnapshotsCommand).rejects(awsError("InvalidInstance"));
    primary.on(CreateSnapshotCommand).callsFake(({ TagSpecifications, VolumeId }) => {
      const tags = (TagSpecifications as { Tags: { Key: string }[] }[])[0]?.Tags ?? [];
      if (tags.some(({ Key }) => Key === "Mount")) throw awsError(code);
      return { SnapshotId: `of-${String(VolumeId)}`, $metadata: {} };
    });
    await expect(run(SET)).resolves.toMatchObject({
      status: "done",
      snapshotIds: ["of-vol-1", "of-vol-2"],
      brokenSet: "InvalidInstance: no",
      ...left,
    });
    expect(keysSent("CreateSnapshot")).toHaveLength(4);
  });

  test("makes a copy again with only the vault's own tags and the stack's", async () => {
    dr.on(CopySnapshotCommand).rejectsOnce(awsError(code)).resolves({ SnapshotId: "c", $metadata: {} });
    const action = { ...copyAction("snap-1"), tags: { ...copyAction("snap-1").tags, ...TAGS } };
    await expect(run(action)).resolves.toMatchObject({ status: "done", snapshotIds: ["c"], ...left });
    expect(keysSent("CopySnapshot")[1]).toStrictEqual(["CostCenter", TAG.sourceSnapshot, TAG.vault]);
  });
});

test("sends no call without tags after any other error", async () => {
  dr.on(CopySnapshotCommand).rejects(awsError("InvalidParameterValue"));
  await expect(run(copyAction("snap-1"))).resolves.toMatchObject({ status: "failed" });
  expect(dr.commandCalls(CopySnapshotCommand)).toHaveLength(1);
});

test("leaves no room for a volume's tags on an action without a person's tags", () => {
  expect(withOwnTags(SET, CONFIGURED)).toStrictEqual({
    ...SET,
    tags: OWN,
    copyVolumeTags: false,
    maxTags: 0,
  });
});

describe("volumes' tags that are written after their set", () => {
  const set = { ...SET, copyVolumeTags: false };

  beforeEach(() => {
    primary.on(CreateSnapshotsCommand).resolves({
      Snapshots: [
        { SnapshotId: "a", VolumeId: "vol-1" },
        { SnapshotId: "b", VolumeId: "vol-2" },
      ],
      $metadata: {},
    });
  });

  test("are written on each volume's own snapshot", async () => {
    primary.on(CreateTagsCommand).resolves({ $metadata: {} });
    const outcome = await run(set);
    expect(outcome).toMatchObject({ status: "done" });
    expect(outcome).not.toHaveProperty("tagsLeftOut");
    expect(primary.commandCalls(CreateTagsCommand).map(({ args }) => args[0].input)).toStrictEqual([
      { Resources: ["a"], Tags: [{ Key: "Mount", Value: "vol-1" }] },
      { Resources: ["b"], Tags: [{ Key: "Mount", Value: "vol-2" }] },
    ]);
  });

  test.each([
    ["one snapshot is not there yet, and the other is tagged", "InvalidSnapshot.NotFound", ["a"], 2],
    ["the permission is missing, and no further call is made", "UnauthorizedOperation", ["a", "b"], 1],
    ["AWS throttles, and no further call is made", "RequestLimitExceeded", ["a", "b"], 1],
  ])("do not fail the set if %s", async (_what, code, snapshotIds, calls) => {
    primary.on(CreateTagsCommand).rejectsOnce(awsError(code)).resolves({ $metadata: {} });
    await expect(run(set)).resolves.toMatchObject({
      status: "done",
      snapshotIds: ["a", "b"],
      tagsLeftOut: { code, message: "no", snapshotIds },
    });
    expect(primary.commandCalls(CreateTagsCommand)).toHaveLength(calls);
  });
});

test.each([
  ["IncorrectState", "deferred"],
  ["InvalidState", "deferred"],
  ["RetryableError", "deferred"],
  ["SnapshotLimitExceeded", "deferred"],
  ["InvalidParameterValue", "done"],
])("splits a set only if EC2 refuses it: one that ends in %s is %s", async (code, status) => {
  primary.on(CreateSnapshotsCommand).rejects(awsError(code));
  primary.on(CreateSnapshotCommand).resolves({ SnapshotId: "a", $metadata: {} });
  await expect(run(SET)).resolves.toMatchObject({ status });
  expect(primary.commandCalls(CreateSnapshotCommand)).toHaveLength(status === "done" ? 2 : 0);
});
