/**
 * Of each volume and slot in the primary region the snapshot that counts, and what else there is of it: duplicates that
 * lost answers made, and unencrypted originals with the encrypted copies that stand in for them. Pure.
 */
import { bestFirst, sameVolumeAndSlot } from "./sameSlot";
import { isReplacement, replacementFault, replacementState } from "./replacements";
import { copyExpiredTag } from "../model/tags";
import type { ExpiredCopyTag } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";

export interface Duplicate {
  duplicate: Snapshot;
  /** The one that counts. */
  of: Snapshot;
  /** Why it goes once the one that counts is safe. */
  why: string;
  /** Why it has to wait even then. */
  but?: string;
  /** What its stand-in must remember first. */
  mark?: ExpiredCopyTag;
}

/** The regions whose copy expired after a stand-in was made: the mark is on the original alone. */
function lateMarks(standIn: Snapshot, group: readonly Snapshot[], { dr }: CoreSettings): string[] {
  const original = group.find((one) => one.snapshotId === standIn.identity.source?.snapshotId);
  if (original === undefined) return [];
  const isMarked = ({ tags }: Snapshot, region: string) => tags[copyExpiredTag(region)] !== undefined;
  return dr.map(({ region }) => region).filter((region) => isMarked(original, region) && !isMarked(standIn, region));
}

/** A stand-in as if it had the marks of its original, so that its copies are not made again. */
function withMarks(standIn: Snapshot, regions: readonly string[]): Snapshot {
  if (regions.length === 0) return standIn;
  const marks = regions.map((region) => [copyExpiredTag(region), "by its original"] as const);
  return { ...standIn, tags: { ...standIn.tags, ...Object.fromEntries(marks) } };
}

/** What is completed before what is not; a stand-in that is not verified stands behind its original. */
function standing(snapshot: Snapshot, settings: CoreSettings): number {
  if (snapshot.state !== "completed") return 2;
  return isReplacement(snapshot) && replacementState(snapshot, settings) !== "verified" ? 1 : 0;
}

function duplicateOf(duplicate: Snapshot, of: Snapshot, settings: CoreSettings): Duplicate {
  const replaced = standing(of, settings) === 0 && isReplacement(of);
  // Beside a snapshot that is encrypted itself it is a duplicate like others: one has lost the tag that ties it.
  const waits = !replaced && (isReplacement(of) || !of.encrypted);
  if (isReplacement(duplicate) && waits) {
    const why = `made to replace ${of.snapshotId}`;
    if (duplicate.state === "pending") return { duplicate, of, why, but: "it is pending" };
    const fault = replacementFault(duplicate, settings) ?? "it is not needed yet";
    return { duplicate, of, why, but: `${fault}, until its replacement is verified` };
  }
  const isOriginal = replaced && !isReplacement(duplicate);
  const why = isOriginal ? `its encrypted copy ${of.snapshotId} replaces it` : `a duplicate of ${of.snapshotId}`;
  return { duplicate, of, why };
}

/** The best of a group, and the others. */
function judgeGroup(
  group: readonly Snapshot[],
  distance: (snapshot: Snapshot) => number,
  settings: CoreSettings,
): { of: Snapshot; extra: Duplicate[] } | undefined {
  const late = new Map(group.map((one) => [one.snapshotId, lateMarks(one, group, settings)]));
  const [of, ...duplicates] = bestFirst(
    group.map((one) => withMarks(one, late.get(one.snapshotId) ?? [])),
    (snapshot) => 1_000 * standing(snapshot, settings) + 2 * distance(snapshot) + (isReplacement(snapshot) ? 0 : 1),
  );
  if (of === undefined) return undefined;
  const regions = late.get(of.snapshotId) ?? [];
  const extra = duplicates.map((duplicate) => {
    const forgets = regions.length > 0 && duplicate.snapshotId === of.identity.source?.snapshotId;
    const judged = duplicateOf(duplicate, of, settings);
    return forgets ? { ...judged, mark: { snapshotId: of.snapshotId, regions } } : judged;
  });
  return { of, extra };
}

/**
 * @param own the vault's own in the primary region
 * @param distance how far a snapshot is from being copied to every DR region: lower is better
 */
export function dedupe(
  own: readonly Snapshot[],
  distance: (snapshot: Snapshot) => number,
  settings: CoreSettings,
): { counted: Snapshot[]; extra: Duplicate[] } {
  const counted: Snapshot[] = [];
  const extra: Duplicate[] = [];
  const alive = own.filter((snapshot) => snapshot.state !== "error");
  for (const group of sameVolumeAndSlot(alive)) {
    const [only] = group;
    // The usual case by far, and there may be a hundred thousand.
    const judged =
      group.length === 1 && only !== undefined ? { of: only, extra: [] } : judgeGroup(group, distance, settings);
    if (judged === undefined) continue;
    counted.push(judged.of);
    extra.push(...judged.extra);
  }
  return { counted, extra };
}
