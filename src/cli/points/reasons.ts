/** Why each recovery point is kept, and when it expires, by the planner itself. Pure. */
import { type Inventory, takeInventory } from "../../vault/inventory/inventory";
import type { VaultSettings } from "../../vault/model/settings";
import type { Snapshot, World } from "../../vault/model/world";
import { planVault } from "../../vault/plan/plan";
import { makeCalendar } from "../../vault/retention/calendar";
import { type RulesOf, instanceRules } from "../../vault/retention/effectiveRules";
import { setsByInstance } from "../../vault/retention/recoverySets";
import { daysEndMs, isMadeForDr } from "../../vault/retention/verdict";
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

/** Finds when days stop keeping the recovery point of each snapshot, by the rules of its side. */
function endsIn({ regions }: Inventory, rulesOf: RulesOf, { timezone }: VaultSettings) {
  const calendar = makeCalendar(timezone);
  const ends = new Map<string, number>();
  for (const set of regions.flatMap(({ own }) => setsByInstance(own).flat())) {
    const side = set.snapshots.some(isMadeForDr) ? "drKeep" : "keep";
    const endMs = daysEndMs(rulesOf(set.instanceId), set, side, calendar);
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
