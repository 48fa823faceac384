/** Why each recovery point is kept, and when it expires, by the planner itself. Pure. */
import { type Inventory, takeInventory } from "../../vault/inventory/inventory";
import type { VaultSettings } from "../../vault/model/settings";
import type { Snapshot, World } from "../../vault/model/world";
import { planVault } from "../../vault/plan/plan";
import { makeCalendar } from "../../vault/retention/calendar";
import { type RulesOf, instanceRules } from "../../vault/retention/effectiveRules";
import { type RecoverySet, setsByInstance } from "../../vault/retention/recoverySets";
import { daysEndMs, drCopiesOf } from "../../vault/retention/verdict";
import type { RegionRead } from "../reading/reading";

/** What the rules make of a snapshot's recovery point. */
interface Reason {
  kept?: string;
  /** Why the next run deletes it, unless something holds it. */
  due?: string;
  /** The earliest time at which it can expire: the newest of a volume stays longer. */
  expiresMs?: number;
}

export type Reasons = (snapshot: Snapshot) => Reason;

/** Returns the world that was read: instances are not, so nothing is taken for an orphan. */
function worldOf(reads: readonly RegionRead[], { primaryRegion, dr }: VaultSettings): World {
  const inRegion = (wanted: string) => reads.find(({ region }) => region === wanted)?.snapshots;
  const snapshots = inRegion(primaryRegion);
  const copies = dr.flatMap(({ region }) => {
    const there = inRegion(region);
    return there === undefined ? [] : [[region, there] as const];
  });
  return { ...(snapshots && { snapshots }), copies: Object.fromEntries(copies), problems: [], throttled: [] };
}

/** Returns the later of two times; `undefined` if either is not known. */
function later(aMs: number | undefined, bMs: number | undefined): number | undefined {
  return aMs === undefined || bMs === undefined ? undefined : Math.max(aMs, bMs);
}

/** Finds when days stop keeping the recovery point of each snapshot, by the rules of its side. */
function endsIn({ regions }: Inventory, rulesOf: RulesOf, { timezone }: VaultSettings) {
  const calendar = makeCalendar(timezone);
  const ends = new Map<string, number>();
  const endOf = (set: RecoverySet, isInDr: boolean) => {
    const rules = rulesOf(set.instanceId);
    const copies = drCopiesOf(set);
    if (copies.snapshots.length === 0) return daysEndMs(rules, set, "keep", calendar);
    if (isInDr) return daysEndMs(rules, set, "drKeep", calendar);
    // In what is the primary region now, both rules keep it.
    return later(daysEndMs(rules, set, "keep", calendar), daysEndMs(rules, copies, "drKeep", calendar));
  };
  const sets = regions.flatMap(({ own, dr }) => setsByInstance(own).flatMap((all) => all.map((set) => ({ set, dr }))));
  for (const { set, dr } of sets) {
    const endMs = endOf(set, dr !== undefined);
    for (const { snapshotId } of endMs === undefined ? [] : set.snapshots) ends.set(snapshotId, endMs as number);
  }
  return ({ snapshotId }: Snapshot) => ends.get(snapshotId);
}

/** Returns the reasons by the vault's settings; none where these, or the primary region, are not known. */
export function reasonsBy(reads: readonly RegionRead[], settings: VaultSettings | undefined, nowMs: number): Reasons {
  if (settings === undefined) return () => ({});
  const world = worldOf(reads, settings);
  const inventory = takeInventory(world, settings);
  if (inventory.primary === undefined) return () => ({});
  const plan = planVault({ world, inventory, settings, slotTask: undefined, runId: "cli", nowMs });
  const kept = new Map(plan.kept.map(({ snapshotId, reason }) => [snapshotId, reason]));
  const due = new Map(plan.actions.flatMap((one) => (one.kind === "delete" ? [[one.snapshotId, one.reason]] : [])));
  const { rulesOf } = instanceRules(
    inventory.regions.flatMap(({ own }) => [...own]),
    world,
    settings,
    nowMs,
  );
  const ends = endsIn(inventory, rulesOf, settings);
  return (snapshot) => {
    const why = kept.get(snapshot.snapshotId);
    const gone = due.get(snapshot.snapshotId);
    const endMs = ends(snapshot);
    const isByDays = gone === undefined && endMs !== undefined && endMs >= nowMs;
    return {
      ...(why !== undefined && { kept: why }),
      ...(gone !== undefined && { due: gone }),
      ...(isByDays && { expiresMs: endMs }),
    };
  };
}
