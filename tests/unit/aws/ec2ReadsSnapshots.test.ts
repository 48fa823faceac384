/** Tests every read of snapshots: its filter, its pages, and the record made of each snapshot. */
import { DescribeSnapshotsCommand, EC2Client, type Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeVaultSnapshots } from "../../../src/vault/aws/ec2Reads";
import { describe as describeIt } from "../../../src/vault/identity/description";
import { TAG, tagsToList } from "../../../src/vault/model/tags/tags";
import { HOUR_MS } from "../../../src/vault/lib/time";
import type { Identity } from "../../../src/vault/model/identity";
import type { Tags } from "../../../src/vault/model/world";
import { NOW, SLOT } from "../../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

let inputs: unknown[] = [];

beforeEach(() => {
  ec2.reset();
  inputs = [];
});

/** Answers one page after the other, and records a copy of each input, because the paginator changes it. */
function pages<Page>(...answers: Page[]): (input: unknown) => Page {
  return (input) => {
    inputs.push(structuredClone(input));
    return answers[Math.min(inputs.length, answers.length) - 1]!;
  };
}

describe("snapshots", () => {
  const TAGS: Tags = {
    [TAG.vault]: "vault",
    [TAG.instance]: "i-1",
    [TAG.slot]: SLOT,
    a: "b",
  };
  const COPY_TAGS: Tags = {
    ...TAGS,
    [TAG.sourceSnapshot]: "snap-0",
    [TAG.sourceVolume]: "vol-1",
    [TAG.sourceStarted]: SLOT,
  };
  const IDENTITY: Identity = { vaultId: "vault", instanceId: "i-1", slot: SLOT };
  const SOURCE = { snapshotId: "snap-0", volumeId: "vol-1", startedMs: NOW };
  const StartTime = new Date(NOW);
  const made: Ec2Snapshot = {
    SnapshotId: "snap-1",
    VolumeId: "vol-1",
    StartTime,
    Description: describeIt(IDENTITY, TAGS),
    Tags: tagsToList(TAGS),
  };
  const copied: Ec2Snapshot = {
    ...made,
    VolumeId: "vol-ffffffff",
    Description: describeIt({ ...IDENTITY, source: SOURCE }, COPY_TAGS),
    Tags: tagsToList(COPY_TAGS),
  };
  const read = (...Snapshots: Ec2Snapshot[]) => {
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots });
    return describeVaultSnapshots(client, "us-east-1", "vault");
  };

  test("are those of this account with this vault's Description, on every page, even after an empty one", async () => {
    ec2
      .on(DescribeSnapshotsCommand)
      .callsFake(pages({ Snapshots: [], NextToken: "2" }, { Snapshots: [made, {}], NextToken: "3" }, {}));
    const found = await describeVaultSnapshots(client, "us-east-1", "vault");
    expect(found.map((s) => s.snapshotId)).toStrictEqual(["snap-1"]);
    const input = {
      OwnerIds: ["self"],
      Filters: [{ Name: "description", Values: ["smart-vault/1 vault=vault *"] }],
      MaxResults: 1000,
    };
    expect(inputs).toEqual([
      { ...input, NextToken: undefined },
      { ...input, NextToken: "2" },
      { ...input, NextToken: "3" },
    ]);
  });

  test.each<[string, Ec2Snapshot]>([
    ["have all the tags but another Description", { ...made, Description: "Created by CreateImage(i-1)" }],
    ["have no Description", { ...made, Description: undefined }],
    [
      "have another vault's Description",
      { ...made, Description: describeIt({ ...IDENTITY, vaultId: "vault2" }, TAGS) },
    ],
    ["have no id", { ...made, SnapshotId: undefined }],
  ])("that %s are not read as the vault's", async (_what, one) => {
    await expect(read(one)).resolves.toStrictEqual([]);
  });

  test("become the vault's own records", async () => {
    const all = {
      ...made,
      State: "completed" as const,
      CompletionTime: new Date(NOW + 1),
      VolumeSize: 8,
      Encrypted: true,
      KmsKeyId: "key",
      StateMessage: "fine",
      StorageTier: "archive" as const,
      RestoreExpiryTime: new Date(0),
    };
    await expect(read(all)).resolves.toStrictEqual([
      {
        snapshotId: "snap-1",
        region: "us-east-1",
        identity: IDENTITY,
        volumeId: "vol-1",
        state: "completed",
        startTimeMs: NOW,
        completedMs: NOW + 1,
        sizeGiB: 8,
        encrypted: true,
        kmsKeyId: "key",
        stateMessage: "fine",
        storageTier: "archive",
        restoreExpiryTimeMs: 0,
        tags: TAGS,
      },
    ]);
  });

  test("that are copies have the volume that their Description names, because EC2's own is arbitrary", async () => {
    const [copy] = await read(copied);
    expect([copy?.volumeId, copy?.identity, copy?.doubt]).toStrictEqual([
      "vol-1",
      { ...IDENTITY, source: SOURCE },
      undefined,
    ]);
  });

  test("have the volume of their Description and are in doubt if their tags name another", async () => {
    const Tags = tagsToList({ ...COPY_TAGS, [TAG.sourceVolume]: "vol-2" });
    const [copy] = await read({ ...copied, Tags });
    expect([copy?.volumeId, copy?.identity.source, copy?.doubt]).toStrictEqual([
      "vol-1",
      SOURCE,
      {
        of: "tags",
        what: 'its tag smart-vault:source-volume is "vol-2"; it was made with "vol-1"',
      },
    ]);
  });

  test("whose Description EC2's records contradict are seen, and are in doubt", async () => {
    const [planted] = await read({ ...made, StartTime: new Date(NOW - HOUR_MS) });
    expect(planted?.doubt?.of).toBe("identity");
  });

  test("with few details count as pending, so they are neither copied nor deleted", async () => {
    const { SnapshotId, Description, Tags } = made;
    await expect(read({ SnapshotId, Description, Tags, StartTime })).resolves.toStrictEqual([
      {
        snapshotId: "snap-1",
        region: "us-east-1",
        identity: IDENTITY,
        volumeId: "",
        state: "pending",
        startTimeMs: NOW,
        sizeGiB: 0,
        encrypted: false,
        kmsKeyId: undefined,
        stateMessage: undefined,
        storageTier: undefined,
        restoreExpiryTimeMs: undefined,
        tags: TAGS,
      },
    ]);
  });

  test("without a start time are in doubt", async () => {
    const [one] = await read({ ...made, StartTime: undefined });
    expect([one?.startTimeMs, one?.doubt?.of]).toStrictEqual([0, "identity"]);
  });
});
