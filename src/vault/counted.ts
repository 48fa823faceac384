/**
 * Of each volume and slot in the primary region the snapshot that counts, and what else there is of it: duplicates that
 * lost answers made, and unencrypted originals with the encrypted copies that stand in for them. Pure.
 */
import { bestFirst, sameVolumeAndSlot } from "./duplicates";
import { isStandIn, standInFault, standInState } from "./encryption";
import type { Snapshot, VaultPolicy } from "./types";

export interface Duplicate {
  duplicate: Snapshot;
  /** The one that counts. */
  of: Snapshot;
  /** Why it goes once the one that counts is safe. */
  why: string;
  /** Why it has to wait even then. */
  but?: string;
}

/** What is completed before what is not; a stand-in that is not sound stands behind its original. */
function standing(snapshot: Snapshot, policy: VaultPolicy): number {
  if (snapshot.state !== "completed") return 2;
  return isStandIn(snapshot) && standInState(snapshot, policy) !== "sound" ? 1 : 0;
}

function duplicateOf(duplicate: Snapshot, of: Snapshot, policy: VaultPolicy): Duplicate {
  const replaced = standing(of, policy) === 0 && isStandIn(of);
  if (isStandIn(duplicate) && !replaced) {
    const fault = standInFault(duplicate, policy);
    const why = `made to stand in for ${of.snapshotId}`;
    return { duplicate, of, why, but: `${fault ?? "it is not needed yet"}, until its replacement is sound` }; // prettier-ignore
  }
  const isOriginal = replaced && !isStandIn(duplicate);
  const why = isOriginal ? `its encrypted copy ${of.snapshotId} stands in for it` : `a duplicate of ${of.snapshotId}`; // prettier-ignore
  return { duplicate, of, why };
}

/**
 * @param own the vault's own in the primary region
 * @param distance how far a snapshot is from being copied to every DR region: lower is better
 */
export function countedAndExtra(
  own: readonly Snapshot[],
  distance: (snapshot: Snapshot) => number,
  policy: VaultPolicy,
): { counted: Snapshot[]; extra: Duplicate[] } {
  const counted: Snapshot[] = [];
  const extra: Duplicate[] = [];
  const alive = own.filter((snapshot) => snapshot.state !== "error");
  for (const group of sameVolumeAndSlot(alive)) {
    const best = bestFirst(
      group,
      (snapshot) =>
        1_000 * standing(snapshot, policy) + 2 * distance(snapshot) + (isStandIn(snapshot) ? 0 : 1),
    );
    const [of, ...duplicates] = best;
    if (of === undefined) continue;
    counted.push(of);
    for (const duplicate of duplicates) extra.push(duplicateOf(duplicate, of, policy));
  }
  return { counted, extra };
}
