/** A server on this machine that answers what a sweep asks AWS for: EC2's pages, the keys, and the timer, which it keeps. */
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fleet, pagesOf } from "./sweepFleet";

export interface SweepServer {
  endpoint: string;
  /** Number of calls by action since the last reset. */
  calls: Map<string, number>;
  close(): Promise<void>;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function actionOf({ url = "", method, headers }: IncomingMessage, fields: URLSearchParams): string {
  if (url.startsWith("/schedules/")) return method === "GET" ? "GetSchedule" : "UpdateSchedule";
  const [, ofKms] = /^TrentService\.(\w+)$/.exec(String(headers["x-amz-target"])) ?? [];
  return ofKms ?? fields.get("Action") ?? `${method ?? ""} ${url}`;
}

function regionOf({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
}

/** Answers DescribeSnapshots as EC2 does, with its white space. */
function described(pages: ReturnType<typeof pagesOf>, region: string, token: string | null): string {
  const { items, next } = pages(region, Number(token ?? 0));
  const more = next === undefined ? "" : `    <nextToken>${next}</nextToken>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<DescribeSnapshotsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>5f1e8a44-0c55-4bbd-9d3f-000000000001</requestId>
    <snapshotSet>
${items}    </snapshotSet>
${more}</DescribeSnapshotsResponse>`;
}

/**
 * Starts the server.
 * @param input what the timer carries at first
 */
export async function startSweepServer(fleet: Fleet, input: string): Promise<SweepServer> {
  const pages = pagesOf(fleet);
  const calls = new Map<string, number>();
  let carried = input;
  const answer = (action: string, message: IncomingMessage, body: string): string => {
    switch (action) {
      case "DescribeSnapshots":
        return described(pages, regionOf(message), new URLSearchParams(body).get("NextToken"));
      case "DescribeKey":
        return JSON.stringify({ KeyMetadata: { KeyId: "key", KeyState: "Enabled" } });
      case "GetSchedule":
        return JSON.stringify({ Target: { Arn: "arn", RoleArn: "arn", Input: carried } });
      case "UpdateSchedule":
        carried = (JSON.parse(body) as { Target: { Input: string } }).Target.Input;
        return JSON.stringify({ ScheduleArn: "arn" });
      default:
        throw new Error(`the bench's server has no answer to ${action}`);
    }
  };
  const server = createServer((message, response) => {
    const answering = bodyOf(message).then((body) => {
      const action = actionOf(message, new URLSearchParams(body));
      calls.set(action, (calls.get(action) ?? 0) + 1);
      const isXml = action === "DescribeSnapshots";
      response.setHeader("content-type", isXml ? "text/xml;charset=UTF-8" : "application/json");
      response.end(answer(action, message, body));
    });
    // What the server does not know, the function is refused.
    answering.catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => {
        done();
      });
    });
  return { endpoint: `http://127.0.0.1:${port}`, calls, close };
}
