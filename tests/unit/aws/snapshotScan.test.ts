/** Holds the scan of DescribeSnapshots to what the SDK makes of the same answers. */
import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { listSnapshots } from "../../../src/vault/aws/snapshotPages";
import type { ListedSnapshot } from "../../../src/vault/aws/snapshotScan";
import { snapshotXml } from "../../support/arbitrarySnapshotXml";
import { answering } from "../../support/answeringClient";

const FIELDS = [
  "SnapshotId",
  "VolumeId",
  "State",
  "StateMessage",
  "StartTime",
  "CompletionTime",
  "VolumeSize",
  "Description",
  "Encrypted",
  "KmsKeyId",
  "StorageTier",
  "RestoreExpiryTime",
  "Tags",
] as const;

interface Read {
  snapshots: ListedSnapshot[];
  token: string | undefined;
}

const LAST = Buffer.from("<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>");
const FILTER = { description: "x" };

/** Reads an answer as the vault does, and a page without snapshots if it names one. */
async function byScan(pieces: readonly Uint8Array[]): Promise<Read> {
  const { client, requests } = answering([pieces, [LAST]]);
  const snapshots = await listSnapshots(client, FILTER, (listed) => listed);
  return { snapshots, token: requests[1]?.get("NextToken") ?? undefined };
}

/** Reads an answer with the SDK alone, and takes the fields that the vault reads. */
async function bySdk(body: Uint8Array): Promise<Read> {
  const { client } = answering([[body]]);
  const { Snapshots = [], NextToken = "" } = await client.send(new DescribeSnapshotsCommand({}));
  const snapshots = Snapshots.map((one) => {
    const known = FIELDS.flatMap((field) => (one[field] === undefined ? [] : [[field, one[field]]]));
    return Object.fromEntries(known) as ListedSnapshot;
  });
  return { snapshots, token: NextToken === "" ? undefined : NextToken };
}

async function outcome(reading: Promise<Read>): Promise<Read | "refused"> {
  return reading.catch(() => "refused" as const);
}

/** Draws an answer with places to cut it at, as fractions of its length. */
const cutting = fc.tuple(
  snapshotXml,
  fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 5 }),
);

function piecesOf(text: string, cuts: readonly number[]): Buffer[] {
  const body = Buffer.from(text);
  const places = [...cuts.map((cut) => Math.floor(cut * body.length)), 0, body.length].sort((a, b) => a - b);
  return places.slice(1).map((end, at) => body.subarray(places[at], end));
}

test("reads what the SDK reads, and refuses what it refuses, in whatever pieces the answer arrives", async () => {
  await fc.assert(
    fc.asyncProperty(cutting, async ([text, cuts]) => {
      expect(await outcome(byScan(piecesOf(text, cuts)))).toStrictEqual(await outcome(bySdk(Buffer.from(text))));
    }),
    { numRuns: 1_000 },
  );
});

test("refuses an answer that is cut short at any byte", async () => {
  await fc.assert(
    fc.asyncProperty(snapshotXml, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async (text, cut) => {
      const body = Buffer.from(text.slice(0, text.lastIndexOf(">") + 1).replace(/\s*<!-- end -->$/, ""));
      const part = body.subarray(0, Math.floor(cut * body.length));
      await expect(byScan([part])).rejects.toMatchObject({ name: "UnreadableAnswer" });
    }),
    { numRuns: 300 },
  );
});
