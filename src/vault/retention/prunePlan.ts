/** Result of pruning one region by the rules: types only. */
import type { RetentionVerdict } from "./retentionVerdict";
import type { DeleteAction, Kept } from "../model/actions";
import type { Snapshot } from "../model/world";

export interface PrunePlan {
  actions: DeleteAction[];
  kept: Kept[];
  /** Snapshots that retention evaluated, each of a volume and slot. */
  points: readonly Snapshot[];
  /** Verdict on `points`, whether or not anything else keeps them. */
  verdict: RetentionVerdict;
}
