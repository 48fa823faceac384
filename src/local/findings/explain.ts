/** Explains why each recovery point of a volume is kept, in the function's own words. */
import { describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { keptReasons, readDecisions } from "../runtime/functionLog";
import type { LocalVault } from "../runtime/localVault";

interface ExplainedPoint {
  /** The scheduled time that it stands for. */
  slot: string;
  region: string;
  snapshotId: string;
  /** The reason for keeping it, as the function logged it. */
  reason: string;
}

export interface Explanation {
  volumeId: string;
  /** Newest first, of a slot the snapshot before its copy. */
  points: ExplainedPoint[];
}

/**
 * Delivers the last run once more. It makes nothing that is there already, and logs for each snapshot and copy why it
 * is
 * kept. (The run itself could not log it for those that it made.)
 * @param slot the last run's
 */
export async function explain(vault: LocalVault, volumeId: string, slot: string): Promise<Explanation> {
  const { account, stack } = vault;
  const { log } = await vault.trigger({ kind: "run", slot });
  const reasons = keptReasons(readDecisions(log));
  const inRegion = async (region: string): Promise<ExplainedPoint[]> => {
    const all = await describeVaultSnapshots(account.ec2(region), region, stack.vaultId);
    return all
      .filter((snapshot) => snapshot.volumeId === volumeId)
      .map(({ snapshotId, identity }) => ({
        slot: identity.slot,
        region,
        snapshotId,
        reason: reasons.get(snapshotId) ?? "the run logged no reason",
      }));
  };
  const points: ExplainedPoint[] = [];
  for (const region of [stack.primaryRegion, ...stack.dr.map((one) => one.region)]) {
    points.push(...(await inRegion(region)));
  }
  // The sort is stable: of one slot the primary region's stays first.
  points.sort((a, b) => (a.slot === b.slot ? 0 : a.slot < b.slot ? 1 : -1));
  return { volumeId, points };
}
