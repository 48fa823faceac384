/** Finds which vault is meant, and where it may be. Pure. */
import { type Trace } from "./aws";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";

/** A vault, as the snapshots of one region show it. */
export interface FoundVault {
  vaultId: string;
  snapshots: number;
  /** Regions in which its instances were: one of them is its primary region. */
  regions: string[];
}

/** Returns the region of an Availability Zone or Local Zone: `us-east-1a`, `us-east-1-bos-1a`. */
export function regionOfZone(zone: string): string | undefined {
  return /^[a-z]{2,}(?:-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/** Groups what a region shows by vault, by id. */
export function vaultsIn(traces: readonly Trace[]): FoundVault[] {
  const byId = new Map<string, { snapshots: number; regions: Set<string> }>();
  for (const { identity, availabilityZone = "" } of traces) {
    const known = byId.get(identity.vaultId) ?? { snapshots: 0, regions: new Set<string>() };
    known.snapshots += 1;
    const region = regionOfZone(availabilityZone);
    if (region !== undefined) known.regions.add(region);
    byId.set(identity.vaultId, known);
  }
  return [...byId]
    .map(([vaultId, { snapshots, regions }]) => ({ vaultId, snapshots, regions: [...regions].sort() }))
    .sort((a, b) => (a.vaultId < b.vaultId ? -1 : 1));
}

/**
 * Chooses the vault that is meant.
 * @param asked the id that `--vault` names
 * @throws where none is there, or several are and none was named
 */
export function chooseVault(found: readonly FoundVault[], asked: string | undefined, region: string): FoundVault {
  const [only] = found;
  const chosen = asked === undefined ? only : found.find(({ vaultId }) => vaultId === asked);
  if (chosen !== undefined && (asked !== undefined || found.length === 1)) return chosen;
  const ids = found.map(({ vaultId }) => vaultId).join(", ");
  if (asked === undefined && found.length > 1) {
    throw cliError(
      EXIT.usage,
      "AmbiguousVault",
      `${region} has ${found.length} vaults: ${ids}`,
      `Add --vault ${only?.vaultId ?? "ID"}.`,
    );
  }
  if (asked !== undefined) return { vaultId: asked, snapshots: 0, regions: [] };
  throw cliError(
    EXIT.nothing,
    "NoVault",
    `${region} has no snapshot of a vault in this account`,
    "Check the region (--region) and the account (`aws sts get-caller-identity`). A new vault has none before its first run; name it with --vault <project>-<stack>.",
  );
}
