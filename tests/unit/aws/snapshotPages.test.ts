/** Tests how pages of snapshots are asked for, and what a page that fails comes to. */
import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeClients } from "../../../src/vault/aws/clients";
import { causeOf } from "../../../src/vault/aws/errors";
import { describeStrangers, describeVaultSnapshots } from "../../../src/vault/aws/ec2Reads";
import { listSnapshots } from "../../../src/vault/aws/snapshotPages";
import { describe as describeIt } from "../../../src/vault/identity/description";
import { isoSeconds } from "../../../src/vault/lib/time";
import { TAG } from "../../../src/vault/model/tags/tags";
import { answering } from "../../support/answeringClient";
import { type Wire, ec2Error, listen } from "../../support/ec2Wire";
import { DR, NOW, SETTINGS, SLOT } from "../../support/world";

const FILTERS = { description: "x", status: "pending" };

const page = (items: string, more = "") =>
  `<DescribeSnapshotsResponse><requestId>r-2</requestId><snapshotSet>${items}</snapshotSet>${more}</DescribeSnapshotsResponse>`;
const item = (inner: string) => `<item>${inner}</item>`;
const id = (snapshotId: string) => item(`<snapshotId>${snapshotId}</snapshotId>`);
const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));

/** Lists the ids in the answers. */
function idsOf(...bodies: string[]) {
  const { client, requests } = answering(bodies.map((body) => bytes(body)));
  return { requests, ids: listSnapshots(client, FILTERS, ({ SnapshotId }) => SnapshotId) };
}

test("asks for one page after the other, until one names no next", async () => {
  const more = (token: string) => `<nextToken>${token}</nextToken>`;
  const { requests, ids } = idsOf(
    page(id("snap-1"), more("a&amp;b")),
    page("", more("c")),
    page(id("snap-2"), more("")),
  );
  await expect(ids).resolves.toStrictEqual(["snap-1", "snap-2"]);
  expect(requests.map((fields) => Object.fromEntries(fields))).toStrictEqual(
    [{}, { NextToken: "a&b" }, { NextToken: "c" }].map((token) => ({
      Action: "DescribeSnapshots",
      Version: "2016-11-15",
      "Owner.1": "self",
      "Filter.1.Name": "description",
      "Filter.1.Value.1": "x",
      "Filter.2.Name": "status",
      "Filter.2.Value.1": "pending",
      MaxResults: "1000",
      ...token,
    })),
  );
});

test.each([
  ["an answer of a gateway", "<html><body>OK</body></html>"],
  ["text", "OK"],
  ["nothing", ""],
  ["an answer to another call", "<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>"],
  ["an answer without a list", "<DescribeSnapshotsResponse><requestId>r-2</requestId></DescribeSnapshotsResponse>"],
  ["an element that another one's end closes", page("<item><snapshotId>snap-1</item>")],
  ["an element where a text should be", page(item("<description>a<b>c</b></description>"))],
  ["a time that is none", page(item("<startTime>yesterday</startTime>"))],
])("refuses %s, so that no snapshot seems to be gone", async (_what, body) => {
  await expect(idsOf(body).ids).rejects.toMatchObject({
    name: "UnreadableAnswer",
    // As with the SDK's own errors, for the log and for what the error means.
    $metadata: { httpStatusCode: 200, requestId: "r-1" },
  });
});

test("leaves a refusal to the SDK", async () => {
  const { client } = answering(
    [bytes(`<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>`)],
    403,
  );
  const refused: unknown = await listSnapshots(client, FILTERS, (one) => one).catch((error: unknown) => error);
  expect(causeOf(refused)).toMatchObject({ code: "UnauthorizedOperation", answered: true, requestId: "r-1" });
});

describe("an answer of EC2 that the SDK misreads", () => {
  const first = async (inner: string) => {
    const { client } = answering([bytes(page(item(inner)))]);
    return (await listSnapshots(client, FILTERS, (one) => one))[0];
  };

  test("has characters beyond U+FFFF, as one entity each", async () => {
    const { Description } = (await first("<description>&#128512;&#x1F600;&#x110000;</description>")) ?? {};
    expect(Description).toBe("😀😀\ufffd");
  });

  test("has white space without a line break between its elements", async () => {
    await expect(first("<tagSet> <item> <key>a</key> <value>b</value> </item> </tagSet>")).resolves.toStrictEqual({
      Tags: [{ Key: "a", Value: "b" }],
    });
  });
});

describe("over a connection", () => {
  let wire: Wire | undefined;
  afterEach(async () => {
    await wire?.close();
    wire = undefined;
  });

  const read = async () => {
    const { readerIn } = makeClients(SETTINGS);
    return listSnapshots(readerIn("eu-west-3"), FILTERS, ({ SnapshotId }) => SnapshotId);
  };

  test("reads a page again whose connection breaks half-way, and takes each snapshot once", async () => {
    const body = page(`${id("snap-1")}\n${id("snap-2")}`);
    wire = await listen([
      { status: 200, body, brokenAfter: body.indexOf("</item>") + 7 },
      { status: 200, body },
    ]);
    await expect(read()).resolves.toStrictEqual(["snap-1", "snap-2"]);
    expect(wire.requests).toHaveLength(2);
  });

  test("does not read a page again that is whole by its length and ends early, as the SDK does not", async () => {
    const body = page(id("snap-1")).slice(0, -5);
    wire = await listen([{ status: 200, body }]);
    const ofScan: unknown = await read().catch((error: unknown) => error);
    const asked = wire.requests.length;
    const { ec2 } = makeClients(SETTINGS);
    const ofSdk: unknown = await ec2[DR.region]?.reader
      .send(new DescribeSnapshotsCommand({}))
      .catch((error: unknown) => error);
    expect([asked, wire.requests.length - asked]).toStrictEqual([1, 1]);
    expect(causeOf(ofScan)).toMatchObject({ answered: causeOf(ofSdk).answered, requestId: causeOf(ofSdk).requestId });
  });

  test("reads a page again after a throttling answer", async () => {
    wire = await listen([ec2Error(503, "RequestLimitExceeded"), { status: 200, body: page(id("snap-1")) }]);
    await expect(read()).resolves.toStrictEqual(["snap-1"]);
  });
});

describe("what is kept of a page", () => {
  const PAGES = 300;
  const FILLER_BYTES = 100_000;

  /** Measures how much more is in use after `read` than before it, while its result is kept. */
  async function keptMiB(read: () => Promise<unknown>): Promise<number> {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    const result = await read();
    collect();
    const after = process.memoryUsage().heapUsed;
    expect(result).toHaveLength(PAGES);
    return (after - before) / 2 ** 20;
  }

  /** Makes a client that answers many large pages with one small snapshot each. */
  function large(inner: (index: number) => string) {
    const filler = `<other>${"x".repeat(FILLER_BYTES)}</other>`;
    const bodies = Array.from({ length: PAGES }, (_, index) => {
      const more = index + 1 < PAGES ? `<nextToken>${index + 1}</nextToken>` : "";
      return bytes(page(item(filler + inner(index) + filler), more));
    });
    return answering(bodies).client;
  }

  test("is the record of each snapshot, and not the text around it", async () => {
    const client = large((index) => {
      const tags = {
        [TAG.vault]: "vault",
        [TAG.instance]: `i-0123456789abcdef${index}`,
        [TAG.slot]: SLOT,
        "a person's own key of a tag": `a person's own value ${index}`,
      };
      const identity = { vaultId: "vault", instanceId: `i-0123456789abcdef${index}`, slot: SLOT };
      const list = Object.entries(tags).map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`);
      return (
        `<snapshotId>snap-0123456789abcdef${index}</snapshotId><volumeId>vol-0123456789abcdef${index}</volumeId>` +
        `<status>completed</status><kmsKeyId>arn:aws:kms:us-west-2:111122223333:key/${index}</kmsKeyId>` +
        `<statusMessage>a message of this snapshot alone: ${index}</statusMessage><startTime>${isoSeconds(NOW)}</startTime>` +
        `<description>${describeIt(identity, tags)}</description><tagSet>${list.join("")}</tagSet>`
      );
    });
    expect(await keptMiB(() => describeVaultSnapshots(client, "us-east-1", "vault"))).toBeLessThan(8);
  });

  test("is the id and the Description of each stranger, and not the text around them", async () => {
    const client = large(
      (index) =>
        `<snapshotId>snap-0123456789abcdef${index}</snapshotId><description>made by somebody else: ${index}</description>`,
    );
    expect(await keptMiB(() => describeStrangers(client, "us-east-1", "vault"))).toBeLessThan(8);
  });
});
