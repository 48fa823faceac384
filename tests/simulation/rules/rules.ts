/**
 * Checks the invariants at the moment when a deletion or a tag takes effect. The account is the truth. The vault is
 * excused for what a person did after it looked: something counts as there if it was there at any time since the
 * invocation started, less the time that a describe may lag.
 */
import type { CreateSnapshotsCommandInput, CreateTagsCommandInput } from "@aws-sdk/client-ec2";
import { tagRecord } from "../../../src/iam/callRequests";
import { TAG } from "../../../src/vault/model/tags/tags";
import {
  type Account,
  type Region,
  type SimInstance,
  type SimSnapshot,
  inDr,
  hasExpiredIn,
  instanceOf,
  isPoint,
  isVerified,
  slotOf,
  twinsOf,
} from "../account/account";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { Call } from "../../../src/iam/call";
import type { Invocation } from "../account/invocation";
import { carriedTags } from "./overrideOracle";
import { checkLimit, checkRetention, expires, isReleased } from "./retentionRules";
import { isMade, isSaidExpired, isTampered, isVaults } from "../account/ownership";
import { checkKeys, checkVolumeTags } from "./tagRules";

/** Returns the time from which a change could not be known to the invocation. */
function unseenSince({ faults }: Account, invocation: Invocation): number {
  return invocation.startMs - faults.nature.consistencyMs;
}

/**
 * Returns true if it is there and the vault's own, or was lost to a person so recently that the invocation could not
 * know.
 */
function counts(account: Account, snapshot: SimSnapshot, sinceMs: number): boolean {
  if (snapshot.lostMs === undefined) return !snapshot.deleted && isVaults(account, snapshot);
  return snapshot.lostTo === "person" && snapshot.lostMs >= sinceMs;
}

/** Returns true if the call met tags or resources that a person changed under it. */
export function isRace(account: Account, invocation: Invocation, region: Region, call: Call): boolean {
  const sinceMs = unseenSince(account, invocation);
  const ids =
    call.name === "DeleteSnapshot" || call.name === "LockSnapshot"
      ? [call.input.SnapshotId ?? ""]
      : call.name === "CreateTags"
        ? (call.input.Resources ?? [])
        : [];
  if (ids.some((id) => (region.snapshots.get(id)?.lostMs ?? 0) >= sinceMs)) return true;
  if (call.name !== "CreateSnapshots") return false;
  const instance = account.instances.get(call.input.InstanceSpecification?.InstanceId ?? "");
  return (instance?.changedMs ?? 0) >= sinceMs;
}

/**
 * Returns true if a region has a verified copy of the volume at the slot: of the snapshot itself or of a twin, which
 * may be deleted already.
 */
function hasVerifiedCopy(account: Account, snapshot: SimSnapshot, region: string, sinceMs: number): boolean {
  const slot = slotOf(snapshot);
  return (account.byVolume.get(snapshot.dataOf) ?? []).some(
    (copy) =>
      copy.region === region &&
      (copy.sourceId === snapshot.snapshotId || slotOf(copy) === slot) &&
      isVerified(account, copy) &&
      counts(account, copy, sinceMs),
  );
}

/**
 * Returns true if the region's rules would release a copy at once; only then may another's copy-expired tag be
 * believed.
 */
export function isReleasedIn(
  account: Account,
  settings: VaultSettings,
  snapshot: SimSnapshot,
  region: string,
  { sinceMs, seenMs }: { sinceMs: number; seenMs?: number },
): boolean {
  if (!isSaidExpired(account, snapshot, region)) return false;
  return isReleased(account, settings, snapshot, {
    side: "drKeep",
    nowMs: account.time.nowMs(),
    counts: (s) =>
      // It saw what this invocation deleted itself.
      (!s.deleted || (s.lostMs ?? 0) >= sinceMs) &&
      isVaults(account, s) &&
      (s.region === region ? isVerified(account, s) : !inDr(account, s) && s.state === "completed"),
    fromMs: sinceMs,
    ...(seenMs !== undefined && { seenMs }),
  });
}

/** Returns true if it is copied to every DR region, or was copied there once and expired. */
function isSafe(account: Account, settings: VaultSettings, snapshot: SimSnapshot, sinceMs: number): boolean {
  return account.drs.every(
    ({ name }) =>
      hasExpiredIn(account, snapshot, name) ||
      hasVerifiedCopy(account, snapshot, name, sinceMs) ||
      isReleasedIn(account, settings, snapshot, name, { sinceMs }),
  );
}

function checkPrimary(
  account: Account,
  { settings }: Invocation,
  snapshot: SimSnapshot,
  siblings: readonly SimSnapshot[],
  isExpiring: boolean,
  sinceMs: number,
): void {
  const { story } = account;
  const others = siblings.filter((s) => !inDr(account, s) && isPoint(account, s));
  const slot = slotOf(snapshot);
  const newer = others.some((s) => s.dataSinceMs >= snapshot.dataSinceMs || slotOf(s) === slot);
  if (!newer && !isExpiring) story.violate("the newest recovery point is kept", snapshot.snapshotId);
  const twin = others.some((s) => slotOf(s) === slot && isSafe(account, settings, s, sinceMs));
  if (!twin && !isSafe(account, settings, snapshot, sinceMs)) {
    story.violate("no deletion without a verified copy", snapshot.snapshotId);
  }
}

function checkDr(account: Account, copy: SimSnapshot, siblings: readonly SimSnapshot[]): void {
  const slot = slotOf(copy);
  const newer = siblings.some((s) => s.region === copy.region && isVerified(account, s) && slotOf(s) >= slot);
  if (!newer) account.story.violate("the newest verified copy is kept", copy.snapshotId);
}

/** Returns true if a key was lost before the invocation started, and still is, so that it must know. */
function isKeyLost(account: Account, { startMs }: Invocation): boolean {
  return account.keyDisabledIn !== undefined && account.keyLostSinceMs < startMs;
}

/** Checks before a deletion takes effect. Nobody can restore from what is in error or pending. */
export function checkDelete(account: Account, invocation: Invocation, region: Region, snapshotId: string): void {
  const snapshot = region.snapshots.get(snapshotId);
  if (snapshot === undefined || snapshot.deleted) return;
  account.story.count("deletions");
  const sinceMs = unseenSince(account, invocation);
  // A failed attempt holds no data, whatever somebody wrote on it.
  const isRemains = snapshot.state === "error" && isMade(account, snapshot);
  if (!isRemains && !counts(account, snapshot, sinceMs)) {
    account.story.violate("changes only its own snapshots", `deletes ${snapshotId}`);
    return;
  }
  if (snapshot.state !== "completed") return;
  if (isKeyLost(account, invocation)) {
    account.story.violate("no deletion while a key is lost", snapshotId);
  }
  const siblings = (account.byVolume.get(snapshot.dataOf) ?? []).filter(
    (s) => s !== snapshot && counts(account, s, sinceMs),
  );
  checkRetention(account, invocation.settings, snapshot, invocation.startMs, sinceMs);
  checkLimit(account, invocation, region, snapshot);
  const isExpiring = expires(account, invocation.settings, snapshot, sinceMs);
  if (!inDr(account, snapshot)) checkPrimary(account, invocation, snapshot, siblings, isExpiring, sinceMs);
  else if (isVerified(account, snapshot) && !isExpiring) checkDr(account, snapshot, siblings);
}

/** Checks that a set takes no volume that the vault could know of and whose spec it does not carry. */
function checkSet(
  { story }: Account,
  { instanceId, attached }: SimInstance,
  { InstanceSpecification, TagSpecifications }: CreateSnapshotsCommandInput,
  startMs: number,
): void {
  const { ExcludeBootVolume = false, ExcludeDataVolumeIds = [] } = InstanceSpecification ?? {};
  const made = tagRecord(TagSpecifications?.[0]?.Tags);
  const carried = Object.keys(made).filter((key) => key.startsWith(TAG.volumes));
  const facts = carried.map((key) => made[key] ?? "").join(" ");
  for (const [index, { volumeId, listedMs }] of attached.entries()) {
    const isOut = ExcludeDataVolumeIds.includes(volumeId) || (index === 0 && ExcludeBootVolume);
    if (isOut || listedMs >= startMs || facts.includes(volumeId)) continue;
    story.violate("a set has only the requested volumes", `${volumeId} of ${instanceId} is in it`);
  }
}

/** Checks what a set is made with: the rules that its instance asks for and is allowed. */
export function checkCreate(
  account: Account,
  { settings, startMs }: Invocation,
  input: CreateSnapshotsCommandInput,
): void {
  const instance = account.instances.get(input.InstanceSpecification?.InstanceId ?? "");
  if (instance === undefined || instance.changedMs >= startMs) return;
  checkSet(account, instance, input, startMs);
  const made = tagRecord(input.TagSpecifications?.[0]?.Tags);
  const wanted = carriedTags(instance.tags, settings);
  for (const key of [TAG.keep, TAG.drKeep]) {
    const sorted = made[key]?.split(" ").sort().join(" ");
    if (sorted === wanted[key]) continue;
    const what = `${key} is ${made[key] ?? "not there"}, not ${wanted[key] ?? "none"}`;
    account.story.violate("an instance's own rules are carried", what);
  }
}

/** Checks that tags are written only on the vault's own, and only some keys: see tagRules.ts. */
export function checkTagging(
  account: Account,
  invocation: Invocation,
  region: Region,
  input: CreateTagsCommandInput,
): void {
  const sinceMs = unseenSince(account, invocation);
  for (const id of input.Resources ?? []) {
    const snapshot = region.snapshots.get(id);
    if (snapshot === undefined || snapshot.deleted) continue;
    if (!counts(account, snapshot, sinceMs)) account.story.violate("changes only its own snapshots", `tags ${id}`);
  }
  checkKeys(account, region, input, invocation.startMs);
}

/** Checks that only what is not encrypted is copied in its own region, and only if the stack wants that. */
function checkStandIn({ settings, story }: Account, source: SimSnapshot): void {
  if (settings.primaryKeyArn !== undefined && !source.encrypted) return;
  story.violate("encrypts only as configured", `${source.snapshotId} is copied in its own region`);
}

/**
 * Checks that only the vault's own is copied. A copy that a DR region's retention deleted must not be made again,
 * because its snapshot was tagged before.
 */
export function checkCopy(account: Account, invocation: Invocation, { name }: Region, sourceId: string): void {
  const source = account.primary.snapshots.get(sourceId);
  // Nothing can be made of one that is deleted: the vault only saw it still listed.
  if (source === undefined || source.deleted || source.untagged === true) return;
  if (!isVaults(account, source)) {
    account.story.violate("copies only its own snapshots", sourceId);
    return;
  }
  checkVolumeTags(account, source);
  if (name === account.keyDisabledIn && isKeyLost(account, invocation)) {
    account.story.violate("no copy under a lost key", `${sourceId} to ${name}`);
  }
  if (name === source.region) {
    checkStandIn(account, source);
    return;
  }
  // Of two invocations at once, one may see the snapshot before its tag and the region after the deletion.
  if (invocation.overlapped) return;
  // Not every describe sees a very recent copy-expired tag: then a copy is made once more, and deleted again.
  if ((source.tagged?.settledMs ?? 0) > invocation.startMs) return;
  const copies = (account.bySource.get(sourceId) ?? []).filter(({ region }) => region === name);
  const expired = copies.filter((copy) => isVerified(account, copy) && copy.lostTo === "vault");
  if (expired.length === 0 || copies.some((copy) => copy.lostTo === "person")) return;
  // Of twins, either one's copy may have been deleted as redundant.
  if (twinsOf(account, source).length > 1) return;
  // If a snapshot that somebody changed no longer counts, an older one may be wanted again in its place.
  const history = account.byInstance.get(instanceOf(source)) ?? [];
  if (history.some((one) => isTampered(account, one))) return;
  // Nor where the stack's rules have become longer: then it is wanted again. Only the vault's memory says if an
  // approved plan was about an orphan.
  const settings = { ...invocation.settings, approvedDeletePlan: [] };
  const sinceMs = invocation.startMs;
  // Snapshots that this invocation started itself may be under other rules than those that it planned with.
  const isReleased = (seenMs: number) => isReleasedIn(account, settings, source, name, { sinceMs, seenMs });
  if (![Infinity, sinceMs].every(isReleased)) return;
  account.story.violate("an expired copy is not made again", `${sourceId} is copied again`);
}
