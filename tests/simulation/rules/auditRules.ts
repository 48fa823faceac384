/**
 * Checks the audit bucket and the manifest buckets: each deletion that took effect in an invocation that ended by itself
 * is in a record, with its reason, unless a write was refused; and what can be restored in a region has its manifest
 * there.
 */
import type { DeleteSnapshotCommandInput } from "@aws-sdk/client-ec2";
import { HOUR_MS } from "../../../src/vault/lib/time";
import {
  type Account,
  type Region,
  type SimSnapshot,
  inDr,
  hasExpiredIn,
  identityOf,
  isVerified,
  slotOf,
} from "../account/account";
import { awsError } from "../account/awsError";
import type { Call } from "../../../src/iam/call";
import type { Invocation } from "../account/invocation";
import type { Tellings } from "./tellings";
import { isSaidExpired, isVaults } from "../account/ownership";

interface RunRecord {
  decisions: { kind: string; snapshotId?: string; reason: string }[];
}

interface Manifest {
  volumes: { snapshot: { snapshotId: string }; copies: { region: string; snapshotId: string }[] }[];
}

/**
 * Checks that a manifest is enough to restore from: for each volume a verified copy in the region it is in, or that
 * there was one.
 */
function checkManifest(account: Account, { name }: Region, { volumes }: Manifest): void {
  const { primary, bySource, story } = account;
  for (const { snapshot, copies } of volumes) {
    const { snapshotId } = snapshot;
    const known = primary.snapshots.get(snapshotId);
    if (known === undefined || known.untagged === true) continue;
    const isNamed = copies.some(({ region }) => region === name);
    if (isNamed || hasExpiredIn(account, known, name)) continue;
    // Ignores who wrote a copy-expired tag, because a manifest deletes nothing and says what there is.
    if (isSaidExpired(account, known, name)) continue;
    const begun = (bySource.get(snapshotId) ?? []).filter(({ region }) => region === name);
    const how = begun.map(({ state }) => state).join(", ") || "none";
    story.violate("a manifest is enough to restore from", `${snapshotId} to ${name}: ${how}`);
  }
}

interface Capture {
  volumes: { volumeId: string }[];
}

/** Time within which an environment that does not know it writes it again, because a part may have been seen late. */
const WRITTEN_AGAIN_MS = 2 * HOUR_MS;

/**
 * Returns when a part of the recovery point was last completed. It is looked at again then, even if that part is
 * redundant.
 */
function lastCompletedMs({ byVolume }: Account, key: string): number {
  const parts = [...byVolume.values()].flat().filter((one) => manifestOf(one) === key);
  return Math.max(0, ...parts.map(({ completedMs = 0 }) => completedMs));
}

/** Records a manifest, and checks that it is not written repeatedly once no fault kept the timer from carrying that. */
function noteManifest(account: Account, { name }: Region, key: string, body: string): void {
  const { manifests, time, stormy, stormEndedMs, story } = account;
  const known = manifests.get(`${name} ${key}`);
  if (known?.body !== body) {
    manifests.set(`${name} ${key}`, { body, sinceMs: time.nowMs() });
    return;
  }
  const isLate = (sinceMs: number) => time.nowMs() - sinceMs >= WRITTEN_AGAIN_MS;
  if (stormy || !isLate(Math.max(known.sinceMs, stormEndedMs))) return;
  if (isLate(lastCompletedMs(account, key))) {
    story.violate("a manifest is not written again and again", key);
  }
}

/** Checks that a capture is of a recovery point, and has each volume of it. */
function checkCapture(account: Account, key: string, { volumes }: Capture): void {
  const { byVolume, story } = account;
  const captured = new Set(volumes.map(({ volumeId }) => volumeId));
  const made = [...byVolume.values()].flat().filter((one) => !inDr(account, one) && captureOf(one) === key);
  // A copy in the primary region, made again from a DR copy, has no volume id of its own.
  const lacks = made.filter(({ dataOf }) => !captured.has(dataOf));
  if (made.length > 0 && lacks.length === 0) return;
  story.violate("a capture has the volumes of its recovery point", `${key}: ${made.length}, lacks ${lacks.length}`);
}

export function noteDeletion<T>({ audit }: Invocation, { SnapshotId = "" }: DeleteSnapshotCommandInput, result: T): T {
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
  account.story.count(`objects: ${Key.slice(0, Key.indexOf("/"))}`);
  if (Key.startsWith("captures/")) {
    checkCapture(account, Key, JSON.parse(Body as string) as Capture);
    return {};
  }
  if (Key.startsWith("manifests/")) {
    checkManifest(account, region, JSON.parse(Body as string) as Manifest);
    noteManifest(account, region, Key, Body as string);
    return {};
  }
  const { decisions } = JSON.parse(Body as string) as RunRecord;
  for (const { kind, snapshotId = "", reason } of decisions) {
    if (kind === "delete" && reason !== "") audit.recorded.push(snapshotId);
  }
  audit.written = true;
  return {};
}

/** Checks an invocation that has ended by itself. */
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

/** `<instance>/<slot>.json`, the slot without its dashes and colons. */
function pointOf(snapshot: SimSnapshot): string {
  const instance = identityOf(snapshot)?.instanceId ?? "";
  return `${instance}/${slotOf(snapshot).replace(/[-:]/g, "")}.json`;
}

function manifestOf(snapshot: SimSnapshot): string {
  return `manifests/${pointOf(snapshot)}`;
}

function captureOf(snapshot: SimSnapshot): string {
  return `captures/${pointOf(snapshot)}`;
}

/** Records an invocation that ended by itself and could see and write everything. */
export function noteAudited(account: Account, tellings: Tellings, invocation: Invocation): void {
  const { startMs, problems, readsFailed, hungMs, overlapped } = invocation;
  const troubled = [problems, readsFailed].some((list) => list.length > 0);
  if (troubled || overlapped || hungMs > 0 || tellings.silencedMs() >= startMs) return;
  account.auditedMs = startMs;
}

/**
 * Checks once a day each recovery point that was whole, with a verified copy everywhere, when manifests were last
 * written.
 */
export function checkManifests(account: Account): void {
  if (account.settings.manifests.length === 0) return;
  const seenMs = account.auditedMs - account.faults.nature.consistencyMs;
  const points = new Map<string, SimSnapshot[]>();
  for (const snapshot of [...account.byVolume.values()].flat()) {
    const key = manifestOf(snapshot);
    points.set(key, [...(points.get(key) ?? []), snapshot]);
  }
  const isThere = (one: SimSnapshot) => !one.deleted && one.untagged !== true && isVaults(account, one);
  for (const [key, parts] of points) {
    const originals = parts.filter((one) => !inDr(account, one));
    const isCopied = ({ dataOf }: SimSnapshot) =>
      account.drs.every(({ name }) =>
        parts.some((c) => c.region === name && c.dataOf === dataOf && isVerified(account, c)),
      );
    const isWhole =
      parts.every((one) => isThere(one) && (one.completedMs ?? Infinity) < seenMs) && originals.every(isCopied);
    if (originals.length === 0 || !isWhole) continue;
    for (const { name } of account.drs) {
      if (account.manifests.has(`${name} ${key}`)) continue;
      account.story.violate("a recovery point has its manifest in every DR region", `${key} in ${name}`);
    }
  }
}
