/** Why each recovery point is kept, and when it expires, by the planner itself. Pure. */
import { takeInventory } from "../vault/inventory/inventory";
import { pointMs } from "../vault/inventory/sameSlot";
import { DAY_MS } from "../vault/lib/time";
import type { KeepRules, VaultSettings } from "../vault/model/settings";
import type { Snapshot, World } from "../vault/model/world";
import { planVault } from "../vault/plan/plan";
import { instanceRules } from "../vault/retention/effectiveRules";
import { isMadeForDr } from "../vault/retention/verdict";
import type { RegionRead } from "./reading";

/** What the rules make of a snapshot's recovery point. */
interface Reason {
  kept?: string;
  /** Why the next run deletes it, unless something holds it. */
  due?: string;
  /** The earliest time at which it can expire: the newest of a volume stays longer. */
  expiresMs?: number;
}

export type Reasons = (snapshot: Snapshot) => Reason;

/** Returns the days that a point is kept by rules of days alone; others depend on the points to come. */
function daysOf({ retentionDays, ...counts }: KeepRules): number | undefined {
  const isOnly = Object.values(counts).every((one) => one === 0 || one === "");
  return isOnly && retentionDays !== undefined && retentionDays > 0 ? retentionDays : undefined;
}

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
  return (snapshot) => {
    const why = kept.get(snapshot.snapshotId);
    const gone = due.get(snapshot.snapshotId);
    const { keep, drKeep, keepAll } = rulesOf(snapshot.identity.instanceId);
    const days = daysOf(isMadeForDr(snapshot) ? drKeep : keep);
    const isByDays = days !== undefined && keepAll === undefined && /^within \d+ day/.test(why ?? "");
    return {
      ...(why !== undefined && { kept: why }),
      ...(gone !== undefined && { due: gone }),
      ...(isByDays && { expiresMs: pointMs(snapshot) + days * DAY_MS }),
    };
  };
}
