/**
 * The audit bucket, and its rule: each deletion that took effect in an invocation that ended by itself is in a record, with
 * its reason, unless a write was refused.
 */
import type { DeleteSnapshotCommandInput } from "@aws-sdk/client-ec2";
import type { Account, Region } from "./account";
import { awsError } from "./awsError";
import type { Call } from "./call";
import type { Invocation } from "./invocation";

interface Written {
  decisions: { kind: string; snapshotId?: string; reason: string }[];
}

export function noteDeletion<T>(
  { audit }: Invocation,
  { SnapshotId = "" }: DeleteSnapshotCommandInput,
  result: T,
): T {
  audit.deleted.push(SnapshotId);
  return result;
}

export function putObject(
  account: Account,
  { audit }: Invocation,
  region: Region,
  { Key = "", Body }: (Call & { name: "PutObject" })["input"],
): object {
  if (account.keyDisabledIn === region.name) throw awsError("KMS.DisabledException", "", 400);
  account.story.count(Key.startsWith("runs/") ? "audit records" : "audit manifests");
  if (!Key.startsWith("runs/")) return {};
  const { decisions } = JSON.parse(Body as string) as Written;
  for (const { kind, snapshotId = "", reason } of decisions) {
    if (kind === "delete" && reason !== "") audit.recorded.push(snapshotId);
  }
  audit.written = true;
  return {};
}

/** When an invocation has ended by itself. */
export function checkAudited({ story }: Account, invocation: Invocation): void {
  const { audit, problems, settings } = invocation;
  if (settings.audit === undefined || audit.deleted.length === 0) return;
  const refused = problems.some(({ key }) => key === "audit-not-written/record");
  if (refused && !audit.written) {
    story.count("audit records refused");
    return;
  }
  const lost = audit.deleted.filter((id) => !audit.recorded.includes(id));
  if (lost.length > 0) story.violate("a deletion is recorded", lost.join(" "));
}
