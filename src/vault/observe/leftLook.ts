/** Lists what the vault left in regions that left the stack. The sweep that looks for strangers does so once a day. */
import type { VaultClients } from "../aws/clients";
import { memoryIn } from "../model/memory/changeMemory";
import { describeVaultSnapshots } from "../aws/ec2Reads";
import { causeOf, meaningOf } from "../aws/errors";
import type { LeftRegion, SeenLeft } from "../model/leftRegion";
import { afterLook } from "../inventory/leftRegions";
import type { CoreSettings } from "../model/settings";
import type { World } from "../model/world";

/**
 * Reads one region. A failure is part of what was seen, because the account may no longer be able to use the region. A
 * throttled look is repeated the next day.
 */
async function look(clients: VaultClients, vaultId: string, { region, since }: LeftRegion): Promise<SeenLeft> {
  try {
    const snapshots = await describeVaultSnapshots(clients.readerIn(region), region, vaultId);
    return { region, since, snapshots };
  } catch (error) {
    const cause = causeOf(error);
    return { region, since, ...(meaningOf(cause) !== "limit" && { cause }) };
  }
}

/** Adds to the world what is left in these regions. No call is made if no region left. */
export async function observeLeft(clients: VaultClients, { vaultId }: CoreSettings, world: World): Promise<World> {
  const memory = memoryIn(world);
  const regions = memory?.left ?? [];
  if (memory === undefined || regions.length === 0) return world;
  const left = await Promise.all(regions.map((one) => look(clients, vaultId, one)));
  return { ...world, left, changes: afterLook(memory, left) };
}
