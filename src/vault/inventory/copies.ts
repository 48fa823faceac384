/**
 * Decides how far a snapshot is copied to another region. A copy is verified when it is seen completed, encrypted and
 * under the vault's key. CopySnapshot's return proves none of this, because EC2 checks the key only afterwards (API
 * reference, CopySnapshot, KmsKeyId). Pure.
 */
import { TAG, copyExpiredTag } from "../model/tags/tags";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

export type CopyState = "verified" | "pending" | "unusable";

/** State of a snapshot's copy in a region. `expired`: it was copied, and the region's retention deleted the copy. */
export type Coverage = CopyState | "missing" | "expired";

/** Returns true for a copy of another snapshot, in whichever region: for a DR region, or an encrypted replacement. */
export function isCopy({ identity }: Snapshot): boolean {
  return identity.source !== undefined;
}

/**
 * Returns true if a snapshot was made as a copy for a DR region, wherever the primary region is now: see copyTags.ts.
 */
export function isMadeForDr(snapshot: Snapshot): boolean {
  return isCopy(snapshot) && snapshot.tags[TAG.volumeSizeGiB] !== undefined;
}

/** Returns what is wrong with a copy, or `undefined` if nothing is, or it is still pending. */
export function copyFault(copy: Snapshot, keyArn: string): string | undefined {
  if (copy.state === "pending") return undefined;
  if (copy.state !== "completed") {
    return `it is in state ${copy.state}: ${copy.stateMessage ?? "EC2 gives no reason"}`;
  }
  if (!copy.encrypted) return "it is not encrypted";
  if (copy.kmsKeyId !== keyArn) return `it is under ${copy.kmsKeyId ?? "no key"}, not ${keyArn}`;
  return undefined;
}

export function copyState(copy: Snapshot, keyArn: string): CopyState {
  if (copy.state === "pending") return "pending";
  return copyFault(copy, keyArn) === undefined ? "verified" : "unusable";
}

/** Copies, by the snapshot that first held their data. */
export type BySource = ReadonlyMap<string, readonly Snapshot[]>;

export function copiesBySource(copies: readonly Snapshot[]): BySource {
  const bySource = new Map<string, Snapshot[]>();
  for (const copy of copies) {
    const source = copy.identity.source?.snapshotId;
    if (source === undefined) continue;
    const known = bySource.get(source);
    if (known === undefined) bySource.set(source, [copy]);
    else known.push(copy);
  }
  return bySource;
}

/** Returns the id of the snapshot that held the data first. */
export function firstHolderOf({ snapshotId, identity }: Snapshot): string {
  return identity.source?.snapshotId ?? snapshotId;
}

/** Returns the copies of a snapshot. An original and its encrypted replacement share their copies (replacements.ts). */
export function copiesOf(snapshot: Snapshot, bySource: BySource): readonly Snapshot[] {
  return bySource.get(firstHolderOf(snapshot)) ?? [];
}

/**
 * Decides whether the rules of a region release a snapshot's copy. Without that, its copy-expired tag is not believed.
 */
export type Released = (snapshot: Snapshot) => boolean;

/** Returns the best state that a snapshot has in a region. */
export function coverageOf(
  snapshot: Snapshot,
  copies: readonly Snapshot[],
  { region, keyArn }: KeyedRegion,
  released: Released,
): Coverage {
  let best: CopyState | undefined;
  for (const copy of copies) {
    const state = copyState(copy, keyArn);
    if (state === "verified") return state;
    if (best !== "pending") best = state;
  }
  if (best === "pending") return best;
  if (snapshot.tags[copyExpiredTag(region)] !== undefined && released(snapshot)) return "expired";
  return best ?? "missing";
}

/**
 * Returns true if a snapshot is in the archive tier, from which EC2 does not copy (user guide, Archive EBS snapshots,
 * considerations).
 */
export function isArchived({ storageTier }: Snapshot): boolean {
  return storageTier === "archive";
}
