/**
 * Finds volumes that were no longer backed up after their snapshots had failed. While a volume fails, the rules keep the last
 * complete recovery points, which have it. Once it is detached, replaced or excluded, the next ones are complete without
 * it. They would take the place of those one by one, so this is a change like others. Pure.
 */
import { type RecoverySet, countVolumes, isComplete, setSizeOf } from "../retention/recoverySets";

/** Recovery points that are complete without a volume that had failed before them. */
export interface VolumeGap {
  /** Slot of the newest recovery point before them that has the volume. */
  since: string;
  /** Slot of the first one that lacks it, which shows that it failed. */
  failed: string;
  /** Slots of those that are complete without it. */
  without: ReadonlySet<string>;
  /** Slot of the first one that has it again; absent: none has. */
  backAt?: string;
}

/** Returns true if a recovery point was to have as many volumes as another one has. */
function wasToHaveAll({ snapshots }: RecoverySet, before: RecoverySet): boolean {
  return Math.max(...snapshots.map(setSizeOf)) >= countVolumes(before.snapshots);
}

function hasVolume({ snapshots }: RecoverySet, volumeId: string): boolean {
  return snapshots.some((one) => one.volumeId === volumeId);
}

/** Returns the volumes that a recovery point lacks although it was to have them. */
function failedIn(failed: RecoverySet, last: RecoverySet): string[] {
  const missing = last.snapshots.map(({ volumeId }) => volumeId).filter((volumeId) => !hasVolume(failed, volumeId));
  return missing.length > 0 && wasToHaveAll(failed, last) ? [...new Set(missing)] : [];
}

/** Returns the gaps in the recovery points of an instance, by volume. */
export function volumeGaps(sets: readonly RecoverySet[]): VolumeGap[] {
  const complete = new Set(sets.filter(isComplete));
  if (complete.size === sets.length) return [];
  const inOrder = [...sets].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const lastComplete = inOrder.findLastIndex((set) => complete.has(set));
  return inOrder.flatMap((failed, index) => {
    const last = inOrder[index - 1];
    if (last === undefined || complete.has(failed) || index > lastComplete) return [];
    return failedIn(failed, last).flatMap((volumeId): VolumeGap[] => {
      const back = inOrder.findIndex((set, other) => other > index && hasVolume(set, volumeId));
      const without = inOrder.slice(index + 1, back < 0 ? undefined : back).filter((set) => complete.has(set));
      const slots = new Set(without.map(({ slot }) => slot));
      const backAt = inOrder[back]?.slot;
      const gap = { since: last.slot, failed: failed.slot, without: slots };
      return slots.size === 0 ? [] : [{ ...gap, ...(backAt !== undefined && { backAt }) }];
    });
  });
}

/** Returns recovery points as if those in gaps lacked a volume. */
export function withGaps(sets: readonly RecoverySet[], gaps: readonly VolumeGap[]): RecoverySet[] {
  return sets.map((set) => (gaps.some(({ without }) => without.has(set.slot)) ? { ...set, isWhole: false } : set));
}
