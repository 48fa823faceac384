/** Reads the audit log's first record of a failed copy from the bucket. */
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { RUNS_PREFIX } from "../../vault/model/objectKeys";
import { isoSeconds } from "../../vault/lib/time";
import type { LocalVault } from "../runtime/localVault";

/** A record, as far as it is shown; docs/audit.schema.json has all of it. */
interface AuditRecord {
  trigger: { kind: string };
  startedAt: string;
  status: string;
  problems: { kind: string; subject: string; message: string }[];
}

export interface FailureRecord {
  bucket: string;
  key: string;
  record: AuditRecord;
}

/** Kind of problem of an unusable copy (src/vault/plan/copies/copies.ts). */
export const UNUSABLE_COPY = "copy-unusable";

/** @returns `undefined` where the stack has no audit log, or no copy failed */
export async function failureRecord(vault: LocalVault, sinceMs: number): Promise<FailureRecord | undefined> {
  const { account, stack } = vault;
  const { auditBucket: Bucket } = vault.program().outputs as { auditBucket?: string };
  const [place] = stack.dr;
  if (Bucket === undefined || place === undefined) return undefined;
  const client = account.s3(place.region);
  // A day's records are below the day, by time: `runs/2026/12/02/20261202T030000Z-….json`.
  const Prefix = `${RUNS_PREFIX}/`;
  const StartAfter = `${Prefix}${isoSeconds(sinceMs).slice(0, 10).replaceAll("-", "/")}/`;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix, StartAfter })) {
    for (const { Key = "" } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const record = JSON.parse((await Body?.transformToString()) ?? "{}") as AuditRecord;
      if (record.problems.some(({ kind }) => kind === UNUSABLE_COPY)) return { bucket: Bucket, key: Key, record };
    }
  }
  return undefined;
}
