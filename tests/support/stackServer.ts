/**
 * Answers a few AWS calls on 127.0.0.1, always alike: one instance of two volumes, one of which has an old snapshot
 * with a verified copy and a new one without. Keeps the requests.
 */
import { remember } from "../../src/vault/changes/changeMemory";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe } from "../../src/vault/identity/description";
import { TAG } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";

/** A slot that is still open, and not a time of this run. */
export const SLOT = isoSeconds(Date.now() - 2 * HOUR_MS);
export const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:smart-vault-prod";

export interface Request {
  /** Role of a request in an invocation, which distinguishes its phases. */
  phase: "clock" | "read" | "write" | "mail" | "audit";
  region: string;
  action: string;
  /** Without what differs from call to call: signature, time, idempotency token. */
  parameters: Record<string, string>;
}

export interface FakeAws {
  endpoint: string;
  requests: Request[];
  /** Answers every DescribeInstances with UnauthorizedOperation. */
  denyInstances: boolean;
  close(): Promise<void>;
}

const xml = (name: string, body: string) =>
  `<${name}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>${body}</${name}Response>`;
const tagSet = (tags: Record<string, string>) =>
  `<tagSet>${Object.entries(tags)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("")}</tagSet>`;

const mapping = (device: string, volumeId: string) =>
  `<item><deviceName>${device}</deviceName><ebs><volumeId>${volumeId}</volumeId></ebs></item>`;
const INSTANCES = `<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
<instanceType>t4g.small</instanceType><placement><availabilityZone>us-east-1a</availabilityZone></placement>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping>${mapping("/dev/xvda", "vol-1")}${mapping("/dev/sdf", "vol-2")}
</blockDeviceMapping><networkInterfaceSet><item><subnetId>subnet-1</subnetId><attachment><deviceIndex>0</deviceIndex>
</attachment></item></networkInterfaceSet>${tagSet({ Name: "web & wide", backup: "True", team: "blue" })}</item></instancesSet></item></reservationSet>`;

const SUBNETS = `<subnetSet><item><subnetId>subnet-1</subnetId><cidrBlock>10.0.1.0/24</cidrBlock>
<availabilityZoneId>use1-az1</availabilityZoneId>${tagSet({ Name: "web" })}</item></subnetSet>`;
const CREDITS = `<instanceCreditSpecificationSet><item><instanceId>i-1</instanceId><cpuCredits>unlimited</cpuCredits></item>
</instanceCreditSpecificationSet>`;
const ATTRIBUTES = `<disableApiTermination><value>true</value></disableApiTermination><disableApiStop><value>false</value>
</disableApiStop><instanceInitiatedShutdownBehavior><value>stop</value></instanceInitiatedShutdownBehavior>`;

const volume = (id: string, size: number) =>
  `<item><volumeId>${id}</volumeId><size>${size}</size><volumeType>gp3</volumeType><iops>3000</iops>
<throughput>125</throughput>${tagSet({ disk: id })}</item>`;
const VOLUMES = `<volumeSet>${volume("vol-1", 8)}${volume("vol-2", 100)}</volumeSet>`;

/** Returns snapshots as they are at `nowMs`: sixty days old with a copy, and a day old without. */
function snapshotSet(region: string, settings: VaultSettings, nowMs: number): string {
  const item = (snapshotId: string, ageMs: number, copied: boolean, key: string) => {
    const start = isoSeconds(nowMs - ageMs);
    const tags = {
      [TAG.vault]: settings.vaultId,
      [TAG.instance]: "i-1",
      [TAG.slot]: start,
      [TAG.run]: "earlier",
      ...(copied && { [TAG.sourceSnapshot]: "snap-old", [TAG.sourceVolume]: "vol-1" }),
    };
    const source = copied && {
      source: { snapshotId: "snap-old", volumeId: "vol-1", startedMs: Date.parse(start) },
    };
    const identity = { vaultId: settings.vaultId, instanceId: "i-1", slot: start, ...source };
    return `<item><snapshotId>${snapshotId}</snapshotId><description>${describe(identity, tags)}</description><volumeId>vol-1</volumeId><status>completed</status>
<startTime>${start}</startTime><volumeSize>8</volumeSize>${key}${tagSet(tags)}</item>`;
  };
  const old = 60 * DAY_MS;
  const dr = settings.dr.find((one) => one.region === region);
  const encrypted = `<encrypted>true</encrypted><kmsKeyId>${dr?.keyArn ?? ""}</kmsKeyId>`;
  const items =
    dr !== undefined
      ? item("snap-copy-of-old", old, true, encrypted)
      : item("snap-old", old, false, "") + item("snap-new", DAY_MS, false, "");
  return `<snapshotSet>${items}</snapshotSet>`;
}

const MADE = `<snapshotSet><item><snapshotId>snap-made-1</snapshotId></item><item><snapshotId>snap-made-2</snapshotId></item></snapshotSet>`;
const DENIED = `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message></Error></Errors><RequestID>r-2</RequestID></Response>`;
const PUBLISHED = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-3</RequestId></ResponseMetadata></PublishResponse>`;
/** Returns what the timer of a vault that has run before with the same settings carries. */
function clockOf(settings: VaultSettings) {
  const changes = remember({ memory: undefined, hasPoints: false }, settings, Date.now());
  const Input = JSON.stringify({ kind: "follow-up", notified: {}, changes });
  return { Target: { Arn: FUNCTION_ARN, RoleArn: "", Input } };
}

function phaseOf(action: string): Request["phase"] {
  if (action.endsWith("Schedule")) return "clock";
  if (action === "Publish") return "mail";
  if (action === "PutObject") return "audit";
  return action.startsWith("Describe") ? "read" : "write";
}

/** Replaces times of this run, so that two runs can be compared; the world's own times stay. */
function withoutNow(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, (time) => {
    const ms = Date.parse(time.endsWith("Z") ? time : `${time}Z`);
    return Math.abs(ms - Date.now()) < HOUR_MS && !time.startsWith(SLOT.slice(0, -1)) ? "<now>" : time;
  });
}

function presigned(text: string): string {
  const url = new URL(text);
  for (const key of ["X-Amz-Signature", "X-Amz-Date", "X-Amz-Credential"]) {
    url.searchParams.delete(key);
  }
  return url.toString();
}

function comparable(key: string, value: string): string {
  if (key === "PresignedUrl") return presigned(value);
  if (key === "ClientToken") return "<token>";
  // A sweep's record is named by the time at which it started.
  if (key === "path") return value.replace(/\d{8}T\d{6}Z-/, "<when>-");
  // The mail links to the log from the invocation's start.
  if (key === "Message") return withoutNow(value.replace(/start\$3D\d+/, "start$3D<now>"));
  return withoutNow(value);
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function parse(message: IncomingMessage): Promise<Request> {
  const body = await bodyOf(message);
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(message.headers.authorization ?? "")?.[1];
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://127.0.0.1");
  const isScheduler = pathname.startsWith("/schedules/");
  const isObject = !isScheduler && message.method === "PUT";
  const [, ofKms] = /^TrentService\.(\w+)$/.exec(String(message.headers["x-amz-target"])) ?? [];
  const given =
    isScheduler || isObject || ofKms !== undefined
      ? { path: pathname, ...Object.fromEntries(searchParams), ...flat(body) }
      : Object.fromEntries(new URLSearchParams(body));
  const action = isScheduler
    ? `${message.method === "GET" ? "Get" : "Update"}Schedule`
    : isObject
      ? "PutObject"
      : (ofKms ?? given.Action ?? "");
  const parameters = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, comparable(key, value)]));
  return { phase: phaseOf(action), region: region ?? "", action, parameters };
}

/** Sorts keys, because JSON has no key order and the archive's literal has another one than the source's. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns a JSON body's fields as text. */
function flat(body: string): Record<string, string> {
  if (body === "") return {};
  return Object.fromEntries(
    Object.entries(JSON.parse(body) as Record<string, unknown>).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value, inOrder),
    ]),
  );
}

export async function startFakeAws(settings: VaultSettings): Promise<FakeAws> {
  const worldMs = Date.now();
  const fake: Omit<FakeAws, "endpoint" | "close"> = { requests: [], denyInstances: false };
  const answer = ({ action, region }: Request): string => {
    switch (action) {
      case "DescribeInstances":
        return xml(action, INSTANCES);
      case "DescribeVolumes":
        return xml(action, VOLUMES);
      case "DescribeSnapshots":
        return xml(action, snapshotSet(region, settings, worldMs));
      case "DescribeSubnets":
        return xml(action, SUBNETS);
      case "DescribeInstanceCreditSpecifications":
        return xml(action, CREDITS);
      case "DescribeInstanceAttribute":
        return xml(action, ATTRIBUTES);
      case "DescribeLockedSnapshots":
        return xml(action, "<snapshotSet/>");
      case "DescribeSnapshotAttribute":
        return xml(action, "<createVolumePermission/>");
      case "CreateSnapshots":
        return xml(action, MADE);
      case "CopySnapshot":
        return xml(action, "<snapshotId>snap-copy-of-new</snapshotId>");
      case "DeleteSnapshot":
        return xml(action, "<return>true</return>");
      case "DescribeKey":
        return JSON.stringify({ KeyMetadata: { KeyId: "key", KeyState: "Enabled" } });
      case "GetSchedule":
        return JSON.stringify(clockOf(settings));
      case "UpdateSchedule":
        return JSON.stringify({ ScheduleArn: "arn" });
      case "PutObject":
        return "";
      case "Publish":
        return PUBLISHED;
      default:
        throw new Error(`the fake has no answer to ${action}`);
    }
  };
  const server = createServer((message, response) => {
    void parse(message).then((request) => {
      fake.requests.push(request);
      const denied = fake.denyInstances && request.action === "DescribeInstances";
      response.statusCode = denied ? 403 : 200;
      const isKms = request.action === "DescribeKey";
      const json = isKms ? "application/x-amz-json-1.1" : "application/json";
      const isJson = isKms || request.phase === "clock";
      response.setHeader("content-type", isJson ? json : "text/xml");
      response.end(denied ? DENIED : answer(request));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => {
          done();
        });
      }),
  });
}

/**
 * Returns the invocation's phases in order, with the requests of each sorted, because concurrent calls have no order.
 */
export function phases(requests: readonly Request[]): { phase: string; calls: string[] }[] {
  const result: { phase: string; calls: string[] }[] = [];
  for (const { phase, region, action, parameters } of requests) {
    const last = result[result.length - 1];
    const pairs = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
    const call = `${region} ${action} ${JSON.stringify(Object.fromEntries(pairs))}`;
    if (last?.phase === phase) last.calls.push(call);
    else result.push({ phase, calls: [call] });
  }
  for (const { calls } of result) calls.sort();
  return result;
}
