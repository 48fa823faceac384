/**
 * The audit bucket, and its rules: each deletion that took effect in an invocation that ended by itself is in a record, with
 * its reason, unless a write was refused; and what can be restored in all regions has its manifest.
 */
import type { DeleteSnapshotCommandInput } from "@aws-sdk/client-ec2";
import { TAG } from "../../src/vault/tags";
import { type Account, type Region, type SimSnapshot, inDr, isSound, slotOf } from "./account";
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
  if (!Key.startsWith("runs/")) {
    account.manifests.add(Key);
    return {};
  }
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

/** `manifests/<instance>/<slot>.json`, the slot without its dashes and colons. */
function manifestOf(snapshot: SimSnapshot): string {
  const instance = snapshot.tags[TAG.instance] ?? "";
  return `manifests/${instance}/${slotOf(snapshot).replace(/[-:]/g, "")}.json`;
}

/** When it has been quiet for two days: of each recovery point that is whole and has a sound copy everywhere. */
export function checkManifests(account: Account, own: readonly SimSnapshot[]): void {
  if (account.settings.audit === undefined) return;
  const points = new Map<string, SimSnapshot[]>();
  for (const snapshot of own) {
    const key = manifestOf(snapshot);
    points.set(key, [...(points.get(key) ?? []), snapshot]);
  }
  for (const [key, parts] of points) {
    const originals = parts.filter((one) => !inDr(account, one));
    const isCopied = ({ dataOf }: SimSnapshot) =>
      account.drs.every(({ name }) =>
        parts.some((c) => c.region === name && c.dataOf === dataOf && isSound(account, c)),
      );
    const isWhole = originals.every(
      (one) => one.state === "completed" && one.untagged !== true && isCopied(one),
    );
    if (originals.length === 0 || !isWhole || account.manifests.has(key)) continue;
    account.story.violate("a recovery point has its manifest", key);
  }
}
