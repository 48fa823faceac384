/**
 * Lists one-line mistakes that a careful person could make in `src/vault`. The simulation must catch each, because a
 * rule that no mistake can break proves nothing. `npm run simulate:mutants` applies them one at a time to a copy.
 */
import { FLEET_MUTANTS } from "./fleetMutants";
import { HINT_MUTANTS } from "./hintMutants";
import { TAMPERING_MUTANTS } from "./tamperingMutants";

export interface Mutant {
  name: string;
  /** Path under `src/vault`. */
  file: string;
  /** Occurs exactly once in the file, or the list is out of date. */
  original: string;
  mutated: string;
  /** Reason why somebody would write it. */
  plausible: string;
  /** The only seed that is played. */
  shownBy?: { seed: number; days: number; args?: readonly string[] };
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "a pending copy counts as verified",
    file: "inventory/copies.ts",
    original: `if (copy.state === "pending") return "pending";`,
    mutated: `if (copy.state === "pending") return "verified";`,
    plausible: "CopySnapshot returned an id, so the copy is there",
  },
  {
    name: "retention by age alone",
    file: "retention/retention.ts",
    original: "if (index < keepAtLeast) why.push(`${floor} of ${point.volumeId}`);",
    mutated: "",
    plausible: "a volume that is gone needs no backups: both seed projects pruned by age alone",
  },
  {
    name: "a missing copy does not hold its snapshot",
    file: "inventory/drRegions.ts",
    original: `if (coverage === "verified") continue;`,
    mutated: `if (coverage !== "pending" && coverage !== "unusable") continue;`,
    plausible: "written by what is unsafe instead of what is safe, with one state forgotten",
  },
  {
    name: "retention off by a day",
    file: "retention/retention.ts",
    original: "ageMs <= retentionDays * DAY_MS)",
    mutated: "ageMs <= (retentionDays + 1) * DAY_MS)",
    plausible: "today's backup does not count as one of the days",
  },
  {
    name: "only the first page is read",
    file: "aws/snapshotPages.ts",
    original: "NextToken = nextToken;",
    mutated: "NextToken = undefined;",
    plausible: "a thousand per page is more than any test account has; a page may be empty and have a next one",
  },
  {
    name: "everything with the vault's Description is its own",
    file: "inventory/inventory.ts",
    original: "const own = seen.filter(isOwn);",
    mutated: "const own = seen;",
    plausible: "the describe call filters by the vault's Description already",
  },
  {
    name: "a notification is forgotten within the hour",
    file: "model/memory/notified.ts",
    original: "return repeatHours * HOUR_MS;",
    mutated: "return repeatHours * MINUTE_MS;",
    plausible: "one unit for another",
  },
  {
    name: "the timer is never stopped",
    file: "aws/scheduler.ts",
    original: `State: atMs === undefined ? "DISABLED" : "ENABLED",`,
    mutated: `State: "ENABLED",`,
    plausible: "a time in 2099 is as good as off",
  },
  {
    name: "a full copy queue is a failure",
    file: "aws/errors.ts",
    original: `ResourceLimitExceeded: "limit",`,
    mutated: `ResourceLimitExceeded: "refused",`,
    plausible: "its name says error, although the message says to wait; published tools mail it",
  },
  {
    name: "an expired copy leaves no copy-expired tag",
    file: "plan/prune/pruneDr.ts",
    original: 'remove(plan, copy, { because: "retention", reason, expiredCopyTag });',
    mutated: 'remove(plan, copy, { because: "retention", reason });',
    plausible: "the tag's purpose is visible only in another file: without it the snapshot is copied again",
  },
  {
    name: "a lock that has ended is set again",
    file: "guard/locks.ts",
    original: "      lockedDaysEndMs(copy, lock) > nowMs,",
    mutated: "      lock.days > 0,",
    plausible: "every copy that is not locked must be locked; that a lock ends is forgotten",
  },
  {
    name: "a shared snapshot is deleted all the same",
    file: "guard/sharing.ts",
    original: `return { is: "held", held };`,
    mutated: `return { is: "free" };`,
    plausible: "a share is reported, and the deletion continues, since AWS does not refuse it",
  },
  {
    name: "a lock is left for AWS to enforce",
    file: "guard/guard.ts",
    original: "    if (tier === undefined && lock === undefined) return true;",
    mutated: "    if (tier === undefined) return true;",
    plausible: "AWS refuses to delete what is locked, so no check is needed",
  },
  {
    name: "the primary region is pruned with a DR region unseen",
    file: "plan/prune/pruning.ts",
    original: "const isAllSeen = seen.length === dr.length;",
    mutated: "const isAllSeen = seen.length > 0;",
    plausible: "everything that could be read says that each snapshot is copied",
  },
  {
    name: "an encrypted snapshot gets a replacement too",
    file: "plan/copies/encryption.ts",
    original: "(one) => !one.encrypted && !isCopy(one)",
    mutated: "(one) => !isCopy(one)",
    plausible: "everything must be under the one key",
  },
  {
    name: "copies of an original do not count for its replacement",
    file: "inventory/copies.ts",
    original: "return bySource.get(firstHolderOf(snapshot)) ?? [];",
    mutated: "return bySource.get(snapshot.snapshotId) ?? [];",
    plausible: "a copy says what it was made from, and the replacement is another snapshot",
  },
  {
    name: "orphans are decided by instances that were not read",
    file: "retention/effectiveRules.ts",
    original: "return ids.size === 0 ? undefined : ids;",
    mutated: "return instances === undefined ? undefined : ids;",
    plausible: "an empty fleet has no volume that is backed up: a mistaken tag makes the whole vault orphans",
  },
  {
    name: "a fleet without a volume to back up makes all of it orphans",
    file: "retention/effectiveRules.ts",
    original: "return ids.size === 0 ? undefined : ids;",
    mutated: "return instances === undefined || instances.length === 0 ? undefined : ids;",
    plausible: "if instances carry the tag it is no mistake, and excluded volumes are not backed up",
    shownBy: { seed: 130, days: 20 },
  },
  {
    name: "an override can ask for anything",
    file: "retention/tagOverrides.ts",
    original: "if (most === 0) return own;",
    mutated: "if (most >= 0) return asked;",
    plausible: "the owner of an instance knows best what to keep of it",
  },
  {
    name: "bounds apply when a recovery point is made",
    file: "retention/tagOverrides.ts",
    original: "if (asked !== undefined) readable.push(",
    mutated: "if (asked !== undefined && appliedOf(rule, asked, own, bounds) === asked) readable.push(",
    plausible: "the vault's own state until it was reviewed: a tag that is not accepted needs no trace",
  },
  {
    name: "manifests do not wait for copies",
    file: "report/manifests/manifest.ts",
    original: `one.state === "completed" && unsafeIn(here, one) === undefined;`,
    mutated: `one.state === "completed";`,
    plausible: "a recovery point exists when its snapshots are completed",
  },
  {
    name: "manifests of the last hours are written by every new environment",
    file: "report/manifests/write.ts",
    original: "now() - LAG_MS)",
    mutated: "now() - 1_440 * MINUTE_MS)",
    plausible: "writing the same object again does no harm",
  },
  {
    name: "a dry run sets locks",
    file: "apply/apply.ts",
    original: "const locked = await carry(regions.flatMap(({ locks }) => locks));",
    mutated: "const locked = await apply(regions.flatMap(({ locks }) => locks), execution);",
    plausible: "only creating and copying cost money; the rest was guarded already",
  },
  {
    name: "a weekly summary is recorded by its week alone",
    file: "report/runReport.ts",
    original: '"weekly-summary",\n    week,',
    mutated: '"weekly-summary",\n    "week",',
    plausible: "a week has one summary",
  },
  {
    name: "the last policy applies to everyone",
    file: "retention/effectiveRules.ts",
    original: "const name = carried || (names.length === 1 ? names[0] : undefined);",
    mutated: "const name = names.length === 1 ? names[0] : carried;",
    plausible: "the vault's own state until it was reviewed: with one policy there is no choice",
  },
  {
    name: "tags can shorten",
    file: "retention/tagOverrides.ts",
    original: "return isEnough ? asked : own;",
    mutated: "return isEnough || most > 0 ? asked : own;",
    plausible: "the vault's own state until it was reviewed: the owner of the instance owns its backups",
  },
  {
    name: "a failure is attempted for ever",
    file: "inventory/attempts.ts",
    original: "export const MAX_ATTEMPTS = 3;",
    mutated: "export const MAX_ATTEMPTS = 300;",
    plausible: "one more attempt costs nothing, and may help",
  },
  {
    name: "the count is deleted with the failed attempts",
    file: "inventory/attempts.ts",
    original: "if (serialSnapshots(latest) !== undefined) return nextOfOne(latest, settings, nowMs);",
    mutated: "",
    plausible:
      "the vault's own state until it was reviewed: what is in the way is deleted, and with it what is counted",
  },
  {
    name: "copies in the order of the list",
    file: "plan/copies/copies.ts",
    original: "for (const one of byTurn(lacking)) {",
    mutated: "for (const one of lacking) {",
    plausible: "EC2 lists the oldest first in every account seen so far",
  },
  {
    name: "instances in the order of the list",
    file: "plan/snapshots/snapshots.ts",
    original: "for (const instance of longestUnprotectedFirst(instances, snapshots, settings)) {",
    mutated: "for (const instance of instances) {",
    plausible: "all are snapshotted every night, whoever comes first",
  },
  {
    name: "a limit stops nothing",
    file: "lib/pool.ts",
    original: "if (stopLane !== undefined) stopped.set(step.lane, stopLane);",
    mutated: "if (stopLane === undefined) stopped.delete(step.lane);",
    plausible: "each call says for itself whether there is room",
  },
  {
    name: "a volume's tags are copied even though one conflicts",
    file: "plan/snapshots/snapshotAction.ts",
    original: "const copyVolumeTags = !clash && largest + needed <= maxTags;",
    mutated: "const copyVolumeTags = largest + needed <= maxTags;",
    plausible: "the vault's tags are in the call, and what is in the call wins",
  },
  {
    name: "a volume's tags that its set does not share are left out",
    file: "aws/ec2Writes.ts",
    original: "  if (copyVolumeTags) return [];",
    mutated: "  if (copyVolumeTags || volumes.length > 1) return [];",
    plausible: "the vault's own state until it was reviewed: all of a volume's tags or none",
  },
  {
    name: "a tag policy prevents the backup",
    file: "apply/tagTrouble.ts",
    original: `const CODES: readonly string[] = ["TagPolicyViolation", "TagLimitExceeded"];`,
    mutated: `const CODES: readonly string[] = ["TagLimitExceeded"];`,
    plausible: "a snapshot can have whatever tags its volume has",
  },
  {
    name: "a stuck copy is not reported",
    file: "plan/problems.ts",
    original: ".filter((copy) => nowMs - copy.startTimeMs > settings.copyStuckHours * HOUR_MS)",
    mutated: ".filter((copy) => nowMs - copy.startTimeMs > settings.copyStuckHours * 60 * HOUR_MS)",
    plausible: "hours mistaken for minutes, in a value that no test reaches",
  },
  ...FLEET_MUTANTS,
  ...HINT_MUTANTS,
  ...TAMPERING_MUTANTS,
];
