/**
 * One recovery point a volume and slot. A lost answer, or two functions at once, can make a second one: the best is
 * the one that counts, the others are duplicates. Pure and total.
 */
import { TAG } from "./tags";
import { parseIso } from "./time";
import type { Snapshot } from "./types";

/** EC2 says it of every copy (API reference, CopySnapshot: "an arbitrary volume ID"). */
const NO_VOLUME = "vol-ffffffff";

/**
 * Whether the vault made it: all four tags are set by one call, so a snapshot that lacks one is a person's. So is a copy
 * that has lost the tag with its volume: it could be taken for the duplicate of another's.
 */
export function isOwn({ tags, volumeId }: Snapshot, vaultId: string): boolean {
  const isLost = tags[TAG.sourceSnapshot] !== undefined && tags[TAG.sourceVolume] === undefined;
  return (
    !isLost &&
    volumeId !== NO_VOLUME &&
    tags[TAG.vault] === vaultId &&
    tags[TAG.instance] !== undefined &&
    tags[TAG.slot] !== undefined &&
    tags[TAG.run] !== undefined
  );
}

/** Whether the vault made the copy: its snapshot and volume are told by tags alone, so one that lacks them is not it. */
export function isOwnCopy(copy: Snapshot, vaultId: string): boolean {
  const { tags } = copy;
  return (
    isOwn(copy, vaultId) &&
    tags[TAG.sourceSnapshot] !== undefined &&
    tags[TAG.sourceVolume] !== undefined
  );
}

/** When the data was taken that a snapshot holds: a stand-in (encryption.ts) is a copy, and was begun later. */
export function dataStartMs({ startTimeMs, tags }: Snapshot): number {
  return parseIso(tags[TAG.sourceStarted] ?? "") ?? startTimeMs;
}

/** What a recovery point is told apart by. */
export function volumeAndSlot(volumeId: string, slot: string): string {
  return `${volumeId} ${slot}`;
}

/** {@link volumeAndSlot} of a snapshot. */
export function volumeAndSlotOf({ volumeId, tags }: Snapshot): string {
  return volumeAndSlot(volumeId, tags[TAG.slot] ?? "");
}

/** Snapshots that stand for the same volume at the same slot. */
export function sameVolumeAndSlot(snapshots: readonly Snapshot[]): Snapshot[][] {
  const groups = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    const key = volumeAndSlotOf(snapshot);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [snapshot]);
    else group.push(snapshot);
  }
  return [...groups.values()];
}

/**
 * The members of a group, the one that counts first.
 * @param rank lower is better; equal ranks: the older first, then the id, so that every pass chooses the same
 */
export function bestFirst(
  group: readonly Snapshot[],
  rank: (snapshot: Snapshot) => number,
): Snapshot[] {
  if (group.length < 2) return [...group];
  return [...group].sort(
    (a, b) =>
      rank(a) - rank(b) || a.startTimeMs - b.startTimeMs || (a.snapshotId < b.snapshotId ? -1 : 1),
  );
}
