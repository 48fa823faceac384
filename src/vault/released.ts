/**
 * Whether the rules of a DR region let go of a snapshot's copy. A mark on the snapshot says that its copy there has lived
 * its time; anybody can write a tag, so it is believed only where the rules of today say the same of its data. Pure.
 */
import { dataStartMs, volumeAndSlotOf } from "./duplicates";
import type { SeenRegion } from "./drRegions";
import { type Released, copyState } from "./planCopies";
import { type PruneRules, judge } from "./pruneRules";
import { copyExpiredTag } from "./tags";
import type { Problem, Snapshot } from "./types";

/** By volume and slot, the points of the region as they would be if all that is completed were copied. */
function wouldBePoints(
  { dr, copies }: SeenRegion,
  completed: readonly Snapshot[],
  volumes: ReadonlySet<string>,
): Map<string, Snapshot> {
  const points = new Map<string, Snapshot>();
  for (const one of completed) {
    if (!volumes.has(one.volumeId)) continue;
    points.set(volumeAndSlotOf(one), { ...one, region: dr.region, startTimeMs: dataStartMs(one) });
  }
  for (const copy of copies) {
    if (!volumes.has(copy.volumeId) || copyState(copy, dr.keyArn) !== "sound") continue;
    points.set(volumeAndSlotOf(copy), copy);
  }
  return points;
}

function releasedKeys(
  seen: SeenRegion,
  completed: readonly Snapshot[],
  rules: PruneRules,
  orphansToo: boolean,
): ReadonlySet<string> {
  const tag = copyExpiredTag(seen.dr.region);
  const marked = completed.filter(({ tags }) => tags[tag] !== undefined);
  if (marked.length === 0) return new Set();
  const volumes = new Set(marked.map(({ volumeId }) => volumeId));
  const points = wouldBePoints(seen, completed, volumes);
  const { gone } = judge([...points.values()], "drKeep", rules);
  const keys = new Set<string>();
  for (const [key, { snapshotId, volumeId }] of points) {
    const { keepAll, mayBeOrphan = false } = rules.rulesOf(volumeId);
    // What nobody may prune is not copied again either.
    const isLeft = keepAll !== undefined || (orphansToo && mayBeOrphan);
    if (isLeft || gone.has(snapshotId)) keys.add(key);
  }
  return keys;
}

/**
 * Returns whether the region's rules let go of a copy of a snapshot.
 * @param completed the vault's own in the primary region that are completed and in no doubt
 * @param orphansToo whether a volume counts as let go of that may be an orphan: to copy it again each hour would be waste
 */
export function releasedIn(
  seen: SeenRegion,
  completed: readonly Snapshot[],
  rules: PruneRules,
  orphansToo = false,
): Released {
  // Most vaults have no mark.
  let keys: ReadonlySet<string> | undefined;
  return (snapshot) => {
    keys ??= releasedKeys(seen, completed, rules, orphansToo);
    return keys.has(volumeAndSlotOf(snapshot));
  };
}

/** Notices a mark that the rules do not bear out, where the copy is gone: it is made again. */
export function ignoredMarks(
  { dr, bySource, released }: SeenRegion,
  counted: readonly Snapshot[],
): Problem[] {
  const tag = copyExpiredTag(dr.region);
  return counted.flatMap((snapshot): Problem[] => {
    const { snapshotId, region, tags, identity } = snapshot;
    if (tags[tag] === undefined || released(snapshot)) return [];
    if ((bySource.get(identity.source?.snapshotId ?? snapshotId) ?? []).length > 0) return [];
    return [
      {
        kind: "mark-ignored",
        subject: `${snapshotId} in ${dr.region}`,
        message: `${snapshotId} in ${region} has the tag ${tag}, but the retention of ${dr.region} would still keep its copy: the vault copies it again.`,
        hint: "This is right after drRetentionDays or drKeep was made longer. Otherwise somebody wrote the tag: the runbook's page has the command that shows who.",
        notice: true,
      },
    ];
  });
}
