/** Plans copies and pruning, which need other regions to be seen. Pure. */
import { makeCalendar } from "../retention/calendar";
import { beginChanges } from "../changes/changing";
import { dedupe } from "../inventory/dedupe";
import { type SeenRegion, copyProgressRank, unsafeIn } from "../inventory/drRegions";
import { isClear } from "../identity/ownership";
import { isCopy } from "../inventory/copies";
import { idsOf, planPruning } from "./prune/pruning";
import { orphanNotices } from "./prune/orphans";
import { olderTags } from "../changes/olderTags";
import { type Ruled, instanceRules } from "../retention/effectiveRules";
import { holdDeletions, isUnderLost, lostKeys, withoutLost } from "./keyGate";
import { ignoredExpiredTags, releasedIn } from "./prune/released";
import { pointsLook } from "../missing/missingPoints";
import { missingProblems } from "../missing/missingWords";
import type { Snapshot } from "../model/world";
import { planEncrypting } from "./copies/encryption";
import { stuckCopies } from "./problems";
import { planCopying, worthCopying } from "./copies/copying";
import { isCompleted } from "../inventory/states";
import { type PlanPart, type PlanRequest, pendingOf } from "./request";

/** Returns the orphans that `orphans` decides about: not those of which nothing is pruned anyway. */
function prunedOrphans({ orphans = [], rulesOf }: Pick<Ruled, "orphans" | "rulesOf">): string[] {
  return orphans.filter((id) => rulesOf(id).keepAll === undefined);
}

/**
 * Returns copies, deletions, and what is reported about either.
 * @param wanted ids of the volumes that the plan snapshots
 */
export function planRegions(
  own: readonly Snapshot[],
  wanted: ReadonlySet<string>,
  { world, inventory, settings, slotTask, nowMs }: PlanRequest,
): PlanPart {
  // A slot that is only reported as missed is not a run, so it makes no instance an orphan.
  const slot = slotTask?.mode === "open" ? slotTask.slot : undefined;
  const { dr: drRegions, clear } = inventory;
  const copies = drRegions.flatMap((region) => region.copies);
  const everywhere = [...own, ...copies];
  const { problems, ...ruled } = instanceRules(everywhere, world, settings, nowMs);
  const tagged = { olderTags: olderTags(ruled, settings.tagKey) };
  const changing = beginChanges(world, { ...ruled, ...tagged }, { settings, slot, nowMs });
  const calendar = makeCalendar(settings.timezone);
  const rules = { ...ruled, calendar, nowMs, formersOf: changing.formersOf };
  const believed = drRegions.map((one) => ({ one, ...releasedIn(one, own, rules) }));
  const seen = believed.map(({ one, released }): SeenRegion => ({ ...one, released }));
  const { canonical, redundant, twins } = dedupe(clear, copyProgressRank(seen), settings);
  const completed = canonical.filter(isCompleted);
  const unsafe = (snapshot: Snapshot) => unsafeIn(seen, snapshot);
  const doubted = clear === own ? [] : own.filter((one) => !isClear(one));
  const seenHere = { own, clear, canonical, redundant, twins, doubted, wanted };
  const { due, primary, pruned, isAllSeen } = planPruning(seenHere, seen, unsafe, {
    settings,
    rules,
    limit: changing.limit,
  });
  const copying = believed.map(({ one, forCopying }): SeenRegion => ({ ...one, released: forCopying }));
  const leaving = idsOf(due.actions);
  const staysHere = ({ snapshotId }: Snapshot) => !leaving.has(snapshotId);
  const making = [
    ...planCopying(worthCopying(own, canonical), copying, settings, nowMs),
    ...planEncrypting(own, completed.filter(staysHere), settings, nowMs),
  ];
  const lost = lostKeys(world, settings);
  const pruning = [primary, ...pruned];
  const deletions = pruning.flatMap(({ actions }) => actions);
  const held = holdDeletions(deletions, lost, world);
  const copied = making.flatMap(({ actions }) => actions);
  const changed = changing.end(isAllSeen, rules);
  const points = pointsLook(world, settings, [due, ...pruned], nowMs);
  return {
    actions: [...withoutLost(copied, own, lost), ...held.actions],
    kept: [...pruning.flatMap(({ kept }) => kept), ...held.kept],
    problems: [
      ...making.flatMap((one) => one.problems).filter(({ subject }) => !isUnderLost(subject, lost)),
      ...stuckCopies([...own.filter(isCopy), ...copies], settings, nowMs),
      ...copying.flatMap((one) => ignoredExpiredTags(one, completed)),
      ...problems,
      ...orphanNotices(everywhere, prunedOrphans(ruled), settings),
      ...changed.problems,
      ...(points === undefined ? [] : missingProblems(points, settings.primaryRegion)),
    ],
    pending: pendingOf(copies),
    canonical,
    points,
    changes: changed.changes,
    withheld: changed.withheld,
    ...(ruled.orphans !== undefined && { orphans: ruled.orphans }),
  };
}
