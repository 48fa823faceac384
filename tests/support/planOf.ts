/** Plans for a world as an invocation does, which takes its inventory first. */
import { takeInventory } from "../../src/vault/inventory/inventory";
import type { Plan } from "../../src/vault/model/actions";
import type { CoreSettings } from "../../src/vault/model/settings";
import type { SlotTask } from "../../src/vault/model/trigger";
import type { World } from "../../src/vault/model/world";
import { planVault } from "../../src/vault/plan/plan";

export function planOf(
  world: World,
  settings: CoreSettings,
  slotTask: SlotTask | undefined,
  runId: string,
  nowMs: number,
): Plan {
  return planVault({ world, inventory: takeInventory(world, settings), settings, slotTask, runId, nowMs });
}
