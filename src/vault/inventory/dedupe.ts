/**
 * Chooses the canonical snapshot of each volume and slot in the primary region. The others are redundant: second
 * snapshots created because of lost answers, and unencrypted originals beside their encrypted replacements. After the
 * regions were swapped twice, the DR copies of that time are beside their originals. Neither replaces the other: the
 * copies were promised `drKeep`, and are under a key that may have left the stack. Pure.
 */
import { bestFirst, sameVolumeAndSlot } from "./sameSlot";
import { isArchived, isMadeForDr } from "./copies";
import { isReplacement, replacementFault, replacementState } from "./replacements";
import { copyExpiredTag } from "../model/tags/tags";
import type { ExpiredCopyTag } from "../model/actions";
import { groupBy } from "../lib/collections";
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

/** A snapshot of the same data as a canonical one that is kept as long as their recovery point is. */
export interface Twin {
  snapshot: Snapshot;
  canonical: Snapshot;
}

/** Canonical snapshots, those that are redundant beside them, and those that are not. */
export interface Deduped {
  canonical: Snapshot[];
  redundant: RedundantSnapshot[];
  twins: Twin[];
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

/** Splits a group: what was taken here with its encrypted replacements, and the DR copies under each key. */
function partsOf(group: readonly Snapshot[]): Snapshot[][] {
  const parts = groupBy(group, (one) => (isMadeForDr(one) ? `copies under ${one.kmsKeyId ?? "no key"}` : "taken here"));
  return [...parts.values()];
}

/** Chooses the canonical snapshot of a part of a group. */
function dedupePart(
  group: readonly Snapshot[],
  copyProgressRank: CopyProgressRank,
  settings: CoreSettings,
): Omit<Deduped, "twins"> {
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
 * Chooses the canonical snapshot of a group: of several parts' one that was taken here, so that no copy is repeated, but
 * not an archived one, which cannot be copied.
 */
function dedupeGroup(group: readonly Snapshot[], copyProgressRank: CopyProgressRank, settings: CoreSettings): Deduped {
  const parts = partsOf(group).map((part) => dedupePart(part, copyProgressRank, settings));
  const [canonical, ...others] = bestFirst(
    parts.flatMap((part) => part.canonical),
    (one) =>
      1_000 * standing(one, settings) +
      4 * copyProgressRank(one) +
      (isArchived(one) ? 2 : 0) +
      (isMadeForDr(one) ? 1 : 0),
  );
  if (canonical === undefined) return { canonical: [], redundant: [], twins: [] };
  return {
    canonical: [canonical],
    redundant: parts.flatMap(({ redundant }) => redundant),
    twins: others.map((snapshot) => ({ snapshot, canonical })),
  };
}

/**
 * Splits the vault's own snapshots of the primary region into canonical and redundant ones, and twins of canonical ones.
 * Failed ones are none of these.
 * @param own the vault's own in the primary region
 */
export function dedupe(own: readonly Snapshot[], copyProgressRank: CopyProgressRank, settings: CoreSettings): Deduped {
  const deduped: Deduped = { canonical: [], redundant: [], twins: [] };
  for (const group of sameVolumeAndSlot(own.filter((snapshot) => snapshot.state !== "error"))) {
    if (!Array.isArray(group)) {
      deduped.canonical.push(group);
      continue;
    }
    const { canonical, redundant, twins } = dedupeGroup(group, copyProgressRank, settings);
    deduped.canonical.push(...canonical);
    deduped.redundant.push(...redundant);
    deduped.twins.push(...twins);
  }
  return deduped;
}
