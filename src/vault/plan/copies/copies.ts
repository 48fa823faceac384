/**
 * Plans copies of snapshots that lack a verified one in a region. In a DR region every snapshot needs a copy. In the
 * primary region only those do that are to be encrypted there (replacements.ts). A copy is verified when it is seen
 * completed, encrypted and under the vault's key. CopySnapshot's return proves none of it, because EC2 checks the key
 * only afterwards (API reference, CopySnapshot, KmsKeyId).
 */
import { copyIdentity } from "./copyTags";
import { latestStartedFirst } from "../../inventory/order";
import { HOUR_MS, MINUTE_MS } from "../../lib/time";
import { MAX_ATTEMPTS } from "../../inventory/attempts";
import type { CopyAction } from "../../model/actions";
import type { KeyedRegion } from "../../model/settings";
import type { Snapshot, Tags } from "../../model/world";
import { type Problem, problem } from "../../model/problem";
import { withCommand } from "../../lib/text";
import { type BySource, type Released, copiesOf, copyFault, coverageOf, isArchived } from "../../inventory/copies";

function copyAction(snapshot: Snapshot, { region, keyArn, tagsOf }: CopyTarget, reason: string): CopyAction {
  return {
    kind: "copy",
    region,
    sourceSnapshotId: snapshot.snapshotId,
    sourceRegion: snapshot.region,
    kmsKeyArn: keyArn,
    sinceMs: snapshot.startTimeMs,
    identity: copyIdentity(snapshot),
    ...(snapshot.doubt && { ofDoubt: true as const }),
    tags: tagsOf(snapshot),
    reason,
  };
}

/**
 * Pauses between attempts once a second copy failed too, since the cause is then not in the copy: the first, the last,
 * and their growth.
 */
const FIRST_PAUSE_MS = 30 * MINUTE_MS;
const LAST_PAUSE_MS = 2 * HOUR_MS;
const AGE_SHARE = 0.25;

/** A snapshot that lacks a copy, with its unusable copies, the newest first. */
interface Lacking {
  snapshot: Snapshot;
  unusable: readonly Snapshot[];
}

/**
 * Decides whether the next attempt has to wait. At first it waits half an hour, later a quarter of the snapshot's age
 * at the last attempt. A copy that always fails thus takes few slots.
 */
function wasAttemptedLately({ snapshot, unusable }: Lacking, nowMs: number): boolean {
  const [latest] = unusable;
  if (latest === undefined || unusable.length < 2) return false;
  const share = (latest.startTimeMs - snapshot.startTimeMs) * AGE_SHARE;
  const grown = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, share));
  const pauseMs = unusable.length < MAX_ATTEMPTS ? FIRST_PAUSE_MS : grown;
  return nowMs - latest.startTimeMs < pauseMs;
}

/** Sorts snapshots by age. Those whose copies keep failing come last, and take turns. */
function byTurn(all: Lacking[]): Lacking[] {
  const lastMs = ({ unusable }: Lacking) => (unusable.length < MAX_ATTEMPTS ? 0 : (unusable[0]?.startTimeMs ?? 0));
  return all.sort(
    (a, b) =>
      lastMs(a) - lastMs(b) ||
      a.snapshot.startTimeMs - b.snapshot.startTimeMs ||
      (a.snapshot.snapshotId < b.snapshot.snapshotId ? -1 : 1),
  );
}

/**
 * Returns one problem per snapshot and region, whichever copy is unusable. A second unusable copy is thus not reported
 * sooner.
 */
function unusableCopy(copy: Snapshot, source: Snapshot, fault: string): Problem {
  return problem(
    "copy-unusable",
    `${source.snapshotId} in ${copy.region}`,
    `the copy ${copy.snapshotId} of ${source.snapshotId} in ${copy.region} is not usable: ${fault}; the vault is replacing it`,
    "If the reason names a key, check that the vault's key in that region is enabled. `npx pulumi up --refresh` restores its policy. Check also that sourceKeyArns lists the key of the source volume.",
  );
}

/** Returns the problem of a snapshot that somebody moved to the archive tier before it was copied. */
function archivedUncopied({ snapshotId, region }: Snapshot, target: KeyedRegion): Problem {
  return problem(
    "not-copyable",
    snapshotId,
    `${snapshotId} in ${region} has no verified copy in ${target.region} and cannot get one, because it is in the archive tier`,
    withCommand(
      "The vault copies it once it is restored from the archive tier",
      `aws ec2 restore-snapshot-tier --region ${region} --snapshot-id ${snapshotId} --permanent-restore`,
    ),
  );
}

/** Region and key that copies are made in and under, with their tags. */
export interface CopyTarget extends KeyedRegion {
  tagsOf: (source: Snapshot) => Tags;
  released: Released;
}

/**
 * Plans copies, the oldest snapshot first, because it has waited longest. Those whose copies keep failing come last, so
 * that nothing waits for them.
 * @param snapshots completed snapshots that are worth a copy (no redundant ones)
 */
export function planCopies(
  snapshots: readonly Snapshot[],
  bySource: BySource,
  target: CopyTarget,
  nowMs: number,
): { actions: CopyAction[]; problems: Problem[] } {
  const actions: CopyAction[] = [];
  const problems: Problem[] = [];
  // Few of many lack a copy, so only those are sorted.
  const lacking: Lacking[] = [];
  for (const snapshot of snapshots) {
    const copies = copiesOf(snapshot, bySource);
    const coverage = coverageOf(snapshot, copies, target, target.released);
    if (coverage !== "missing" && coverage !== "unusable") continue;
    lacking.push({ snapshot, unusable: [...copies].sort(latestStartedFirst) });
  }
  for (const one of byTurn(lacking)) {
    const { snapshot, unusable } = one;
    if (isArchived(snapshot)) {
      problems.push(archivedUncopied(snapshot, target));
      continue;
    }
    const [latest] = unusable;
    const fault = latest === undefined ? undefined : copyFault(latest, target.keyArn);
    // A copy that failed is replaced without a report until it was attempted often enough. A completed copy under the
    // wrong key does not recover, so it is reported at once.
    const isReported = latest?.state === "completed" || unusable.length >= MAX_ATTEMPTS;
    if (latest !== undefined && fault !== undefined && isReported) {
      problems.push(unusableCopy(latest, snapshot, fault));
    }
    if (wasAttemptedLately(one, nowMs)) continue;
    const reason = latest === undefined ? "no copy yet" : "its copy is not usable";
    actions.push(copyAction(snapshot, target, reason));
  }
  return { actions, problems };
}
