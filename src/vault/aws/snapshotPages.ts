/** Lists snapshots page by page, and scans each page as it arrives instead of having the SDK make a tree of it. */
import { type DescribeSnapshotsCommandInput, DescribeSnapshotsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { PAGE_SIZE } from "./ec2Limits";
import { type ListedSnapshot, endScan, scanPiece, startScan } from "./snapshotScan";

/** Makes a record of what a list shows of a snapshot; undefined if it is not wanted. */
type Make<T> = (listed: ListedSnapshot) => T | undefined;

interface Page<T> {
  records: T[];
  nextToken: string | undefined;
}

/** An answer of Node's HTTP client. */
interface Answer {
  statusCode: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: NodeJS.ReadableStream & AsyncIterable<string>;
}

/** First status that is no success, as the SDK's protocol has it. */
const FAILED = 300;

function takerOf<T>(make: Make<T>): { records: T[]; take: (listed: ListedSnapshot) => void } {
  const records: T[] = [];
  const take = (listed: ListedSnapshot) => {
    const record = make(listed);
    if (record !== undefined) records.push(record);
  };
  return { records, take };
}

/**
 * Scans an answer.
 * @throws what the connection or the scan throws, with the metadata that the SDK gives to its own errors
 */
async function scanned<T>({ statusCode, headers, body }: Answer, make: Make<T>): Promise<Page<T>> {
  const { records, take } = takerOf(make);
  const scan = startScan(take);
  // Characters may lie across the pieces in which the answer arrives.
  body.setEncoding("utf8");
  try {
    for await (const piece of body) scanPiece(scan, piece);
    return { records, nextToken: endScan(scan) };
  } catch (error) {
    const $metadata = { httpStatusCode: statusCode, requestId: headers["x-amzn-requestid"] };
    throw Object.assign(error as Error, { $metadata });
  }
}

/** Reads one page. A page that is read again, because its connection broke, is made of the last attempt alone. */
async function describePage<T>(
  client: EC2Client,
  input: DescribeSnapshotsCommandInput,
  make: Make<T>,
): Promise<Page<T>> {
  const command = new DescribeSnapshotsCommand(input);
  let page: Page<T> | undefined;
  // Behind the SDK's deserializer, which then finds no body. Refusals are left to it.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as Answer;
      if (answer.statusCode >= FAILED) return result;
      page = await scanned(answer, make);
      return { ...result, response: { ...answer, body: new Uint8Array() } };
    },
    { step: "deserialize", priority: "low", name: "scanSnapshots" },
  );
  const { Snapshots = [], NextToken } = await client.send(command);
  if (page !== undefined) return page;
  // A client of a test, which has no HTTP.
  const { records, take } = takerOf(make);
  Snapshots.forEach(take);
  return { records, nextToken: NextToken };
}

/**
 * Makes records of every snapshot that this account owns in the client's region and that the filters find.
 * @param filters value by the filter's name
 */
export async function listSnapshots<T>(
  client: EC2Client,
  filters: Readonly<Record<string, string>>,
  make: Make<T>,
): Promise<T[]> {
  const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
  const all: T[] = [];
  let NextToken: string | undefined;
  do {
    const input = { OwnerIds: ["self"], Filters, MaxResults: PAGE_SIZE, NextToken };
    const { records, nextToken } = await describePage(client, input, make);
    for (const record of records) all.push(record);
    NextToken = nextToken;
  } while (NextToken);
  return all;
}
