/**
 * Tests actions in two DR regions and on encrypted replacements: each is done in its own region, and a limit stops one
 * region only.
 */
import { CopySnapshotCommand, CreateTagsCommand, DeleteSnapshotCommand } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { apply } from "../../../src/vault/apply/execute";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { copyExpiredTag } from "../../../src/vault/model/tags/tags";
import type { Action } from "../../../src/vault/model/actions";
import { copyAction, deleteAction } from "../../support/actions";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS, SLOT } from "../../support/world";

const TWO = { ...SETTINGS, dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY };
const clients = makeClients(TWO);
const primary = mockClient(ec2In(clients, SETTINGS.primaryRegion).writer);
const west = mockClient(ec2In(clients, DR.region).writer);
const ireland = mockClient(ec2In(clients, DR2.region).writer);
const writers = [primary, west, ireland];

beforeEach(() => {
  for (const writer of writers) {
    writer.reset();
    writer.on(CopySnapshotCommand).resolves({ SnapshotId: "c", $metadata: {} });
  }
});

function awsError(code: string): Error {
  return Object.assign(new Error("no"), { name: code, $metadata: { httpStatusCode: 400 } });
}

/** Returns `status: detail` of each outcome. */
async function run(actions: Action[]): Promise<string[]> {
  const done = await apply(actions, { clients, settings: TWO, budget: { now: () => NOW, deadlineMs: NOW + 1 } });
  return done.map(({ status, detail }) => `${status}: ${detail}`);
}

function copiesTo(region: string, kmsKeyArn: string) {
  return Array.from({ length: 10 }, (_, n) => ({ ...copyAction(`snap-${n}`), region, kmsKeyArn }));
}

test("makes each copy in its own region, under that region's key, from the primary region's snapshot", async () => {
  const all = [
    copiesTo("us-east-1", PRIMARY_KEY)[0]!,
    copiesTo(DR.region, DR.keyArn)[1]!,
    copiesTo(DR2.region, DR2.keyArn)[2]!,
  ];
  await expect(run(all)).resolves.toStrictEqual(Array(3).fill("done: no copy yet"));
  const sent = writers.map((writer) =>
    writer
      .commandCalls(CopySnapshotCommand)
      .map(({ args: [{ input }] }) => [input.SourceRegion, input.SourceSnapshotId, input.KmsKeyId]),
  );
  expect(sent).toStrictEqual([
    [["us-east-1", "snap-0", PRIMARY_KEY]],
    [["us-east-1", "snap-1", DR.keyArn]],
    [["us-east-1", "snap-2", DR2.keyArn]],
  ]);
});

test("stops copies only to the region whose limit was reached", async () => {
  west.on(CopySnapshotCommand).rejects(awsError("ResourceLimitExceeded"));
  const statuses = await run([
    ...copiesTo(DR.region, DR.keyArn),
    ...copiesTo(DR2.region, DR2.keyArn),
    ...copiesTo("us-east-1", PRIMARY_KEY),
  ]);
  expect(statuses.slice(0, 10).filter((one) => !one.startsWith("deferred: "))).toStrictEqual([]);
  expect(statuses.slice(10)).toStrictEqual(Array(20).fill("done: no copy yet"));
});

describe("deleting an original whose copies have expired", () => {
  const expiredCopyTag = { snapshotId: "stand-in", regions: [DR.region, "eu-west-1"] };
  const action = deleteAction("original", { expiredCopyTag });

  test("writes the copy-expired tags on its encrypted replacement first, in one call", async () => {
    primary.on(CreateTagsCommand).resolves({});
    primary.on(DeleteSnapshotCommand).resolves({ $metadata: {} });
    await expect(run([action])).resolves.toStrictEqual(["done: old"]);
    expect(primary.calls().map((call) => call.args[0].input)).toStrictEqual([
      {
        Resources: ["stand-in"],
        Tags: [
          { Key: copyExpiredTag("eu-west-1"), Value: SLOT },
          { Key: copyExpiredTag(DR.region), Value: SLOT },
        ],
      },
      { SnapshotId: "original" },
    ]);
  });

  test("keeps the original if its replacement is gone by then, because it is all that is left", async () => {
    primary.on(CreateTagsCommand).rejects(awsError("InvalidSnapshot.NotFound"));
    await expect(run([action])).resolves.toStrictEqual(["skipped: InvalidSnapshot.NotFound: no"]);
    expect(primary.commandCalls(DeleteSnapshotCommand)).toStrictEqual([]);
  });
});
