import type { Tags } from "./world";

/** An instance that exists and has recovery points, but is no longer protected: see dropouts.ts. */
export interface Dropout {
  instanceId: string;
  /** Current tags. */
  tags: Tags;
  /** Time of its newest recovery point; with `orphan-soon`, of those of its volumes that no protected instance has. */
  newestMs: number;
  /** Value of its backup tag at that time, if known. */
  policyName?: string;
  /**
   * `left`: it had a recovery point in the last finished slot or later. `orphan-soon`: its recovery points become
   * orphans by the next run.
   */
  because: "left" | "orphan-soon";
}
