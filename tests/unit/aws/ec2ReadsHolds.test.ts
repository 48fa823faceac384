/** Tests how EC2's answers about locks and sharing are read. */
import { DescribeLockedSnapshotsCommand, DescribeSnapshotAttributeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeLocks, describeSharing } from "../../../src/vault/aws/ec2Reads";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

beforeEach(() => ec2.reset());

describe("locks", () => {
  test("are read if they are in force, on every page, even after an empty one", async () => {
    const LockExpiresOn = new Date("2026-12-22T03:00:00Z");
    ec2
      .on(DescribeLockedSnapshotsCommand)
      .resolvesOnce({ Snapshots: [], NextToken: "2" })
      .resolvesOnce({
        Snapshots: [{ SnapshotId: "a", LockState: "governance", LockExpiresOn }, {}],
        NextToken: "3",
      })
      .resolves({
        Snapshots: [{ SnapshotId: "b", LockState: "compliance-cooloff" }, { SnapshotId: "c" }],
      });
    await expect(describeLocks(client)).resolves.toStrictEqual(
      new Map([
        ["a", { state: "governance", expiresMs: LockExpiresOn.getTime() }],
        ["b", { state: "compliance-cooloff", expiresMs: undefined }],
        ["c", { state: "", expiresMs: undefined }],
      ]),
    );
    const Values = ["governance", "compliance", "compliance-cooloff"];
    const input = { Filters: [{ Name: "lock-state", Values }], MaxResults: 1000 };
    expect(ec2.calls().map((call) => call.args[0].input)).toEqual([
      { ...input, NextToken: undefined },
      { ...input, NextToken: "2" },
      { ...input, NextToken: "3" },
    ]);
  });

  test("are empty if EC2 names none", async () => {
    ec2.on(DescribeLockedSnapshotsCommand).resolves({});
    await expect(describeLocks(client)).resolves.toStrictEqual(new Map());
  });
});

test.each([
  ["nobody", undefined, []],
  ["nobody", [], []],
  ["accounts", [{ UserId: "222222222222" }, { UserId: "111111111111" }], ["111111111111", "222222222222"]],
  ["everybody", [{ Group: "all" as const }], ["all"]],
  ["somebody whom EC2 does not name", [{}], ["somebody"]],
])("reads that a snapshot is shared with %s", async (_who, CreateVolumePermissions, expected) => {
  ec2.on(DescribeSnapshotAttributeCommand).resolves({ CreateVolumePermissions });
  await expect(describeSharing(client, "snap-1")).resolves.toStrictEqual(expected);
  expect(ec2.calls().map((call) => call.args[0].input)).toStrictEqual([
    { SnapshotId: "snap-1", Attribute: "createVolumePermission" },
  ]);
});
