/** The function's pre-deletion checks, of deletions that it would make: locks, tiers and sharing. They only read. */
import type { VaultClients } from "../../vault/aws/clients";
import type { Findings } from "../../vault/guard/findings";
import { guardRegions } from "../../vault/guard/guard";
import { askAll, groupsOf } from "../../vault/guard/sharedGroups";
import type { Inventory } from "../../vault/inventory/inventory";
import { type Step, runSteps } from "../../vault/lib/pool";
import type { DeleteAction, Kept, LockAction } from "../../vault/model/actions";
import type { Problem } from "../../vault/model/problem";
import type { VaultSettings } from "../../vault/model/settings";

/** Sharing takes a call for each snapshot, of which EC2 refills 20 per second: beyond this nobody should wait. */
const MOST_ASKED = 300;
const CONCURRENCY = 8;

export interface Checked {
  /** Copies that the function would lock. */
  locks: LockAction[];
  /** Deletions that something holds, with the reason. */
  held: Kept[];
  problems: Problem[];
  notes: string[];
}

/** Checks deletions as the function does before it makes them. Never throws. */
export async function checkDeletions(
  deletes: readonly DeleteAction[],
  inventory: Inventory,
  { clients, settings, nowMs }: { clients: VaultClients; settings: VaultSettings; nowMs: number },
): Promise<Checked> {
  const findings: Findings = { kept: [], problems: [], throttled: [] };
  const budget = { now: () => nowMs, deadlineMs: Infinity };
  const regions = await guardRegions(deletes, inventory, { clients, settings, budget }, findings);
  const free = regions.flatMap((one) => one.deletes);
  const asked = free.slice(0, MOST_ASKED);
  const steps = groupsOf(asked).map((group): Step => ({
    lane: group[0]?.region ?? "",
    run: async () => {
      const { stopLane } = await askAll(clients, group, findings);
      return { ...(stopLane !== undefined && { stopLane }) };
    },
    defer: () => undefined,
  }));
  await runSteps(steps, CONCURRENCY, () => true);
  const more = free.length - asked.length;
  return {
    locks: regions.flatMap(({ locks }) => locks),
    held: findings.kept,
    problems: [...findings.problems, ...findings.throttled.map(({ problem }) => problem)],
    notes: more > 0 ? [`whom ${more} more snapshots to delete are shared with was not asked`] : [],
  };
}
