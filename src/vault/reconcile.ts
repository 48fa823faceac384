/** Does the work of one invocation: look → plan → apply, which checks again before it deletes. */
import { applyPlan } from "./apply/apply";
import type { Invocation } from "./aws/tools";
import type { OpenClock } from "./clock/open";
import { openThrottling } from "./clock/throttling";
import type { Inventory } from "./inventory/inventory";
import { lookAround } from "./looking";
import type { Outcome } from "./model/actions";
import type { Work } from "./model/work";
import { missedRun } from "./plan/snapshots/missedRun";
import { planVault } from "./plan/plan";

function isOpen({ action, status }: Outcome): boolean {
  return action.kind === "snapshot" && ["deferred", "failed"].includes(status);
}

/** Does the work of an invocation. Never throws for what AWS refuses: that becomes part of what was seen and done. */
export async function reconcile(invocation: Invocation, clock: OpenClock): Promise<Work & { inventory: Inventory }> {
  const { settings, tools, trigger, deadlineMs } = invocation;
  const { clients, now } = tools;
  const openedMs = now();
  const { world, inventory, slotTask } = await lookAround({ settings, clients, trigger, now, deadlineMs }, clock);
  const lookedMs = now() - openedMs;

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
  return { world, inventory, plan, outcomes, withheld, slotTask, settled, isDeleting, throttled, lookedMs };
}
