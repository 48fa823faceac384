/** A region that left the stack: types only. What becomes of it: leftRegions.ts. */
import type { Cause } from "./cause";
import type { Snapshot } from "./world";

/** A region that is not the stack's any more, while anything of the vault is there. */
export interface LeftRegion {
  region: string;
  /** When an invocation first found it gone from the settings, as an ISO instant. */
  since: string;
  /** Set where the last look found nothing there. */
  isEmpty?: true;
}

/** The same as it was seen. */
export interface SeenLeft extends Pick<LeftRegion, "region" | "since"> {
  /** What the vault once made there; absent where that could not be read. */
  snapshots?: readonly Snapshot[];
  cause?: Cause;
}
