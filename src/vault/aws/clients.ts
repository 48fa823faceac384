/**
 * The AWS clients, made once a cold start. EC2 has two a region, since its creating calls take no client token
 * (AWS, "Ensuring idempotency in Amazon EC2 API requests"): a read is sent again whenever it fails, a write only when
 * AWS said that it did nothing. A write whose answer was lost is looked up by the next pass instead of made twice.
 */
import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { type PutObject, objectPutter } from "./s3";
import type { VaultSettings } from "../model/settings";
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
  /** By region: the primary one and each DR region. */
  ec2: Readonly<Record<string, RegionClients>>;
  /** A reader in any region: for one that left the stack. */
  readerIn: (region: string) => Ec2Reader;
  /** In a region of one of the vault's keys. */
  kmsIn: (region: string) => KMSClient;
  scheduler: SchedulerClient;
  sns: SNSClient;
  /** Into the audit bucket; absent where there is none. */
  putAudit?: PutObject;
}

type RetryStrategy = Awaited<ReturnType<EC2Client["config"]["retryStrategy"]>>;

const ATTEMPTS = 5;
/**
 * A call that gets no answer is given up: without `throwOnRequestTimeout` the SDK only warns, and goes on waiting for its
 * idle limit, which is longer than the function lives. `socketTimeout` is for an answer that stops half-way.
 */
function timeoutsOf(answerMs: number) {
  return {
    connectionTimeout: 5_000,
    requestTimeout: answerMs,
    socketTimeout: answerMs,
    throwOnRequestTimeout: true,
  };
}

/** Five attempts at a region that never answers leave an invocation time for the other regions. */
export const EC2_ANSWER_MS = 15_000;
/** The mail and the clock go last, in the time that is kept free for them (invocation.ts): two attempts of both fit in it. */
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

/** The given strategy for throttled calls; every other error ends the call at once. */
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

/** A client for calls that create: sent again only after a throttling answer, which means that nothing was done. */
function writerClient(region: string): EC2Client {
  const client = ec2Client(region);
  const inner = client.config.retryStrategy;
  client.config.retryStrategy = async () => retryOnlyThrottled(await inner());
  return client;
}

/** One a region of a key; a region without one is never asked. */
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

/** Made when a region is first asked for: few vaults ever ask. */
function otherReaders(): (region: string) => EC2Client {
  const byRegion: Record<string, EC2Client> = {};
  return (region) => (byRegion[region] ??= ec2Client(region));
}

export function makeClients(settings: VaultSettings): VaultClients {
  const { primaryRegion, dr, audit } = settings;
  const regions = [primaryRegion, ...dr.map(({ region }) => region)];
  const scheduler = new SchedulerClient({ region: primaryRegion, ...REPORTING });
  const { credentials, sha256 } = scheduler.config;
  return {
    ec2: Object.fromEntries(
      regions.map((region) => [region, { reader: ec2Client(region), writer: writerClient(region) }]),
    ),
    readerIn: otherReaders(),
    kmsIn: kmsClients(settings),
    scheduler,
    sns: new SNSClient({ region: primaryRegion, ...REPORTING }),
    ...(audit !== undefined && { putAudit: objectPutter(audit, { credentials, sha256 }) }),
  };
}

/** @throws where the vault has no such region: a plan names none but the settings' own */
export function ec2In({ ec2 }: VaultClients, region: string): RegionClients {
  const clients = ec2[region];
  if (clients === undefined) throw new Error(`the vault has no clients for ${region}`);
  return clients;
}
