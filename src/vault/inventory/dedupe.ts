/**
 * Chooses the canonical snapshot of each volume and slot in the primary region. The others are redundant: second
 * snapshots created because of lost answers, and unencrypted originals beside their encrypted replacements. Pure.
 */
import { bestFirst, sameVolumeAndSlot } from "./sameSlot";
import { isReplacement, replacementFault, replacementState } from "./replacements";
import { copyExpiredTag } from "../model/tags/tags";
import type { ExpiredCopyTag } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";

/** A snapshot beside the canonical one of its volume and slot. */
export interface RedundantSnapshot {
  snapshot: Snapshot;
  canonical: Snapshot;
  /** Reason for its deletion once the canonical one is safe. */
  why: string;
  /** Reason why it has to wait even then. */
  but?: string;
  /** Tag that the canonical one must have first. */
  expiredCopyTag?: ExpiredCopyTag;
}

/** Canonical snapshots, and those that are redundant beside them. */
export interface Deduped {
  canonical: Snapshot[];
  redundant: RedundantSnapshot[];
}

/** Ranks a snapshot by how far it is from being copied to every DR region: lower is better. */
export type CopyProgressRank = (snapshot: Snapshot) => number;

/** Returns the regions in which a copy expired after its replacement was made: only the original has the tag. */
function lateExpiredTags(replacement: Snapshot, group: readonly Snapshot[], { dr }: CoreSettings): string[] {
  const original = group.find((one) => one.snapshotId === replacement.identity.source?.snapshotId);
  if (original === undefined) return [];
  const hasTag = ({ tags }: Snapshot, region: string) => tags[copyExpiredTag(region)] !== undefined;
  return dr.map(({ region }) => region).filter((region) => hasTag(original, region) && !hasTag(replacement, region));
}

/** Returns a replacement as if it had its original's copy-expired tags, so that its copies are not made again. */
function withExpiredTags(replacement: Snapshot, regions: readonly string[]): Snapshot {
  if (regions.length === 0) return replacement;
  const tags = regions.map((region) => [copyExpiredTag(region), "by its original"] as const);
  return { ...replacement, tags: { ...replacement.tags, ...Object.fromEntries(tags) } };
}

/** Ranks completed snapshots before others, and a replacement that is not verified behind its original. */
function standing(snapshot: Snapshot, settings: CoreSettings): number {
  if (snapshot.state !== "completed") return 2;
  return isReplacement(snapshot) && replacementState(snapshot, settings) !== "verified" ? 1 : 0;
}

function redundantBeside(canonical: Snapshot, snapshot: Snapshot, settings: CoreSettings): RedundantSnapshot {
  const isReplaced = standing(canonical, settings) === 0 && isReplacement(canonical);
  // A replacement beside a snapshot that is encrypted itself is redundant like any other.
  const waits = !isReplaced && (isReplacement(canonical) || !canonical.encrypted);
  if (isReplacement(snapshot) && waits) {
    const why = `made to replace ${canonical.snapshotId}`;
    if (snapshot.state === "pending") return { snapshot, canonical, why, but: "it is pending" };
    const fault = replacementFault(snapshot, settings) ?? "it is not needed yet";
    return { snapshot, canonical, why, but: `${fault}, until its replacement is verified` };
  }
  const isOriginal = isReplaced && !isReplacement(snapshot);
  const { snapshotId } = canonical;
  const why = isOriginal ? `its encrypted copy ${snapshotId} replaces it` : `a duplicate of ${snapshotId}`;
  return { snapshot, canonical, why };
}

/** Chooses the canonical snapshot of a group. */
function dedupeGroup(group: readonly Snapshot[], copyProgressRank: CopyProgressRank, settings: CoreSettings): Deduped {
  const late = new Map(group.map((one) => [one.snapshotId, lateExpiredTags(one, group, settings)]));
  const [best, ...others] = bestFirst(
    group.map((one) => withExpiredTags(one, late.get(one.snapshotId) ?? [])),
    (one) => 1_000 * standing(one, settings) + 2 * copyProgressRank(one) + (isReplacement(one) ? 0 : 1),
  );
  if (best === undefined) return { canonical: [], redundant: [] };
  const regions = late.get(best.snapshotId) ?? [];
  const redundant = others.map((other) => {
    const beside = redundantBeside(best, other, settings);
    const isForgotten = regions.length > 0 && other.snapshotId === best.identity.source?.snapshotId;
    return isForgotten ? { ...beside, expiredCopyTag: { snapshotId: best.snapshotId, regions } } : beside;
  });
  return { canonical: [best], redundant };
}

/**
 * Splits the vault's own snapshots of the primary region into canonical and redundant ones. Failed ones are neither.
 * @param own the vault's own in the primary region
 */
export function dedupe(own: readonly Snapshot[], copyProgressRank: CopyProgressRank, settings: CoreSettings): Deduped {
  const deduped: Deduped = { canonical: [], redundant: [] };
  for (const group of sameVolumeAndSlot(own.filter((snapshot) => snapshot.state !== "error"))) {
    if (!Array.isArray(group)) {
      deduped.canonical.push(group);
      continue;
    }
    const { canonical, redundant } = dedupeGroup(group, copyProgressRank, settings);
    deduped.canonical.push(...canonical);
    deduped.redundant.push(...redundant);
  }
  return deduped;
}
