/** Tests how often each call is sent, as seen on the wire. */
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { copySnapshot, createSingle } from "../../../src/vault/aws/ec2Writes";
import { tagsDigest } from "../../../src/vault/identity/description";
import { ec2In, makeClients, retryOnlyThrottled } from "../../../src/vault/aws/clients";
import { describeVaultSnapshots } from "../../../src/vault/aws/ec2Reads";
import { type Meaning, causeOf, meaningOf } from "../../../src/vault/aws/errors";
import { TAG } from "../../../src/vault/model/tags/tags";
import type { CopyAction, SnapshotAction } from "../../../src/vault/model/actions";
import { type Answer, type Wire, ec2Error, listen } from "../../support/ec2Wire";
import { DR, DR2, KEY, NOW, SETTINGS, SLOT, volume } from "../../support/world";

let wire: Wire | undefined;

afterEach(async () => {
  await wire?.close();
  wire = undefined;
});

const MADE: Answer = {
  status: 200,
  body: "<CreateSnapshotResponse><requestId>r-1</requestId><snapshotId>snap-1</snapshotId></CreateSnapshotResponse>",
};
const NONE: Answer = {
  status: 200,
  body: "<DescribeSnapshotsResponse><requestId>r-1</requestId><snapshotSet/></DescribeSnapshotsResponse>",
};
const action = { tags: { [TAG.slot]: SLOT } } as unknown as SnapshotAction;

/** Creates a snapshot against the given answers, and returns the result and how often the call was sent. */
async function write(answers: Answer[]): Promise<[string[] | Meaning, number]> {
  wire = await listen(answers);
  const { writer } = ec2In(makeClients(SETTINGS), SETTINGS.primaryRegion);
  try {
    const { snapshotIds } = await createSingle(writer, action, volume("vol-1"));
    return [snapshotIds, wire.requests.length];
  } catch (error) {
    return [meaningOf(causeOf(error)), wire.requests.length];
  }
}

async function read(answers: Answer[]): Promise<[number, number]> {
  wire = await listen(answers);
  const { reader } = ec2In(makeClients(SETTINGS), DR.region);
  const found = await describeVaultSnapshots(reader, "us-west-2", "vault");
  return [found.length, wire.requests.length];
}

describe("a write", () => {
  test.each<[string, Answer]>([
    ["whose connection is cut", "cut"],
    ["that AWS answers with an internal error", ec2Error(500, "InternalError")],
    ["that AWS answers as unavailable", ec2Error(503, "ServiceUnavailable")],
    ["that a gateway answers instead", { status: 502, body: "<html>Bad gateway</html>" }],
    ["whose answer is cut short", { status: 200, body: "<CreateSnapshotResponse><snapsh" }],
  ])("%s is sent once, because it may have taken effect", async (_what, answer) => {
    await expect(write([answer, MADE])).resolves.toStrictEqual(["unknown", 1]);
  });

  test("that is throttled is sent again, because nothing was done", async () => {
    const throttled = ec2Error(503, "RequestLimitExceeded");
    await expect(write([throttled, throttled, MADE])).resolves.toStrictEqual([["snap-1"], 3]);
  });

  test("that AWS refuses is sent once", async () => {
    const refused = ec2Error(400, "InvalidParameterValue");
    await expect(write([refused, MADE])).resolves.toStrictEqual(["refused", 1]);
  });
});

test.each<[string, Answer]>([
  ["whose connection is cut", "cut"],
  ["that AWS answers with an internal error", ec2Error(500, "InternalError")],
  ["that is throttled", ec2Error(503, "RequestLimitExceeded")],
])("sends a read %s again", async (_what, answer) => {
  await expect(read([answer, NONE])).resolves.toStrictEqual([0, 2]);
});

describe("gives up a server that accepts the connection and never answers", () => {
  const soon = { requestTimeout: 50 };
  const name = { Name: "clock" };

  test.each<[string, number, (clients: ReturnType<typeof makeClients>) => Promise<unknown>]>([
    [
      "by a read, after five attempts",
      5,
      ({ ec2 }) => ec2[DR.region]!.reader.send(new DescribeSnapshotsCommand({}), soon),
    ],
    [
      "by a write, which may have taken effect, after one",
      1,
      ({ ec2 }) => ec2[DR.region]!.writer.send(new DeleteSnapshotCommand({ SnapshotId: "snap-1" }), soon),
    ],
    ["by the clock, after two", 2, ({ scheduler }) => scheduler.send(new GetScheduleCommand(name), soon)],
    ["by the mail, after two", 2, ({ sns }) => sns.send(new PublishCommand({ Message: "m" }), soon)],
  ])("%s", async (_what, attempts, call) => {
    wire = await listen(["none"]);
    await expect(call(makeClients(SETTINGS))).rejects.toMatchObject({ name: "TimeoutError" });
    expect(wire.requests).toHaveLength(attempts);
  });
});

test("sends a copy's tags in the body, and a presigned URL with the key and without the tags", async () => {
  wire = await listen([
    {
      status: 200,
      body: "<CopySnapshotResponse><requestId>r-1</requestId><snapshotId>snap-2</snapshotId></CopySnapshotResponse>",
    },
  ]);
  const copy: CopyAction = {
    kind: "copy",
    region: DR.region,
    sourceSnapshotId: "snap-1",
    sourceRegion: SETTINGS.primaryRegion,
    kmsKeyArn: KEY,
    sinceMs: NOW,
    tags: { [TAG.sourceSnapshot]: "snap-1", [TAG.slot]: SLOT },
    identity: {
      vaultId: SETTINGS.vaultId,
      instanceId: "i-1",
      slot: SLOT,
      source: { snapshotId: "snap-1", volumeId: "vol-1", startedMs: NOW },
    },
    reason: "no copy yet",
  };
  const made = await copySnapshot(ec2In(makeClients(SETTINGS), DR.region).writer, copy);
  expect(made.snapshotIds).toStrictEqual(["snap-2"]);

  const [{ PresignedUrl = "", ...body } = {}] = wire.requests.map((fields): Record<string, string> =>
    Object.fromEntries(fields),
  );
  expect(body).toStrictEqual({
    Action: "CopySnapshot",
    Version: "2016-11-15",
    SourceRegion: "us-east-1",
    SourceSnapshotId: "snap-1",
    DestinationRegion: "us-west-2",
    Description: `smart-vault/1 vault=smart-vault-test instance=i-1 slot=${SLOT} volume=vol-1 snapshot=snap-1 started=2026-11-22T03:00:00.000Z tags=${tagsDigest(copy.tags)}`,
    Encrypted: "true",
    KmsKeyId: KEY,
    "TagSpecification.1.ResourceType": "snapshot",
    "TagSpecification.1.Tag.1.Key": TAG.slot,
    "TagSpecification.1.Tag.1.Value": SLOT,
    "TagSpecification.1.Tag.2.Key": TAG.sourceSnapshot,
    "TagSpecification.1.Tag.2.Value": "snap-1",
  });
  const presigned = new URL(PresignedUrl).searchParams;
  expect([...presigned.keys()].filter((key) => key.includes("Tag"))).toStrictEqual([]);
  const { Action, SourceRegion, SourceSnapshotId, DestinationRegion, Encrypted, KmsKeyId } =
    Object.fromEntries(presigned);
  expect({ Action, SourceRegion, SourceSnapshotId, DestinationRegion, Encrypted, KmsKeyId }).toStrictEqual({
    Action: "CopySnapshot",
    SourceRegion: "us-east-1",
    SourceSnapshotId: "snap-1",
    DestinationRegion: "us-west-2",
    Encrypted: "true",
    KmsKeyId: KEY,
  });
});

test("makes each client for its own region, and limits how long a call may take", async () => {
  const clients = makeClients({ ...SETTINGS, dr: [DR, DR2] });
  const { scheduler, sns } = clients;
  const ec2 = Object.entries(clients.ec2).flatMap(([region, { reader, writer }]) => [
    [region, reader.config.region()] as const,
    [region, writer.config.region()] as const,
  ]);
  expect(ec2.map(([region]) => region)).toStrictEqual([
    "us-east-1",
    "us-east-1",
    "us-west-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-1",
  ]);
  await expect(Promise.all(ec2.map(([, its]) => its))).resolves.toStrictEqual(ec2.map(([region]) => region));
  await expect(scheduler.config.region()).resolves.toBe("us-east-1");
  await expect(sns.config.region()).resolves.toBe("us-east-1");
});

test("has no clients for a region that the vault does not have, and names that region", () => {
  expect(() => ec2In(makeClients(SETTINGS), "eu-west-1")).toThrow("the vault has no clients for eu-west-1");
});

test("leaves a retry strategy of the SDK's first kind unchanged", () => {
  const first = { mode: "legacy", retry: () => Promise.reject(new Error("not called")) };
  expect(retryOnlyThrottled(first)).toBe(first);
});

test("a region without a key of the vault has no client for keys, and is named", () => {
  const { kmsIn } = makeClients(SETTINGS);
  expect(kmsIn(DR.region)).toBe(kmsIn(DR.region));
  expect(() => kmsIn("eu-south-2")).toThrow("the vault has no key in eu-south-2");
});
