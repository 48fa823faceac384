/** Reads a vault: which one is meant, its settings, and its snapshots in each region that can be reached. */
import { type HeldLock, describeLocks, describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import type { VaultSettings } from "../../vault/model/settings";
import type { Snapshot } from "../../vault/model/world";
import { ec2, findTraces } from "./aws";
import type { Context } from "../context";
import { failureOf } from "../failure";
import { askSettings } from "./settings";
import { chooseVault, vaultsIn } from "./vaults";

/** What is known of a vault before its snapshots are read. */
export interface KnownVault {
  vaultId: string;
  /** Absent where the function could not be asked. */
  settings?: VaultSettings;
  /** The region asked for first, then the others that are known. */
  regions: string[];
  notes: string[];
}

/** One region of a vault. */
export interface RegionRead {
  region: string;
  snapshots: Snapshot[];
  /** Absent where locks could not be read. */
  locks?: ReadonlyMap<string, HeldLock>;
}

/** Finds the vault and its settings. Reads one region's snapshots, and asks the function. */
export async function findVault(context: Context): Promise<KnownVault> {
  const { region, vaultId: asked, progress } = context;
  const found = vaultsIn(await findTraces(region));
  const { vaultId, regions: origins } = chooseVault(found, asked, region);
  const candidates = [...new Set([region, ...origins])];
  const slow = setTimeout(() => {
    progress(`waiting for the vault's function in ${candidates.join(" or ")}`);
  }, 1_500);
  const { settings, why } = await askSettings(vaultId, candidates);
  clearTimeout(slow);
  if (settings === undefined) return { vaultId, regions: candidates, notes: [`settings are not known: ${why}`] };
  const all = [region, settings.primaryRegion, ...settings.dr.map((one) => one.region)];
  return { vaultId, settings, regions: [...new Set(all)], notes: [] };
}

async function readRegion(region: string, vaultId: string, notes: string[]): Promise<RegionRead> {
  const client = ec2(region);
  const locks = describeLocks(client).catch((error: unknown) => {
    notes.push(`locks in ${region} could not be read: ${failureOf(error).message}`);
    return undefined;
  });
  const snapshots = await describeVaultSnapshots(client, region, vaultId);
  const known = await locks;
  return { region, snapshots, ...(known !== undefined && { locks: known }) };
}

/** What could be read. */
export interface VaultRead {
  reads: RegionRead[];
  notes: string[];
}

/**
 * Reads the vault's snapshots and locks in all its regions.
 * @throws where the region asked for can't be read: the others are extras
 */
export async function readVault({ vaultId, regions }: KnownVault): Promise<VaultRead> {
  const notes: string[] = [];
  const reads = await Promise.all(
    regions.map(async (region, index) => {
      try {
        return await readRegion(region, vaultId, notes);
      } catch (error) {
        if (index === 0) throw error;
        const { code, message } = failureOf(error);
        notes.push(`${region} could not be read: ${message} (${code})`);
        return undefined;
      }
    }),
  );
  return { reads: reads.filter((one) => one !== undefined), notes };
}
