/** What pruning a region comes to, by the rules: types only. */
import type { RetentionVerdict } from "./retentionVerdict";
import type { DeleteAction, Kept } from "../model/actions";
import type { Snapshot } from "../model/world";

export interface PrunePlan {
  actions: DeleteAction[];
  kept: Kept[];
  /** Snapshots that retention was asked about, each of a volume and slot. */
  points: readonly Snapshot[];
  /** Of those what the rules of now let go of, whether or not anything else keeps it yet. */
  verdict: RetentionVerdict;
}
