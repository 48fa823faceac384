/**
 * Makes the AWS clients, once per cold start. EC2 has two per region, because its creating calls take no client token
 * (AWS, "Ensuring idempotency in Amazon EC2 API requests"). A read is sent again whenever it fails, a write only if AWS
 * said that it did nothing. If the answer to a write is lost, the next invocation looks for the result instead of
 * writing twice.
 */
import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type PutObject, objectPutter } from "./s3";
import type { BucketTarget, VaultSettings } from "../model/settings";
import { vaultKeysOf } from "../model/vaultKeys";

/** A client whose creating calls are not sent twice. */
export type Ec2Writer = EC2Client;
/** A client whose calls are sent again whenever they fail. */
export type Ec2Reader = EC2Client;

interface RegionClients {
  reader: Ec2Reader;
  writer: Ec2Writer;
}

export interface VaultClients {
  /** Clients by region: the primary region and each DR region. */
  ec2: Readonly<Record<string, RegionClients>>;
  /** Returns a reader in any region, for one that left the stack. */
  readerIn: (region: string) => Ec2Reader;
  /** Returns the client in a region of one of the vault's keys. */
  kmsIn: (region: string) => KMSClient;
  scheduler: SchedulerClient;
  sns: SNSClient;
  sqs: SQSClient;
  /** Writes to the audit bucket; absent if there is none. */
  putAudit?: PutObject;
  /** Writes to the manifest buckets, by region. */
  putManifest: Readonly<Record<string, PutObject>>;
}

type RetryStrategy = Awaited<ReturnType<EC2Client["config"]["retryStrategy"]>>;

const ATTEMPTS = 5;
/**
 * Returns the timeouts of a client, so that a call without an answer is abandoned. Without `throwOnRequestTimeout` the
 * SDK only warns, and waits on for its idle limit, which is longer than the function lives. `socketTimeout` is for an
 * answer that stops half-way.
 */
function timeoutsOf(answerMs: number) {
  return {
    connectionTimeout: 5_000,
    requestTimeout: answerMs,
    socketTimeout: answerMs,
    throwOnRequestTimeout: true,
  };
}

/** Time to wait for an answer of EC2. Five attempts at a region that never answers leave time for the other regions. */
export const EC2_ANSWER_MS = 15_000;
/**
 * Time to wait for an answer to the mail and to the setting of the timer. They come last, in the time that is reserved
 * for them (invocation.ts), which two attempts of both fit into.
 */
export const REPORT_ANSWER_MS = 8_000;
const REPORTING = { maxAttempts: 2, requestHandler: timeoutsOf(REPORT_ANSWER_MS) };

function ec2Client(region: string): EC2Client {
  return new EC2Client({
    region,
    retryMode: "adaptive",
    maxAttempts: ATTEMPTS,
    requestHandler: timeoutsOf(EC2_ANSWER_MS),
  });
}

/** Returns the given strategy for throttled calls only; every other error ends the call at once. */
export function retryOnlyThrottled(inner: RetryStrategy): RetryStrategy {
  if (!("refreshRetryTokenForRetry" in inner)) return inner;
  return {
    acquireInitialRetryToken: (scope) => inner.acquireInitialRetryToken(scope),
    refreshRetryTokenForRetry: (token, errorInfo) => {
      if (errorInfo.errorType !== "THROTTLING") {
        throw new Error("not sent again: the call may have taken effect");
      }
      return inner.refreshRetryTokenForRetry(token, errorInfo);
    },
    recordSuccess: (token) => {
      inner.recordSuccess(token);
    },
  };
}

/**
 * Makes a client for calls that create. They are sent again only after a throttling answer, which means that nothing
 * was done.
 */
function writerClient(region: string): EC2Client {
  const client = ec2Client(region);
  const inner = client.config.retryStrategy;
  client.config.retryStrategy = async () => retryOnlyThrottled(await inner());
  return client;
}

/** Makes one client per region of a key; other regions are never asked. */
function kmsClients(settings: VaultSettings): (region: string) => KMSClient {
  const byRegion: Record<string, KMSClient> = {};
  for (const { region } of vaultKeysOf(settings)) {
    byRegion[region] ??= new KMSClient({ region, requestHandler: timeoutsOf(EC2_ANSWER_MS) });
  }
  return (region) => {
    const client = byRegion[region];
    if (client === undefined) throw new Error(`the vault has no key in ${region}`);
    return client;
  };
}

/** Makes a reader when a region is first asked for, because few vaults ever ask. */
function otherReaders(): (region: string) => EC2Client {
  const byRegion: Record<string, EC2Client> = {};
  return (region) => (byRegion[region] ??= ec2Client(region));
}

export function makeClients(settings: VaultSettings): VaultClients {
  const { primaryRegion, dr, audit, manifests } = settings;
  const regions = [primaryRegion, ...dr.map(({ region }) => region)];
  const scheduler = new SchedulerClient({ region: primaryRegion, ...REPORTING });
  const { credentials, sha256 } = scheduler.config;
  const putterOf = (target: BucketTarget) => objectPutter(target, { credentials, sha256 });
  return {
    ec2: Object.fromEntries(
      regions.map((region) => [region, { reader: ec2Client(region), writer: writerClient(region) }]),
    ),
    readerIn: otherReaders(),
    kmsIn: kmsClients(settings),
    scheduler,
    sns: new SNSClient({ region: primaryRegion, ...REPORTING }),
    sqs: new SQSClient({ region: primaryRegion, ...REPORTING }),
    ...(audit !== undefined && { putAudit: putterOf(audit) }),
    putManifest: Object.fromEntries(manifests.map((target) => [target.region, putterOf(target)])),
  };
}

/**
 * Returns the clients of a region.
 * @throws if the vault has no such region, because a plan names only regions of the settings
 */
export function ec2In({ ec2 }: VaultClients, region: string): RegionClients {
  const clients = ec2[region];
  if (clients === undefined) throw new Error(`the vault has no clients for ${region}`);
  return clients;
}
