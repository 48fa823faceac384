/** The work of one invocation: observe → plan → apply, and its audit record. */
import { carryOut } from "./apply/apply";
import type { FoundClock } from "./clock/clock";
import { type Inventory, takeInventory } from "./inventory/inventory";
import { observeLeft } from "./observe/leftLook";
import { missedRun } from "./plan/missedRun";
import { observe, observeDropouts, observeInstances } from "./observe/observe";
import { planVault } from "./plan/plan";
import { NO_POINTS } from "./model/pointMemory";
import { slotToServe } from "./clock/slots";
import { looksForStrangers, observeStrangers } from "./observe/strangers";
import { judgeThrottled } from "./clock/throttling";
import type { VaultSettings } from "./model/settings";
import type { Wake } from "./model/trigger";
import type { VaultTools } from "./aws/tools";
import type { Work } from "./model/work";
import { recalled } from "./changes/recalled";
import type { Ahead } from "./clock/clockWriter";

/** What an invocation did, over what there was. */
export interface Reconciled extends Work {
  inventory: Inventory;
}

export async function observePlanApply(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  wake: Wake,
  { state: clock, isLost, isRead }: FoundClock,
  deadlineMs: number,
  { hold, sayAhead }: Ahead,
): Promise<Reconciled> {
  const seen = await observe(clients, settings);
  const inventory = takeInventory(seen, settings);
  const own = inventory.primary?.own;
  const serving = slotToServe(wake, clock ?? (isLost ? "lost" : undefined), own, settings, now());
  if (serving !== undefined) await hold(serving);
  let fleet = seen;
  if (serving !== undefined) {
    const instances = await observeInstances(clients, settings, seen);
    const look = { own: own ?? [], slot: serving.slot, done: clock?.done, nowMs: now() };
    fleet = await observeDropouts(clients, settings, instances, look);
  }
  const looks = looksForStrangers(wake, clock, now());
  const looked = looks ? await observeStrangers(clients, settings, fleet) : fleet;
  const remembered = {
    ...looked,
    changes: isRead ? recalled(clock, looked, settings, now()) : ("unread" as const),
    ...(isRead && { points: clock?.points ?? NO_POINTS }),
  };
  const world = looks ? await observeLeft(clients, settings, remembered) : remembered;
  const planned = planVault({ world, inventory, settings, serving, runId: wake.runId, nowMs: now() });
  let isDeleting = false;
  const mayDelete = () => {
    isDeleting = true;
    return sayAhead(planned.points);
  };
  const carried = await carryOut(clients, planned, inventory, settings, { now, deadlineMs, mayDelete });
  const { plan, outcomes, withheld } = carried;
  const throttled = judgeThrottled([...world.throttled, ...carried.throttled], clock, now());
  plan.problems.push(...throttled.problems, ...missedRun(serving, settings));
  const open = outcomes.some(
    ({ action, status }) => action.kind === "snapshot" && ["deferred", "failed"].includes(status),
  );
  return {
    world,
    inventory,
    plan,
    outcomes,
    withheld,
    serving,
    settled: plan.slotSettled && !open,
    isDeleting,
    throttled,
  };
}
