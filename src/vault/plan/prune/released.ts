/**
 * Whether the rules of a DR region let go of a snapshot's copy. A mark on the snapshot says that its copy there has lived
 * its time; anybody can write a tag, so it is believed only where the rules of today say the same of its data. Pure.
 */
import { dataStartMs, sameVolumeAndSlot } from "../../inventory/sameSlot";
import type { SeenRegion } from "../../inventory/drRegions";
import { type Released, copiesOf, copyState, isArchived } from "../../inventory/copies";
import { evaluate } from "../../retention/evaluate";
import type { PruneRules } from "../../retention/historyVerdict";
import { MAX_ATTEMPTS } from "../../inventory/attempts";
import { copyExpiredTag } from "../../model/tags";
import { type Problem, problem } from "../../model/problem";
import type { Snapshot } from "../../model/world";

/** What holds the data first of a snapshot or a copy of it. */
function sourceOf({ snapshotId, identity }: Snapshot): string {
  return identity.source?.snapshotId ?? snapshotId;
}

/** Returns true if a snapshot has no copy and is not likely to get one: EC2 copies no archived snapshot, or it failed too often. */
function isStuck(snapshot: Snapshot, { dr, bySource }: SeenRegion): boolean {
  const copies = copiesOf(snapshot, bySource);
  if (isArchived(snapshot)) return copies.every((copy) => copyState(copy, dr.keyArn) === "unusable");
  // A pending attempt changes nothing: once it is completed, the marks of the others are asked again.
  const failed = copies.filter(({ state }) => state === "error").length;
  return failed >= MAX_ATTEMPTS && copies.every((copy) => copyState(copy, dr.keyArn) !== "verified");
}

/** Each with the sources of the same data: the points of the region as they would be if what would be copied were. */
function wouldBePoints(
  { dr, copies }: SeenRegion,
  completed: readonly Snapshot[],
  isWanted: (snapshot: Snapshot) => boolean,
  isCopied: (snapshot: Snapshot) => boolean,
): { point: Snapshot; sources: string[] }[] {
  const verified = copies.filter((copy) => isWanted(copy) && copyState(copy, dr.keyArn) === "verified");
  const there = new Set(verified);
  const would = completed
    .filter((one) => isWanted(one) && isCopied(one))
    .map((one) => ({ ...one, region: dr.region, startTimeMs: dataStartMs(one) }));
  return sameVolumeAndSlot([...verified, ...would]).flatMap((group) => {
    const point = group.find((one) => there.has(one)) ?? group[0];
    return point === undefined ? [] : [{ point, sources: group.map(sourceOf) }];
  });
}

/** Sources whose copies the rules let go of. */
interface ReleasedKeys {
  sure: ReadonlySet<string>;
  /** Those, and what is not worth a copy while nobody knows its rules. */
  forCopying: ReadonlySet<string>;
}

/** What is known of the rules of a snapshot whose copy has expired. */
type Standing = "ruled" | "left" | "unknown";

function standingOf({ identity, volumeId }: Snapshot, { rulesOf, shared }: PruneRules): Standing {
  const { instanceId } = identity;
  const { keepAll, inDoubt = false } = rulesOf(instanceId);
  // What nobody may prune is not copied again either; where somebody changed tags a mark may be theirs.
  if (keepAll !== undefined && !inDoubt) return "left";
  const several = shared.get(volumeId);
  const units = several === undefined ? [instanceId] : [volumeId, ...several];
  const isUnknown = (id: string) => rulesOf(id).mayBeOrphan === true || rulesOf(id).inDoubt === true;
  return units.some(isUnknown) ? "unknown" : "ruled";
}

function releasedKeys(seen: SeenRegion, completed: readonly Snapshot[], rules: PruneRules): ReleasedKeys {
  const { region } = seen.dr;
  const hasExpiredTag = ({ tags }: Snapshot) => tags[copyExpiredTag(region)] !== undefined;
  const marked = completed.filter(hasExpiredTag);
  const [sure, forCopying] = [new Set<string>(), new Set<string>()];
  if (marked.length === 0) return { sure, forCopying };
  const left = new Set<Snapshot>();
  const unknown = new Set<Snapshot>();
  for (const one of marked) {
    const standing = standingOf(one, rules);
    if (standing === "ruled") continue;
    forCopying.add(sourceOf(one));
    if (standing === "unknown") unknown.add(one);
    else {
      left.add(one);
      sure.add(sourceOf(one));
    }
  }
  const instances = new Set(marked.map(({ identity }) => identity.instanceId));
  // What several instances have had is judged with all of them.
  const isWanted = ({ identity }: Snapshot) => rules.shared.size > 0 || instances.has(identity.instanceId);
  const goneIf = (isCopied: (snapshot: Snapshot) => boolean): string[] => {
    const points = wouldBePoints(seen, completed, isWanted, isCopied);
    const { gone, held } = evaluate({ snapshots: points.map(({ point }) => point), side: "drKeep", region }, rules);
    // What went in time is not made again for rules of before, nor waits what it was made of: no mail could name it.
    const isGone = (id: string) => gone.has(id) || held.has(id);
    return points.flatMap(({ point, sources }) => (isGone(point.snapshotId) ? sources : []));
  };
  // Beside what is not copied nothing stays for its sake: it would be copied for that, and deleted at once, for ever.
  const isCopied = (one: Snapshot) => !left.has(one) && !isStuck(one, seen);
  for (const one of goneIf(isCopied)) sure.add(one);
  const stuck = new Set(marked.filter((one) => isStuck(one, seen)).map(sourceOf));
  // What cannot be copied is asked as if it could: its copy may have lived its time before somebody archived it.
  if (stuck.size > 0) for (const one of goneIf((other) => !left.has(other))) if (stuck.has(one)) sure.add(one);
  const isUnknown = unknown.size > 0 && rules.shared.size > 0;
  const known = isUnknown ? goneIf((one) => isCopied(one) && !unknown.has(one)) : sure;
  for (const one of known) forCopying.add(one);
  return { sure, forCopying };
}

/** Whether a region's rules let go of a copy of a snapshot. */
interface ReleasedIn {
  released: Released;
  /**
   * A mark is believed here even where this invocation can't know the volume's rules (an orphan, or its newest snapshot in
   * doubt): to copy all of it again until they are known would be waste. No deletion may rest on that.
   */
  forCopying: Released;
}

/**
 * Returns what the region's rules let go of.
 * @param completed the vault's own in the primary region that are completed and in no doubt
 */
export function releasedIn(seen: SeenRegion, completed: readonly Snapshot[], rules: PruneRules): ReleasedIn {
  // Most vaults have no mark.
  let keys: ReleasedKeys | undefined;
  const ask = (): ReleasedKeys => (keys ??= releasedKeys(seen, completed, rules));
  return {
    released: (snapshot) => ask().sure.has(sourceOf(snapshot)),
    forCopying: (snapshot) => ask().forCopying.has(sourceOf(snapshot)),
  };
}

/** Notices a mark that the rules do not bear out, where the copy is gone: it is made again. */
export function ignoredExpiredTags({ dr, bySource, released }: SeenRegion, canonical: readonly Snapshot[]): Problem[] {
  const tag = copyExpiredTag(dr.region);
  return canonical.flatMap((snapshot): Problem[] => {
    const { snapshotId, region, tags, identity } = snapshot;
    if (tags[tag] === undefined || released(snapshot)) return [];
    if ((bySource.get(identity.source?.snapshotId ?? snapshotId) ?? []).length > 0) return [];
    return [
      problem(
        "copy-expired-tag-ignored",
        `${snapshotId} in ${dr.region}`,
        `${snapshotId} in ${region} has the tag ${tag}, but the retention of ${dr.region} would still keep its copy: the vault copies it again.`,
        "This is expected after drRetentionDays or drKeep was raised. Otherwise somebody wrote the tag; the runbook's page has the command that shows who.",
      ),
    ];
  });
}
