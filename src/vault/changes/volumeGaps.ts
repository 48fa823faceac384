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

/** Returns the gaps in the recovery points of an instance, by volume. */
export function volumeGaps(sets: readonly RecoverySet[]): VolumeGap[] {
  if (sets.every(isComplete)) return [];
  const inOrder = [...sets].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const volumes = new Set(inOrder.flatMap(({ snapshots }) => snapshots.map(({ volumeId }) => volumeId)));
  return [...volumes].flatMap((volumeId) => {
    const having = inOrder.flatMap(({ snapshots }, index) =>
      snapshots.some((one) => one.volumeId === volumeId) ? [index] : [],
    );
    return having.flatMap((index, at): VolumeGap[] => {
      const [last, failed, back] = [inOrder[index], inOrder[index + 1], inOrder[having[at + 1] ?? -1]];
      if (last === undefined || failed === undefined || failed === back) return [];
      if (isComplete(failed) || !wasToHaveAll(failed, last)) return [];
      const without = inOrder.slice(index + 2, having[at + 1]).filter(isComplete);
      if (without.length === 0) return [];
      const slots = new Set(without.map(({ slot }) => slot));
      return [{ since: last.slot, failed: failed.slot, without: slots, ...(back && { backAt: back.slot }) }];
    });
  });
}

/** Returns recovery points as if those in gaps lacked a volume. */
export function withGaps(sets: readonly RecoverySet[], gaps: readonly VolumeGap[]): RecoverySet[] {
  return sets.map((set) => (gaps.some(({ without }) => without.has(set.slot)) ? { ...set, isPart: true } : set));
}
