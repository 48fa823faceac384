/** Runs the vault's own planner on the emulated account as it is: the plan that an invocation would carry out now. */
import type { VaultConfig } from "../../config/config";
import { namesOf } from "../../iam/names";
import { readClock } from "../../vault/clock/timer";
import { describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { takeInventory } from "../../vault/inventory/inventory";
import { planVault } from "../../vault/plan/plan";
import type { Plan } from "../../vault/model/actions";
import type { CoreSettings } from "../../vault/model/settings";
import type { Snapshot, World } from "../../vault/model/world";
import type { SlotTask } from "../../vault/model/trigger";
import { recalled } from "../../vault/changes/recalled";
import { protectedInstances } from "./protection";
import type { LocalVault } from "../runtime/localVault";

export interface Foresight {
  policy: CoreSettings;
  world: World;
  plan: Plan;
}

/** Returns the settings that the function has, as far as a plan needs them. */
export function policyOf({ stack }: LocalVault, config: VaultConfig): CoreSettings {
  const { dr, primaryKeyArn } = stack;
  return { ...config, dr, ...(primaryKeyArn !== undefined && { primaryKeyArn }) };
}

/** Reads the vault's snapshots of a region, whether or not the stack still has it. */
export function snapshotsIn({ account, stack }: LocalVault, region: string): Promise<Snapshot[]> {
  return describeVaultSnapshots(account.ec2(region), region, stack.vaultId);
}

async function observe(vault: LocalVault, config: VaultConfig): Promise<World> {
  const { primaryRegion, dr } = vault.stack;
  const copies: Record<string, Snapshot[]> = {};
  for (const { region } of dr) copies[region] = await snapshotsIn(vault, region);
  const snapshots = await snapshotsIn(vault, primaryRegion);
  const instances = await protectedInstances(vault, config);
  return { snapshots, copies, instances, problems: [], throttled: [] };
}

/**
 * Plans without doing anything.
 * @param slot the slot that was served last; without, as a sweep finds no slot open
 */
export async function foresee(vault: LocalVault, config: VaultConfig, slot?: string): Promise<Foresight> {
  const policy = policyOf(vault, config);
  const nowMs = vault.nowMs();
  const { clockSchedule: name, scheduleGroup: groupName } = namesOf(vault.stack.vaultId);
  const place = { clock: { name, groupName, roleArn: "" } };
  const read = await readClock(vault.account.scheduler(vault.stack.primaryRegion), place, nowMs);
  const seen = await observe(vault, config);
  const changes = "state" in read ? recalled(read.state, seen, policy, nowMs) : ("unread" as const);
  const world = { ...seen, changes };
  const slotTask: SlotTask | undefined = slot === undefined ? undefined : { slot, mode: "open" };
  return {
    policy,
    world,
    plan: planVault({
      world,
      inventory: takeInventory(world, policy),
      settings: policy,
      slotTask,
      runId: "foresight",
      nowMs,
    }),
  };
}
