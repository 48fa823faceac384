/**
 * What goes and what stays in both regions, and why. The rules that never break (docs/ARCHITECTURE.md):
 * the newest completed recovery point of a volume stays in either region; a snapshot stays while its copy is missing,
 * pending or broken; nothing that the vault did not make is touched. Every snapshot comes back once: deleted or kept.
 */
import { type Coverage, copyState } from "./planCopies";
import {
  type RetentionPoint,
  byVolume,
  newestFirst,
  newestOfEachVolume,
  retention,
} from "./retention";
import { makeCalendar } from "./calendar";
import { MAX_TRIES } from "./slots";
import { bestFirst, sameVolumeAndSlot } from "./duplicates";
import { TAG } from "./tags";
import { DAY_MS, parseIso } from "./time";
import type { DeleteAction, Kept, Snapshot, VaultPolicy } from "./types";
import { volumeFactsFromTags } from "./volumeFacts";

export interface PrunePlan {
  actions: DeleteAction[];
  kept: Kept[];
}

/** How long the remains of a failed snapshot or copy stay for a person to look at, where nothing newer has replaced them. */
const FAILED_KEPT_MS = DAY_MS;

/** Volume types that EC2 takes one snapshot of at a time, and a failed one counts (AWS, "Amazon EBS quotas"). */
const ONE_AT_A_TIME = ["st1", "sc1"];

function keep(plan: PrunePlan, { region, snapshotId }: Snapshot, reason: string): void {
  plan.kept.push({ region, snapshotId, reason });
}

function remove(
  plan: PrunePlan,
  { region, snapshotId }: Snapshot,
  reason: string,
  markSourceSnapshotId?: string,
): void {
  plan.actions.push({ kind: "delete", region, snapshotId, reason, markSourceSnapshotId });
}

/** By id, why retention keeps each point or lets it go. */
function judge(
  points: readonly RetentionPoint[],
  retentionDays: number,
  nowMs: number,
): { kept: Map<string, string>; gone: Map<string, string> } {
  const kept = new Map<string, string>();
  const gone = new Map<string, string>();
  const options = { nowMs, calendar: makeCalendar("UTC"), keepAtLeast: 1 };
  for (const mine of byVolume(points)) {
    const result = retention(mine, { retentionDays }, options);
    const note = (reasons: Map<string, string>) => (id: string) =>
      reasons.set(id, result.reasons.get(id)?.[0] ?? "");
    result.keep.forEach(note(kept));
    result.remove.forEach(note(gone));
  }
  return { kept, gone };
}

function pruneFailed(
  plan: PrunePlan,
  failed: readonly Snapshot[],
  all: readonly Snapshot[],
  nowMs: number,
) {
  for (const snapshot of failed) {
    const replaced = all.some(
      (other) =>
        other.volumeId === snapshot.volumeId &&
        other.state === "completed" &&
        other.startTimeMs > snapshot.startTimeMs,
    );
    const { volumeType = "" } = volumeFactsFromTags(snapshot.tags, snapshot.volumeId) ?? {};
    if (replaced) remove(plan, snapshot, "failed, and a newer one is completed");
    else if (ONE_AT_A_TIME.includes(volumeType)) {
      remove(plan, snapshot, `failed, and ${volumeType} takes no other beside it`);
    } else if (nowMs - snapshot.startTimeMs > FAILED_KEPT_MS) {
      remove(plan, snapshot, "failed more than a day ago");
    } else keep(plan, snapshot, `failed: ${snapshot.stateMessage ?? "EC2 gives no reason"}`);
  }
}

/**
 * The primary region.
 * @param counted the snapshot that counts of each volume and slot
 * @param extra their duplicates, with the one that counts
 * @param coverage where a snapshot's copy stands
 */
export function prunePrimary(
  own: readonly Snapshot[],
  counted: readonly Snapshot[],
  extra: readonly { duplicate: Snapshot; of: Snapshot }[],
  coverage: (snapshot: Snapshot) => Coverage,
  policy: VaultPolicy,
  nowMs: number,
): PrunePlan {
  const plan: PrunePlan = { actions: [], kept: [] };
  const safe = (snapshot: Snapshot) => ["sound", "expired"].includes(coverage(snapshot));
  const points = counted.filter((snapshot) => snapshot.state === "completed");
  const { kept, gone } = judge(points, policy.retentionDays, nowMs);
  for (const snapshot of counted) {
    const reason = gone.get(snapshot.snapshotId);
    if (reason === undefined) {
      keep(plan, snapshot, kept.get(snapshot.snapshotId) ?? `it is ${snapshot.state}`);
    } else if (safe(snapshot)) remove(plan, snapshot, reason);
    else keep(plan, snapshot, `${reason}, but its copy is ${coverage(snapshot)}`);
  }
  for (const { duplicate, of } of extra) {
    if (duplicate.state === "completed" && of.state === "completed" && safe(of)) {
      remove(plan, duplicate, `a duplicate of ${of.snapshotId}`);
    } else keep(plan, duplicate, `a duplicate of ${of.snapshotId}, which has no sound copy yet`);
  }
  const failed = own.filter((snapshot) => snapshot.state === "error");
  pruneFailed(plan, failed, own, nowMs);
  return plan;
}

/** A copy's retention: its age is its own, but which is the newest is told by the slot, not by when it was copied. */
function copyPoints(copies: readonly Snapshot[]): RetentionPoint[] {
  // A night's copies share their slot: each is parsed once.
  const slots = new Map<string, number | undefined>();
  return copies.map(({ snapshotId, volumeId, startTimeMs, tags }) => {
    const slot = tags[TAG.slot] ?? "";
    if (!slots.has(slot)) slots.set(slot, parseIso(slot));
    return { snapshotId, volumeId, startTimeMs, slotMs: slots.get(slot) };
  });
}

/**
 * The DR region.
 * @param sources the snapshots that are in the primary region now, by id
 * @param leaving ids of those that this plan deletes
 */
export function pruneDr(
  own: readonly Snapshot[],
  sources: ReadonlyMap<string, Snapshot>,
  leaving: ReadonlySet<string>,
  policy: VaultPolicy,
  nowMs: number,
): PrunePlan {
  const plan: PrunePlan = { actions: [], kept: [] };
  const state = (copy: Snapshot) => copyState(copy, policy.drKeyArn);
  const sourceOf = (copy: Snapshot) => copy.tags[TAG.sourceSnapshot] ?? "";
  const stays = (id: string) => sources.has(id) && !leaving.has(id);
  // Of two sound copies the one whose snapshot stays counts: without it the snapshot would be copied again.
  const rank = (copy: Snapshot) =>
    2 * ["sound", "pending", "broken"].indexOf(state(copy)) + (stays(sourceOf(copy)) ? 0 : 1);
  const points: Snapshot[] = [];
  for (const group of sameVolumeAndSlot(own)) {
    const [best, ...others] = bestFirst(group, rank);
    if (best === undefined) continue;
    const failed = group.filter((copy) => copy.state === "error").sort(newestFirst);
    const remains = new Set(failed.slice(0, MAX_TRIES));
    for (const other of others) {
      if (other.state === "error" && nowMs - other.startTimeMs > FAILED_KEPT_MS) {
        remove(plan, other, "failed more than a day ago");
      } else if (other.state === "error" && !remains.has(other)) {
        remove(plan, other, `failed, and so did ${MAX_TRIES} after it`);
      } else if (state(best) !== "sound" || state(other) === "pending") {
        keep(plan, other, `${best.snapshotId} stands for the same slot, but is ${state(best)}`);
      } else if (state(other) === "sound") remove(plan, other, `a duplicate of ${best.snapshotId}`);
      else remove(plan, other, `not usable, and replaced by ${best.snapshotId}`);
    }
    const source = sources.get(sourceOf(best));
    const expired = source?.tags[TAG.copyExpired] !== undefined;
    const waiting = stays(sourceOf(best)) && !expired;
    if (state(best) === "sound") points.push(best);
    else if (state(best) === "pending") keep(plan, best, "it is pending");
    else if (waiting) keep(plan, best, "not usable, until its replacement is sound");
    else if (best.state === "completed") points.push(best);
    else remove(plan, best, `it is in state ${best.state}, and its source is gone`);
  }
  const { kept, gone } = judge(copyPoints(points), policy.drRetentionDays, nowMs);
  const sound = points.filter((copy) => state(copy) === "sound");
  const newestSound = newestOfEachVolume(copyPoints(sound));
  for (const copy of points) {
    const reason = gone.get(copy.snapshotId);
    const source = sourceOf(copy);
    if (reason === undefined) keep(plan, copy, kept.get(copy.snapshotId) ?? "kept");
    else if (newestSound.has(copy.snapshotId)) keep(plan, copy, "the newest sound one");
    else remove(plan, copy, reason, sources.has(source) ? source : undefined);
  }
  return plan;
}
