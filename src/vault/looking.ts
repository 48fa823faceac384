/**
 * Sees what one invocation plans by: observe → take inventory → choose the slot → recall the past. It only reads, so that
 * `vault plan` sees what the function would, by the same code.
 */
import type { VaultClients } from "./aws/clients";
import { recalled } from "./changes/recalled";
import { slotToServe } from "./clock/slots";
import { type Inventory, takeInventory } from "./inventory/inventory";
import type { ClockState } from "./model/memory/clockState";
import { NO_POINTS } from "./model/memory/pointMemory";
import type { VaultSettings } from "./model/settings";
import type { SlotTask, Trigger } from "./model/trigger";
import type { World } from "./model/world";
import { observeCaptures } from "./observe/captures";
import { observeLeft } from "./observe/leftLook";
import { observe, observeDropouts, observeInstances } from "./observe/observe";
import { looksForStrangers, observeStrangers } from "./observe/strangers";
import { dueInstances } from "./plan/snapshots/snapshots";

/** What an invocation looks with. */
export interface Looking {
  settings: VaultSettings;
  clients: VaultClients;
  trigger: Trigger;
  now: () => number;
  /** Time by which the reads of a capture end, in epoch milliseconds; absent: nothing is captured, since nothing is made. */
  deadlineMs?: number;
}

/** What the follow-up timer says, and what is done with it before the rest is read. */
export interface Recall {
  /** Its payload, if known. */
  state?: ClockState;
  /** True if it was read; otherwise no recovery point is deleted. */
  isRead: boolean;
  /** True if it cannot be read before a person acts. */
  isLost: boolean;
  /** Called once the target slot is known, before the instances are read. */
  hold: (slotTask: SlotTask) => Promise<void>;
}

/** What an invocation plans by. */
export interface Seen {
  world: World;
  inventory: Inventory;
  slotTask: SlotTask | undefined;
}

/** Reads what the target slot needs, recalls the change memory, and takes the look that is due once a day. */
async function observeRest(
  { settings, clients, now, trigger, deadlineMs }: Looking,
  { state: clock, isRead }: Recall,
  seen: World,
  { slotTask, own }: { slotTask: SlotTask | undefined; own: Inventory["clear"] | undefined },
): Promise<World> {
  let world = seen;
  if (slotTask !== undefined) {
    world = await observeInstances(clients, settings, world);
    const look = { own: own ?? [], slot: slotTask.slot, done: clock?.done, nowMs: now() };
    world = await observeDropouts(clients, settings, world, look);
    if (deadlineMs !== undefined) {
      const due = dueInstances(world, own, settings, { slotTask, runId: trigger.runId, nowMs: now() });
      world = await observeCaptures(clients, settings, world, {
        due,
        own: own ?? [],
        slot: slotTask.slot,
        now,
        deadlineMs,
      });
    }
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

/** Looks at the world for an invocation. Never throws for what AWS refuses: that becomes part of what was seen. */
export async function lookAround(looking: Looking, clock: Recall): Promise<Seen> {
  const { settings, clients, trigger, now } = looking;
  const seen = await observe(clients, settings);
  const inventory = takeInventory(seen, settings);
  const known = clock.state ?? (clock.isLost ? "lost" : undefined);
  const slotTask = slotToServe(trigger, { carried: known, own: inventory.primary?.own }, settings, now());
  if (slotTask !== undefined) await clock.hold(slotTask);
  const world = await observeRest(looking, clock, seen, { slotTask, own: inventory.primary?.own });
  return { world, inventory, slotTask };
}
