/** Counts what the vault left in regions that are not the stack's any more: by the sweep that looks for strangers once a day. */
import type { VaultClients } from "../aws/clients";
import { memoryIn } from "../changes/changeMemory";
import { describeVaultSnapshots } from "../aws/ec2Reads";
import { causeOf } from "../aws/errors";
import type { LeftRegion, SeenLeft } from "../model/leftRegion";
import { afterLook } from "../changes/leftRegions";
import type { CoreSettings } from "../model/settings";
import type { World } from "../model/world";

/** Reads one region. A failure is part of what was seen: the region may be one that the account cannot use any more. */
async function look(clients: VaultClients, vaultId: string, { region, since }: LeftRegion): Promise<SeenLeft> {
  try {
    const snapshots = await describeVaultSnapshots(clients.readerIn(region), region, vaultId);
    return { region, since, snapshots };
  } catch (error) {
    return { region, since, cause: causeOf(error) };
  }
}

/** Adds to the world what is left in these regions. No call is made where none left. */
export async function observeLeft(clients: VaultClients, { vaultId }: CoreSettings, world: World): Promise<World> {
  const memory = memoryIn(world);
  const regions = memory?.left ?? [];
  if (memory === undefined || regions.length === 0) return world;
  const left = await Promise.all(regions.map((one) => look(clients, vaultId, one)));
  return { ...world, left, changes: afterLook(memory, left) };
}
