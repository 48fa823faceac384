/** Does the work of one invocation: observe → take inventory → plan → apply, which checks again before it deletes. */
import { applyPlan } from "./apply/apply";
import type { Invocation } from "./aws/tools";
import { recalled } from "./changes/recalled";
import type { OpenClock } from "./clock/open";
import { slotToServe } from "./clock/slots";
import { openThrottling } from "./clock/throttling";
import { type Inventory, takeInventory } from "./inventory/inventory";
import type { Outcome } from "./model/actions";
import { NO_POINTS } from "./model/pointMemory";
import type { SlotTask } from "./model/trigger";
import type { Work } from "./model/work";
import type { World } from "./model/world";
import { observeLeft } from "./observe/leftLook";
import { observeCaptures } from "./observe/captures";
import { observe, observeDropouts, observeInstances } from "./observe/observe";
import { looksForStrangers, observeStrangers } from "./observe/strangers";
import { dueInstances } from "./plan/snapshots/snapshots";
import { missedRun } from "./plan/snapshots/missedRun";
import { planVault } from "./plan/plan";

/** Reads what the target slot needs, recalls the change memory, and takes the look that is due once a day. */
async function observeRest(
  { settings, tools: { clients, now }, trigger, deadlineMs }: Invocation,
  { state: clock, isRead }: OpenClock,
  seen: World,
  { slotTask, own }: { slotTask: SlotTask | undefined; own: Inventory["clear"] | undefined },
): Promise<World> {
  let world = seen;
  if (slotTask !== undefined) {
    world = await observeInstances(clients, settings, world);
    const look = { own: own ?? [], slot: slotTask.slot, done: clock?.done, nowMs: now() };
    world = await observeDropouts(clients, settings, world, look);
    const due = dueInstances(world, own, settings, { slotTask, runId: trigger.runId, nowMs: now() });
    world = await observeCaptures(clients, settings, world, { due, own: own ?? [], now, deadlineMs });
  }
  const looks = looksForStrangers(trigger, clock, now());
  if (looks) world = await observeStrangers(clients, settings, world);
  world = {
    ...world,
    changes: isRead ? recalled(clock, world, settings, now()) : "unread",
    ...(isRead && { points: clock?.points ?? NO_POINTS }),
  };
  return looks ? observeLeft(clients, settings, world) : world;
}

function isOpen({ action, status }: Outcome): boolean {
  return action.kind === "snapshot" && ["deferred", "failed"].includes(status);
}

/** Does the work of an invocation. Never throws for what AWS refuses: that becomes part of what was seen and done. */
export async function reconcile(invocation: Invocation, clock: OpenClock): Promise<Work & { inventory: Inventory }> {
  const { settings, tools, trigger, deadlineMs } = invocation;
  const { clients, now } = tools;
  const seen = await observe(clients, settings);
  const inventory = takeInventory(seen, settings);
  const known = clock.state ?? (clock.isLost ? "lost" : undefined);
  const slotTask = slotToServe(trigger, { carried: known, own: inventory.primary?.own }, settings, now());
  if (slotTask !== undefined) await clock.hold(slotTask);
  const world = await observeRest(invocation, clock, seen, { slotTask, own: inventory.primary?.own });

  const planned = planVault({ world, inventory, settings, slotTask, runId: trigger.runId, nowMs: now() });

  let isDeleting = false;
  const mayDelete = () => {
    isDeleting = true;
    return clock.sayAhead(planned.points);
  };
  const carried = await applyPlan(planned, inventory, { clients, settings, budget: { now, deadlineMs, mayDelete } });
  const { outcomes, withheld } = carried;
  const throttled = openThrottling([...world.throttled, ...carried.throttled], clock.state, now());
  const problems = [...carried.plan.problems, ...throttled.problems, ...missedRun(slotTask, settings)];
  const plan = { ...carried.plan, problems };
  const settled = plan.slotSettled && !outcomes.some(isOpen);
  return { world, inventory, plan, outcomes, withheld, slotTask, settled, isDeleting, throttled };
}
