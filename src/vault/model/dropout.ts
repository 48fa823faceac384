import type { Tags } from "./world";

/** An instance that exists, has recovery points, and is not among the protected ones any more: see dropouts.ts. */
export interface Dropout {
  instanceId: string;
  /** Its tags as they are now. */
  tags: Tags;
  /** When its newest recovery point was due. */
  newestMs: number;
  /** The value that its backup tag had then, if known. */
  policyName?: string;
  /** It had a recovery point in the last slot, or its recovery points become orphans before the next run. */
  because: "left" | "orphan-soon";
}
