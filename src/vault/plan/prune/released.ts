/**
 * Decides whether the rules of a DR region release a snapshot's copy. A copy-expired tag on the snapshot says that its
 * copy there was past its retention. Anyone can write a tag, so it is believed only if the current rules say the same
 * of the data. Pure.
 */
import { dataStartMs, sameVolumeAndSlot } from "../../inventory/sameSlot";
import { isClear } from "../../identity/ownership";
import { isCompleted } from "../../inventory/states";
import type { SeenRegion } from "../../inventory/drRegions";
import { type Released, copiesOf, copyState, firstHolderOf, isArchived } from "../../inventory/copies";
import { evaluate } from "../../retention/evaluate";
import { areRulesUnknown } from "../../retention/effectiveRules";
import type { PruneRules } from "../../retention/historyVerdict";
import { MAX_ATTEMPTS } from "../../inventory/attempts";
import { copyExpiredTag } from "../../model/tags/tags";
import { split } from "../../lib/collections";
import { listed } from "../../lib/text";
import { type Problem, problem } from "../../model/problem";
import type { Snapshot } from "../../model/world";

/**
 * Returns true if a snapshot has no verified copy and is unlikely to get one. Either it is archived, which EC2 does not
 * copy, or too many attempts failed.
 */
function isStuck(snapshot: Snapshot, { dr, bySource }: SeenRegion): boolean {
  const copies = copiesOf(snapshot, bySource);
  if (isArchived(snapshot)) return copies.every((copy) => copyState(copy, dr.keyArn) === "unusable");
  // A pending attempt changes nothing. Once it is completed, the copy-expired tags of the others are evaluated again.
  const failed = copies.filter(({ state }) => state === "error").length;
  return failed >= MAX_ATTEMPTS && copies.every((copy) => copyState(copy, dr.keyArn) !== "verified");
}

/** Copies that are recovery points of a region (pruneDr.ts). */
interface Present {
  verified: readonly Snapshot[];
  /** Those under another key. */
  former: readonly Snapshot[];
}

function presentIn({ dr, copies }: SeenRegion, isWanted: (copy: Snapshot) => boolean): Present {
  const [verified, others] = split(copies.filter(isWanted), (copy) => copyState(copy, dr.keyArn) === "verified");
  return { verified, former: others.filter((copy) => isCompleted(copy) && isClear(copy)) };
}

/**
 * Returns the region's recovery points as they would be if all that is to be copied were, each with the sources of its
 * data.
 */
function wouldBePoints(
  region: string,
  { verified, former }: Present,
  copied: readonly Snapshot[],
): { point: Snapshot; sources: string[] }[] {
  const would = copied.map((one) => ({ ...one, region, startTimeMs: dataStartMs(one) }));
  const [first, last] = [new Set(verified), new Set(former)];
  return sameVolumeAndSlot([...verified, ...would, ...former]).flatMap((group) => {
    const all = Array.isArray(group) ? group : [group];
    // A copy to be made replaces one under a former key.
    const point = all.find((one) => first.has(one)) ?? all.find((one) => !last.has(one)) ?? all[0];
    return point === undefined ? [] : [{ point, sources: all.map(firstHolderOf) }];
  });
}

/** Sources whose copies the rules release. */
interface ReleasedKeys {
  sure: ReadonlySet<string>;
  /** Those, and sources that are not worth a copy while their rules are unknown. */
  forCopying: ReadonlySet<string>;
}

/** Knowledge about the rules of a snapshot whose copy has expired. */
type Standing = "ruled" | "left" | "unknown";

function standingOf(one: Snapshot, rules: PruneRules): Standing {
  const { keepAll, inDoubt = false } = rules.rulesOf(one.identity.instanceId);
  // A snapshot that nothing prunes is not copied again either. If its tags were changed, the copy-expired tag may be a
  // person's.
  if (keepAll !== undefined && !inDoubt) return "left";
  return areRulesUnknown(one, rules) ? "unknown" : "ruled";
}

/**
 * Returns those snapshots, and all others of the same data. Of these, only one is copied. A former DR copy beside its
 * original has no copy-expired tag of its own.
 */
function withTwins(some: ReadonlySet<Snapshot>, snapshots: readonly Snapshot[]): ReadonlySet<Snapshot> {
  if (some.size === 0) return some;
  const groups = sameVolumeAndSlot(snapshots).filter((group) => Array.isArray(group));
  return new Set([...some, ...groups.filter((group) => group.some((one) => some.has(one))).flat()]);
}

function releasedKeys(seen: SeenRegion, own: readonly Snapshot[], rules: PruneRules): ReleasedKeys {
  const { region } = seen.dr;
  const completed = own.filter((one) => isCompleted(one) && isClear(one));
  const hasExpiredTag = ({ tags }: Snapshot) => tags[copyExpiredTag(region)] !== undefined;
  const tagged = completed.filter(hasExpiredTag);
  const [sure, forCopying] = [new Set<string>(), new Set<string>()];
  if (tagged.length === 0) return { sure, forCopying };
  const left = new Set<Snapshot>();
  const unknown = new Set<Snapshot>();
  for (const one of tagged) {
    const standing = standingOf(one, rules);
    if (standing === "ruled") continue;
    forCopying.add(firstHolderOf(one));
    if (standing === "unknown") unknown.add(one);
    else {
      left.add(one);
      sure.add(firstHolderOf(one));
    }
  }
  const instances = new Set(tagged.map(({ identity }) => identity.instanceId));
  // A volume of several instances is evaluated with all of them.
  const isWanted = ({ identity }: Snapshot) => rules.shared.size > 0 || instances.has(identity.instanceId);
  const there = presentIn(seen, isWanted);
  const wanted = completed.filter(isWanted);
  // A copy that expired in time is not made again because of former rules, or because a schedule is back, which would keep it
  // until the next recovery point displaces it. Its source does not wait for them either, because no mail could name it.
  const present: PruneRules = { ...rules, formersOf: undefined };
  const goneIf = (isCopied: (snapshot: Snapshot) => boolean): string[] => {
    const points = wouldBePoints(region, there, wanted.filter(isCopied));
    const { gone } = evaluate({ snapshots: points.map(({ point }) => point), side: "drKeep", region }, present);
    return points.flatMap(({ point, sources }) => (gone.has(point.snapshotId) ? sources : []));
  };
  // A snapshot that is not copied must not keep others in its recovery point. They would be copied because of it and
  // deleted at once, again and again.
  const stuck = new Set(wanted.filter((one) => isStuck(one, seen)));
  const uncopied = withTwins(left, wanted);
  const isCopied = (one: Snapshot) => !uncopied.has(one) && !stuck.has(one);
  for (const one of goneIf(isCopied)) sure.add(one);
  // A snapshot that cannot be copied is evaluated as if it could. Its copy may have expired before somebody archived
  // it.
  const expired = new Set(tagged.filter((one) => stuck.has(one)).map(firstHolderOf));
  if (expired.size > 0) for (const one of goneIf((other) => !uncopied.has(other))) if (expired.has(one)) sure.add(one);
  const unsure = rules.shared.size > 0 ? withTwins(unknown, wanted) : new Set();
  const known = unsure.size > 0 ? goneIf((one) => isCopied(one) && !unsure.has(one)) : sure;
  for (const one of known) forCopying.add(one);
  return { sure, forCopying };
}

/** Functions that decide whether a region's rules release the copy of a snapshot. */
interface ReleasedIn {
  released: Released;
  /**
   * Believes a copy-expired tag even if the volume's rules cannot be known now, because it may be an orphan or its
   * newest snapshot is in doubt. Copying all of it again until they are known would be waste. No deletion is allowed to
   * rest on this.
   */
  forCopying: Released;
}

/**
 * Returns which copies the region's rules release.
 * @param own the vault's own snapshots in the primary region
 */
export function releasedIn(seen: SeenRegion, own: readonly Snapshot[], rules: PruneRules): ReleasedIn {
  // Most vaults have no copy-expired tag, so this is computed when it is first needed.
  let keys: ReleasedKeys | undefined;
  const ask = (): ReleasedKeys => (keys ??= releasedKeys(seen, own, rules));
  return {
    released: (snapshot) => ask().sure.has(firstHolderOf(snapshot)),
    forCopying: (snapshot) => ask().forCopying.has(firstHolderOf(snapshot)),
  };
}

/**
 * Returns a notice of the copy-expired tags that the rules do not confirm and whose copies are gone, which are made
 * again. There is one for all, because a longer retention concerns many at once.
 */
export function ignoredExpiredTags({ dr, bySource, released }: SeenRegion, canonical: readonly Snapshot[]): Problem[] {
  const tag = copyExpiredTag(dr.region);
  const tagged = canonical.filter(({ tags }) => tags[tag] !== undefined);
  const ignored = tagged.filter((one) => !released(one) && copiesOf(one, bySource).length === 0);
  const [first] = ignored;
  if (first === undefined) return [];
  const { snapshotId, region } = first;
  const ids = ignored.map((one) => one.snapshotId).sort();
  const message =
    ids.length === 1
      ? `${snapshotId} in ${region} has the tag ${tag}, but the retention of ${dr.region} would still keep its copy: the vault copies it again.`
      : `${ids.length} snapshots in ${region} have the tag ${tag}, but the retention of ${dr.region} would still keep their copies: the vault copies them again. They are ${listed(ids)}.`;
  return [
    problem(
      "copy-expired-tag-ignored",
      `copies in ${dr.region}`,
      message,
      "This is expected after drRetentionDays or drKeep was raised. Otherwise somebody wrote the tag; the runbook's page has the command that shows who.",
    ),
  ];
}
