import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  EC2Client,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import {
  copySnapshot,
  createSet,
  createSingle,
  deleteSnapshot,
  lockSnapshot,
  writeCopyExpiredTag,
} from "../../../src/vault/aws/ec2Writes";
import { tagsDigest } from "../../../src/vault/identity/description";
import { TAG } from "../../../src/vault/model/tags/tags";
import { copyAction, lockAction, snapshotAction } from "../../support/actions";
import { KEY, SETTINGS, SLOT, volume } from "../../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});
const $metadata = { requestId: "r-1" };

beforeEach(() => ec2.reset());

function inputs(): unknown[] {
  return ec2.calls().map((call) => call.args[0].input);
}

function tagged(crashConsistent: string, ...more: { Key: string; Value: string }[]) {
  const Tags = [
    ...more,
    { Key: TAG.crashConsistent, Value: crashConsistent },
    { Key: TAG.slot, Value: SLOT },
    { Key: TAG.vault, Value: SETTINGS.vaultId },
  ];
  return [{ ResourceType: "snapshot", Tags }];
}

/** Computes the digest of the vault's own tags; tags that come from a volume are a person's. */
function describedAs(crashConsistent: string): string {
  const tags = { [TAG.vault]: SETTINGS.vaultId, [TAG.slot]: SLOT, [TAG.crashConsistent]: crashConsistent };
  return `smart-vault/1 vault=smart-vault-test instance=i-1 slot=${SLOT} tags=${tagsDigest(tags)}`;
}

describe("a set", () => {
  beforeEach(() => {
    ec2
      .on(CreateSnapshotsCommand)
      .resolves({ Snapshots: [{ SnapshotId: "snap-1" }, { SnapshotId: "snap-2" }, {}], $metadata });
  });

  test("of the whole instance excludes no volume, and is tagged crash-consistent", async () => {
    await expect(createSet(client, snapshotAction())).resolves.toStrictEqual({
      snapshotIds: ["snap-1", "snap-2"],
      requestId: "r-1",
    });
    expect(inputs()).toStrictEqual([
      {
        InstanceSpecification: { InstanceId: "i-1" },
        Description: describedAs("true"),
        CopyTagsFromSource: "volume",
        TagSpecifications: tagged("true"),
      },
    ]);
  });

  test("excludes the volumes that its action names", async () => {
    const action = snapshotAction({
      excludeBootVolume: true,
      excludeDataVolumeIds: ["vol-3"],
      copyVolumeTags: false,
    });
    await createSet(client, action);
    expect(inputs()).toStrictEqual([
      {
        InstanceSpecification: {
          InstanceId: "i-1",
          ExcludeBootVolume: true,
          ExcludeDataVolumeIds: ["vol-3"],
        },
        Description: describedAs("true"),
        TagSpecifications: tagged("true"),
      },
    ]);
  });

  test("made no snapshot that is known if EC2 names none", async () => {
    ec2.on(CreateSnapshotsCommand).resolves({ $metadata });
    await expect(createSet(client, snapshotAction())).resolves.toStrictEqual({
      snapshotIds: [],
      requestId: "r-1",
    });
  });
});

describe("a single snapshot", () => {
  beforeEach(() => ec2.on(CreateSnapshotCommand).resolves({ SnapshotId: "snap-1", $metadata }));

  test("says that it is not crash-consistent, and has its volume's tags", async () => {
    const own = volume("vol-1", { tags: { Mount: "/", "aws:owner": "x" } });
    await expect(createSingle(client, snapshotAction(), own)).resolves.toStrictEqual({
      snapshotIds: ["snap-1"],
      requestId: "r-1",
    });
    expect(inputs()).toStrictEqual([
      {
        VolumeId: "vol-1",
        Description: describedAs("false"),
        TagSpecifications: tagged("false", { Key: "Mount", Value: "/" }),
      },
    ]);
  });

  test("has as many tags as its action permits, so that copy-expired tags have room", async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`t-${n}`, ""]));
    const own = volume("vol-1", { tags: many });
    await createSingle(client, snapshotAction({ maxTags: 48 }), own);
    const [call] = ec2.commandCalls(CreateSnapshotCommand);
    expect(call?.args[0].input.TagSpecifications?.[0]?.Tags).toHaveLength(48);
  });
});

function describedCopy(digest: string): string {
  return `smart-vault/1 vault=smart-vault-test instance=i-1 slot=${SLOT} volume=vol-1 snapshot=snap-1 started=2026-11-22T03:00:00.000Z tags=${digest}`;
}

test("puts a copy of a snapshot in doubt in doubt too, because its Description has the digest of no tags", async () => {
  ec2.on(CopySnapshotCommand).resolves({ SnapshotId: "snap-2", $metadata });
  await copySnapshot(client, { ...copyAction("snap-1"), ofDoubt: true });
  expect(inputs()).toMatchObject([{ Description: describedCopy("0000000000000000") }]);
});

test("encrypts each copy under the vault's key and tags it in the same call", async () => {
  ec2.on(CopySnapshotCommand).resolves({ SnapshotId: "snap-2", $metadata });
  await expect(copySnapshot(client, copyAction("snap-1"))).resolves.toStrictEqual({
    snapshotIds: ["snap-2"],
    requestId: "r-1",
  });
  expect(inputs()).toStrictEqual([
    {
      SourceRegion: "us-east-1",
      SourceSnapshotId: "snap-1",
      Description: describedCopy(tagsDigest({ [TAG.sourceSnapshot]: "snap-1" })),
      Encrypted: true,
      KmsKeyId: KEY,
      TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: TAG.sourceSnapshot, Value: "snap-1" }] }],
    },
  ]);
});

test("names one snapshot to delete", async () => {
  ec2.on(DeleteSnapshotCommand).resolves({ $metadata });
  await expect(deleteSnapshot(client, "snap-1")).resolves.toStrictEqual({
    snapshotIds: [],
    requestId: "r-1",
  });
  expect(inputs()).toStrictEqual([{ SnapshotId: "snap-1" }]);
});

test("locks with a mode, whole days and no cooling-off period", async () => {
  ec2.on(LockSnapshotCommand).resolves({ $metadata });
  await expect(lockSnapshot(client, lockAction("snap-1"))).resolves.toStrictEqual({
    snapshotIds: [],
    requestId: "r-1",
  });
  expect(inputs()).toStrictEqual([{ SnapshotId: "snap-1", LockMode: "governance", LockDuration: 7 }]);
});

test("writes the copy-expired tags on the one source, with the regions of the copies", async () => {
  ec2.on(CreateTagsCommand).resolves({});
  await writeCopyExpiredTag(client, "snap-1", ["us-west-2", "eu-west-1"], SLOT);
  expect(inputs()).toStrictEqual([
    {
      Resources: ["snap-1"],
      Tags: [
        { Key: "smart-vault:copy-expired:eu-west-1", Value: SLOT },
        { Key: "smart-vault:copy-expired:us-west-2", Value: SLOT },
      ],
    },
  ]);
});
