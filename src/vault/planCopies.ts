/**
 * Which snapshots still lack a sound copy in the DR region. A copy is sound when it is seen completed, encrypted and
 * under the vault's key: CopySnapshot's return proves none of it, since EC2 checks the key only afterwards
 * (API reference, CopySnapshot, KmsKeyId).
 */
import { INSTANCE_TAG_PREFIX, MAX_TAGS, TAG, fillTags, tagsWithPrefix, userTags } from "./tags";
import { newestFirst } from "./retention";
import { MAX_TRIES } from "./slots";
import { MINUTE_MS } from "./time";
import type { CopyAction, Problem, Snapshot, Tags, VaultPolicy } from "./types";
import { volumeFactsFromTags } from "./volumeFacts";

export type CopyState = "sound" | "pending" | "broken";

/** Where a snapshot stands on its way to the DR region. `expired`: it was copied, and DR retention took the copy. */
export type Coverage = CopyState | "missing" | "expired";

/** What is wrong with a copy, or `undefined` while nothing is. */
export function copyFault(copy: Snapshot, drKeyArn: string): string | undefined {
  if (copy.state === "pending") return undefined;
  if (copy.state !== "completed") {
    return `it is in state ${copy.state}: ${copy.stateMessage ?? "EC2 gives no reason"}`;
  }
  if (!copy.encrypted) return "it is not encrypted";
  if (copy.kmsKeyId !== drKeyArn)
    return `it is under ${copy.kmsKeyId ?? "no key"}, not ${drKeyArn}`;
  return undefined;
}

export function copyState(copy: Snapshot, drKeyArn: string): CopyState {
  if (copy.state === "pending") return "pending";
  return copyFault(copy, drKeyArn) === undefined ? "sound" : "broken";
}

/** Copies by the snapshot that they were made of. */
export function copiesBySource(copies: readonly Snapshot[]): Map<string, Snapshot[]> {
  const bySource = new Map<string, Snapshot[]>();
  for (const copy of copies) {
    const source = copy.tags[TAG.sourceSnapshot];
    if (source === undefined) continue;
    const known = bySource.get(source);
    if (known === undefined) bySource.set(source, [copy]);
    else known.push(copy);
  }
  return bySource;
}

const BEST_FIRST: readonly CopyState[] = ["sound", "pending", "broken"];

/** The best that a snapshot has. */
export function coverageOf(
  snapshot: Snapshot,
  copies: readonly Snapshot[] | undefined,
  drKeyArn: string,
): Coverage {
  const states = (copies ?? []).map((copy) => copyState(copy, drKeyArn));
  const best = BEST_FIRST.find((state) => states.includes(state));
  if (best === "sound" || best === "pending") return best;
  if (snapshot.tags[TAG.copyExpired] !== undefined) return "expired";
  return best ?? "missing";
}

/** Enough to restore with the primary region gone; then the instance's own tags, then the volume's, up to 50. */
export function copyTags(snapshot: Snapshot): Tags {
  const facts = volumeFactsFromTags(snapshot.tags, snapshot.volumeId);
  const known: Record<string, string | number | undefined> = {
    [TAG.sourceSnapshot]: snapshot.snapshotId,
    [TAG.sourceVolume]: snapshot.volumeId,
    [TAG.volumeSizeGiB]: facts?.sizeGiB ?? snapshot.sizeGiB,
    [TAG.device]: facts?.deviceName,
    [TAG.deviceRole]: facts === undefined ? undefined : facts.isRoot ? "root" : "data",
    [TAG.volumeType]: facts?.volumeType,
    [TAG.volumeIops]: facts?.iops,
    [TAG.volumeThroughputMiBps]: facts?.throughputMiBps,
  };
  for (const key of CARRIED_TAGS) known[key] = snapshot.tags[key];
  const own = Object.fromEntries(
    Object.entries(known).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
  const instanceTags = tagsWithPrefix(snapshot.tags, INSTANCE_TAG_PREFIX);
  return fillTags(fillTags(own, instanceTags, MAX_TAGS), userTags(snapshot.tags), MAX_TAGS);
}

const CARRIED_TAGS = [
  TAG.vault,
  TAG.instance,
  TAG.instanceName,
  TAG.instanceType,
  TAG.availabilityZone,
  TAG.slot,
  TAG.run,
  TAG.crashConsistent,
  TAG.setSize,
  TAG.policy,
  TAG.keep,
  TAG.drKeep,
] as const;

function copyAction(snapshot: Snapshot, policy: VaultPolicy, reason: string): CopyAction {
  return {
    kind: "copy",
    region: policy.drRegion,
    sourceSnapshotId: snapshot.snapshotId,
    sourceRegion: snapshot.region,
    kmsKeyArn: policy.drKeyArn,
    sinceMs: snapshot.startTimeMs,
    tags: copyTags(snapshot),
    description: `${policy.vaultId} copy of ${snapshot.snapshotId} from ${snapshot.region}`,
    reason,
  };
}

/** A replacement that broke too is tried again by every hourly sweep, not by every pass: its cause is not in the copy. */
const REPLACED_AGAIN_MS = 30 * MINUTE_MS;

function triedJustNow(broken: readonly Snapshot[], nowMs: number): boolean {
  return broken.length > 1 && broken.some((c) => nowMs - c.startTimeMs < REPLACED_AGAIN_MS);
}

/** One problem a snapshot, whichever of its copies broke, so that a replacement that breaks too is told no sooner. */
function brokenCopy(copy: Snapshot, source: Snapshot, fault: string): Problem {
  return {
    kind: "broken-copy",
    subject: source.snapshotId,
    message: `the copy ${copy.snapshotId} of ${source.snapshotId} in ${copy.region} is not usable: ${fault}; it is being replaced`,
    hint: "If the key is named: check that the vault's key in the DR region is enabled, and that sourceKeyArns lists the key of the source volume.",
  };
}

/** EC2 copies no archived snapshot; somebody moved it there before it was copied. */
function archivedUncopied({ snapshotId, region }: Snapshot): Problem {
  return {
    kind: "not-copyable",
    subject: snapshotId,
    message: `${snapshotId} in ${region} has no sound copy and can't get one: it is in the archive tier`,
    hint: "Restore it from the archive tier (aws ec2 restore-snapshot-tier); the next sweep then copies it.",
  };
}

/**
 * Oldest snapshot first, so that what has waited longest is copied first.
 * @param snapshots the completed ones that are worth a copy (no duplicates)
 */
export function planCopies(
  snapshots: readonly Snapshot[],
  bySource: ReadonlyMap<string, readonly Snapshot[]>,
  policy: VaultPolicy,
  nowMs: number,
): { actions: CopyAction[]; problems: Problem[] } {
  const actions: CopyAction[] = [];
  const problems: Problem[] = [];
  const oldestFirst = [...snapshots].sort(
    (a, b) => a.startTimeMs - b.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1),
  );
  for (const snapshot of oldestFirst) {
    const copies = bySource.get(snapshot.snapshotId);
    const coverage = coverageOf(snapshot, copies, policy.drKeyArn);
    if (coverage !== "missing" && coverage !== "broken") continue;
    if (snapshot.storageTier === "archive") {
      problems.push(archivedUncopied(snapshot));
      continue;
    }
    const broken = [...(copies ?? [])].sort(newestFirst);
    const [latest] = broken;
    const fault = latest === undefined ? undefined : copyFault(latest, policy.drKeyArn);
    // One that failed is replaced without a word until it has been tried enough; a completed one under the wrong key
    // is nothing that passes.
    const tell = latest?.state === "completed" || broken.length >= MAX_TRIES;
    if (latest !== undefined && fault !== undefined && tell) {
      problems.push(brokenCopy(latest, snapshot, fault));
    }
    if (triedJustNow(broken, nowMs)) continue;
    const reason = coverage === "broken" ? "its copy is not usable" : "no copy yet";
    actions.push(copyAction(snapshot, policy, reason));
  }
  return { actions, problems };
}
