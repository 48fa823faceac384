/**
 * Checks in which order missing work is requested, when a kind of call stops, how often failures are attempted, and
 * that stuck copies are reported. It checks as the vault sends a call, as EC2 accepts it, and as an invocation ends.
 */
import { tagRecord } from "../../../src/iam/callRequests";
import { TAG } from "../../../src/vault/model/tags/tags";
import { HOUR_MS } from "../../../src/vault/lib/time";
import {
  type Account,
  type Region,
  type SimInstance,
  type SimSnapshot,
  inDr,
  isExpiredIn,
  regionOf,
  slotOf,
} from "../account/account";
import type { Call } from "../../../src/iam/call";
import { subjectOf } from "../account/callSubject";
import { isProtected, isShownSince, wantedVolumes } from "../account/fleet";
import type { Invocation } from "../account/invocation";
import type { Tellings } from "./tellings";
import { isVaults } from "../account/ownership";

const MAX_TRIES = 3;

/** Returns the time of the latest change that an invocation that started then must have seen. */
function seenBefore({ faults }: Account, { startMs }: Invocation): number {
  return startMs - faults.nature.consistencyMs;
}

/** Returns failures that the invocation could know of, in the region or for the volume at the slot. */
function failures(list: readonly SimSnapshot[], beforeMs: number): SimSnapshot[] {
  return list.filter(({ failedMs = Infinity }) => failedMs < beforeMs);
}

/** Returns true for an untouched recovery point without any copy there, whose turn depends only on its age. */
function isUntried(account: Account, one: SimSnapshot, { name }: Region, beforeMs: number): boolean {
  const isPlain = one.completedMs !== undefined && one.completedMs < beforeMs && !one.deleted;
  if (!isPlain || one.sourceId !== undefined || one.untagged === true) return false;
  if (!isVaults(account, one) || isExpiredIn(one, name)) return false;
  const others = (account.byVolume.get(one.dataOf) ?? []).filter((s) => s !== one);
  return !others.some((s) => slotOf(s) === slotOf(one) || s.dataSinceMs === one.dataSinceMs);
}

function checkCopyOrder(account: Account, invocation: Invocation, region: Region, sourceId: string): void {
  const source = account.primary.snapshots.get(sourceId);
  if (source === undefined || region === account.primary || invocation.overlapped) return;
  const beforeMs = seenBefore(account, invocation);
  const copies = (account.bySource.get(sourceId) ?? []).filter((s) => s.region === region.name);
  const there = copies.filter(({ deleted }) => !deleted);
  const isLast = failures(there, beforeMs).length >= MAX_TRIES;
  for (const other of account.primary.snapshots.values()) {
    // EC2 gives whole milliseconds.
    if (!isLast && other.startMs > source.startMs - 1) continue;
    if (invocation.asked.has(`copy ${region.name} ${other.snapshotId}`)) continue;
    if (!isUntried(account, other, region, beforeMs)) continue;
    const what = `${sourceId} is copied to ${region.name} before ${other.snapshotId}`;
    account.story.violate("what waits longest is copied first", what);
  }
}

/**
 * Returns the oldest time at which any of an instance's wanted volumes was last snapshotted; `undefined` if that is
 * unclear.
 */
function stalenessOf(account: Account, instance: SimInstance, slot: string, beforeMs: number): number | undefined {
  if (instance.changedMs >= beforeMs || isShownSince(instance, beforeMs)) return undefined;
  let stalestMs = Infinity;
  for (const volumeId of wantedVolumes(account, instance)) {
    const all = (account.byVolume.get(volumeId) ?? []).filter((s) => !inDr(account, s));
    // If one is pending, failed, or was changed by a person, the vault may see it or not.
    const isClear = (s: SimSnapshot) => slotOf(s) !== slot && s.state === "completed" && s.untagged !== true;
    if (!all.every((s) => isClear(s) && (s.lostMs ?? 0) < beforeMs)) return undefined;
    const good = all.filter((s) => !s.deleted && isVaults(account, s));
    stalestMs = Math.min(stalestMs, Math.max(-Infinity, ...good.map((s) => s.dataSinceMs)));
  }
  return stalestMs;
}

/** Returns true if it has a volume with another instance, whose set may have it. */
function isSharing(account: Account, instance: SimInstance): boolean {
  const own = new Set(instance.attached.map(({ volumeId }) => volumeId));
  return [...account.instances.values()].some(
    (other) => other !== instance && other.attached.some(({ volumeId }) => own.has(volumeId)),
  );
}

function checkSnapshotOrder(account: Account, invocation: Invocation, instanceId: string, slot: string): void {
  const first = account.instances.get(instanceId);
  const beforeMs = seenBefore(account, invocation);
  if (first === undefined || invocation.overlapped) return;
  const firstMs = stalenessOf(account, first, slot, beforeMs);
  if (firstMs === undefined) return;
  for (const other of account.instances.values()) {
    if (other === first || !isProtected(account, other)) continue;
    if (invocation.asked.has(`snapshot ${account.primary.name} ${other.instanceId}`)) continue;
    const otherMs = isSharing(account, other) ? undefined : stalenessOf(account, other, slot, beforeMs);
    // Tags have whole seconds.
    if (otherMs === undefined || otherMs >= firstMs - 1_000) continue;
    const what = `${instanceId} is snapshotted before ${other.instanceId}`;
    account.story.violate("the instance with the oldest recovery point is snapshotted first", what);
  }
}

/** Returns the kind of a call that a limit can stop, with its region. */
function laneOf(regionName: string, { name }: Call): string | undefined {
  if (name === "CopySnapshot") return `copy ${regionName}`;
  return name.startsWith("CreateSnapshot") ? `snapshot ${regionName}` : undefined;
}

function isStatus({ Name }: { Name?: string | undefined }): boolean {
  return Name === "status";
}

/** Checks a call as the vault sends it. */
export function noteSent(account: Account, invocation: Invocation, regionName: string, call: Call) {
  if (call.name === "DescribeSnapshots") invocation.isLook ||= !call.input.Filters?.some(isStatus);
  const lane = laneOf(regionName, call);
  if (lane === undefined) return;
  // Work that was under way when another met the limit ends with its second call.
  const isAgain = invocation.again.delete(`${lane} ${subjectOf(call)}`);
  if (invocation.limited.has(lane) && !isAgain) account.story.violate("a limit stops its kind of call", lane);
  if (call.name === "CopySnapshot") {
    const { SourceSnapshotId = "" } = call.input;
    invocation.asked.add(`${lane} ${SourceSnapshotId}`);
    checkCopyOrder(account, invocation, regionOf(account, regionName), SourceSnapshotId);
  } else if (call.name === "CreateSnapshots") {
    const { InstanceSpecification, TagSpecifications } = call.input;
    const { [TAG.slot]: slot = "" } = tagRecord(TagSpecifications?.[0]?.Tags);
    const { InstanceId = "" } = InstanceSpecification ?? {};
    invocation.asked.add(`${lane} ${InstanceId}`);
    checkSnapshotOrder(account, invocation, InstanceId, slot);
  }
}

/** Limits of the account, whatever is asked for. */
const LIMITS = ["ResourceLimitExceeded", "PendingSnapshotLimitExceeded"];

/** Records AWS's final answer to a call. */
export function noteRefused(invocation: Invocation, regionName: string, call: Call, code: string) {
  const lane = laneOf(regionName, call);
  if (lane !== undefined && LIMITS.includes(code)) invocation.limited.add(lane);
  if (code === "TagPolicyViolation") invocation.again.add(`${lane} ${subjectOf(call)}`);
}

/**
 * Checks as EC2 starts a snapshot of a volume that it is no fourth attempt for a slot, however little is left of those
 * before.
 */
export function checkTries(account: Account, invocation: Invocation, made: readonly SimSnapshot[]): void {
  if (invocation.overlapped) return;
  for (const snapshot of made) {
    const attempts = failures(account.byVolume.get(snapshot.dataOf) ?? [], seenBefore(account, invocation)).filter(
      (s) => s.sourceId === undefined && slotOf(s) === slotOf(snapshot) && s.untagged !== true && s.lostTo !== "person",
    );
    if (attempts.length < MAX_TRIES) continue;
    const what = `${snapshot.dataOf} for ${slotOf(snapshot)} again after ${attempts.length}`;
    account.story.violate("at most three attempts per volume and slot", what);
  }
}

/** Checks as an invocation ends that could read everything that copies pending for too long are reported. */
export function checkStuck(account: Account, tellings: Tellings, invocation: Invocation): void {
  const { settings, problems, readsFailed } = invocation;
  if (readsFailed.length > 0) return;
  const beforeMs = seenBefore(account, invocation) - settings.copyStuckHours * HOUR_MS;
  for (const region of account.drs) {
    for (const copy of region.copying) {
      const isPending = copy.state === "pending" && !copy.deleted && isVaults(account, copy);
      if (!isPending || copy.startMs >= beforeMs) continue;
      const isLogged = problems.some(({ key }) => key === `copy-stuck/${copy.snapshotId}`);
      const line = `the copy ${copy.snapshotId} of \\S+ in ${region.name} is not usable yet: it has been pending`;
      const isMailed = tellings.lastLike(new RegExp(line)) > 0;
      if (isLogged && (isMailed || tellings.silencedMs() >= copy.startMs)) continue;
      account.story.violate("a stuck copy is reported", copy.snapshotId);
    }
  }
}
