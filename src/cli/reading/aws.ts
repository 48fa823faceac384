/** The calls to AWS that the function does not make. No other file of the command imports an SDK. */
import { EC2Client, paginateDescribeInstances, paginateDescribeSnapshots } from "@aws-sdk/client-ec2";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { EXISTING_STATES } from "../../vault/aws/ec2Existing";
import { type Described, descriptionPattern, parseDescription } from "../../vault/identity/description";
import { parseJson } from "../../vault/lib/json";
import { SECOND_MS } from "../../vault/lib/time";
import { TAG, tagsFromList } from "../../vault/model/tags/tags";
import type { Tags } from "../../vault/model/world";

const PAGE_SIZE = 1_000;
/** A region that is down must not keep a person waiting. */
const CONNECT_MS = 4 * SECOND_MS;
const ANSWER_MS = 15 * SECOND_MS;

const TIMEOUTS = { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true };

/** Returns a client for reads in a region. */
export function ec2(region: string): EC2Client {
  return new EC2Client({ region, maxAttempts: 3, requestHandler: TIMEOUTS });
}

/** Returns the caller's account, as a region says it. */
export async function accountId(region: string): Promise<string> {
  const { Account = "" } = await new STSClient({ region, requestHandler: TIMEOUTS }).send(
    new GetCallerIdentityCommand({}),
  );
  return Account;
}

/**
 * Returns an object as text.
 * @throws `NoSuchKey`, `NoSuchBucket` or `AccessDenied`; without the permission to list, S3 denies what does not exist
 */
export async function readObject({ region, bucket }: { region: string; bucket: string }, key: string): Promise<string> {
  const client = new S3Client({ region, maxAttempts: 3, requestHandler: TIMEOUTS });
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToString()) ?? "";
}

/** A snapshot of any vault: which one, and where its instance was. */
export interface Trace extends Described {
  /** As the vault wrote it in a tag; absent where somebody removed that. */
  availabilityZone?: string;
}

/** Finds the snapshots of all vaults in a region, by their Descriptions. */
export async function findTraces(region: string): Promise<Trace[]> {
  const traces: Trace[] = [];
  const pages = paginateDescribeSnapshots(
    { client: ec2(region), pageSize: PAGE_SIZE },
    { OwnerIds: ["self"], Filters: [{ Name: "description", Values: [descriptionPattern("*")] }] },
  );
  for await (const page of pages) {
    for (const { Description, Tags: list } of page.Snapshots ?? []) {
      const described = parseDescription(Description);
      if (described === undefined) continue;
      const availabilityZone = tagsFromList(list)[TAG.availabilityZone];
      traces.push({ ...described, ...(availabilityZone !== undefined && { availabilityZone }) });
    }
  }
  return traces;
}

/** What the function answered. */
export interface FunctionAnswer {
  payload: unknown;
  /** Set where the function threw: `Unhandled`. */
  error?: string;
}

/**
 * Invokes the vault's function and waits for its answer. It is asked once, because a call that is throttled counts in the
 * vault's own alarm.
 * @param answerMs time to wait for its answer, in milliseconds
 */
export async function askFunction(
  { region, name }: { region: string; name: string },
  event: unknown,
  answerMs = ANSWER_MS,
): Promise<FunctionAnswer> {
  const requestHandler = { ...TIMEOUTS, requestTimeout: answerMs };
  const client = new LambdaClient({ region, maxAttempts: 1, requestHandler });
  const command = new InvokeCommand({ FunctionName: name, Payload: new TextEncoder().encode(JSON.stringify(event)) });
  const { Payload, FunctionError } = await client.send(command);
  const payload = parseJson(new TextDecoder().decode(Payload));
  return { payload, ...(FunctionError !== undefined && { error: FunctionError }) };
}

/** An instance, whatever tags it has. */
export interface AnyInstance {
  instanceId: string;
  tags: Tags;
}

/** Reads all instances of a region. */
export async function describeAllInstances(region: string): Promise<AnyInstance[]> {
  const found: AnyInstance[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2(region), pageSize: PAGE_SIZE },
    { Filters: [{ Name: "instance-state-name", Values: EXISTING_STATES }] },
  );
  for await (const page of pages) {
    for (const { InstanceId, Tags: list } of (page.Reservations ?? []).flatMap((r) => r.Instances ?? [])) {
      if (InstanceId === undefined) continue;
      found.push({ instanceId: InstanceId, tags: tagsFromList(list) });
    }
  }
  return found;
}
