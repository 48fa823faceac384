/**
 * Applies changes while a plan is made: former rules for retention, and the deletion limit for what no change explains.
 * Pure.
 */
import type { ChangeKey, HeldPoint, PlannedChanges } from "../model/memory/waitingPlans";
import { type Known, knownOf, withApproved } from "./changeKeys";
import { memoryIn } from "../model/memory/changeMemory";
import { planChanges } from "./changePlans";
import { nextMemory } from "./changeUpdate";
import { openKeys } from "./namedUnits";
import { mailable } from "./mailable";
import type { ChangedRegion } from "./looked";
import { limitDeletions } from "./deletionLimit";
import { oldestSlotIn } from "../inventory/regions";
import type { PlannedRegion } from "./farther";
import type { FormersOf } from "../retention/former";
import { type RuledUnits, type Served, formerRules } from "./formerRules";
import { type Ruled, areRulesUnknown } from "../retention/effectiveRules";
import type { PrunePlan } from "../retention/prunePlan";
import type { ReadRegion } from "../inventory/regions";
import { comboOf } from "./tagChanges";
import type { Kept } from "../model/actions";
import type { Snapshot, World } from "../model/world";
import type { Problem } from "../model/problem";
import type { ReadAt } from "../retention/verdict";

interface Changed {
  problems: Problem[];
  /** Snapshots that the deletion limit kept. */
  withheld: Kept[];
  changes?: PlannedChanges;
}

/** Steps of a plan that involve changes, in this order. */
interface Changing {
  /** Absent if the world has no memory of changes, or the timer could not be read. */
  formersOf?: FormersOf;
  /** Records a region's pruning, and returns what the deletion limit leaves of it. */
  limit: (pruned: PrunePlan, read: Omit<ReadRegion, "seen">) => PrunePlan;
  /** Returns what is mailed, and the changes that the timer carries. */
  end: (isAllSeen: boolean, readAt: ReadAt) => Changed;
}

/** Returns the snapshots of a region that wait for a change. */
function heldIn({ points, verdict }: PrunePlan): HeldPoint[] {
  if (verdict.held.size === 0) return [];
  return points.flatMap(({ region, snapshotId, identity: { instanceId, slot } }): HeldPoint[] => {
    const held = verdict.held.get(snapshotId);
    if (held === undefined) return [];
    const { keys, fresh, endMs } = held;
    return [{ region, snapshotId, instanceId, slot, keys, fresh, endMs }];
  });
}

/** Starts to track the changes that one plan has to respect. */
export function beginChanges(
  world: World,
  ruled: RuledUnits & Pick<Ruled, "shared" | "knowsFleet">,
  at: Served,
): Changing {
  const { settings, slot, nowMs } = at;
  const { changes } = world;
  const carried = memoryIn(world);
  const memory = carried && withApproved(carried, settings);
  const known: ReadonlyMap<ChangeKey, Known> = memory === undefined ? new Map() : knownOf(memory);
  const areUnknown = (one: Snapshot) => areRulesUnknown(one, ruled);
  const isInDoubt = (id: string) => ruled.rulesOf(id).inDoubt === true;
  const regions: ChangedRegion[] = [];
  let withheld: Kept[] = [];
  let held: HeldPoint[] = [];
  const points = new Map<string, number>();
  const planned: PlannedRegion[] = [];
  const formersOf = memory && formerRules(memory, ruled, at);
  return {
    ...(formersOf && { formersOf }),
    limit: (pruned, { region, dr, own }) => {
      const limited = limitDeletions(pruned, { region, dr, own, seen: own }, settings, { memory, known, areUnknown });
      const { stopped, due, plan } = limited;
      planned.push({ pruned, side: dr === undefined ? "keep" : "drKeep" });
      regions.push({ region, verdict: pruned.verdict, stopped, due });
      held = [...held, ...heldIn(pruned), ...limited.held];
      // Not `push(...)`, because an argument list cannot hold a hundred thousand items.
      withheld = [...withheld, ...plan.kept.slice(pruned.kept.length)];
      points.set(region, limited.points);
      return plan;
    },
    end: (isAllSeen, readAt) => {
      // The plans that the limit stopped are not reported here, because nothing is deleted while the timer cannot be
      // read.
      if (changes === "unread") return { problems: [], withheld };
      const seen = { memory, known, ruled, settings, slot, isInDoubt };
      const { named, deferred, ...mailed } = mailable(held, planned, seen, readAt);
      const { plans, problems: announced } = planChanges(named, points, { memory, known }, settings);
      const problems = [...announced, ...deferred];
      if (memory === undefined) return { problems, withheld };
      const { newest, shared, isMissing, knowsFleet, olderTags } = ruled;
      const looked = {
        settings,
        regions,
        isAllSeen,
        knowsFleet,
        isMissing,
        shared,
        has: (id: string) => newest.has(id),
        comboOf: (id: string) => comboOf(newest.get(id)?.tags ?? {}, settings.tagKey),
        olderTags,
        openKeys: openKeys(regions, shared, known, formersOf),
        isInDoubt,
        slot,
        ...(memory.former.length > 0 && { oldestSlot: oldestSlotIn(world) }),
      };
      const next = nextMemory(memory, known, looked, nowMs);
      return { problems, withheld, changes: { memory: next, plans, ...mailed } };
    },
  };
}
